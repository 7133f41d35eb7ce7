internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage

/// `compact`: the file without its free pages.
struct Compact: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the store's file anew without free pages.",
        discussion: """
            EXAMPLES
              mechanic-replay compact
              mechanic-replay compact --wait 60s --format json

            Removes no event. The new file is verified and compared with the store before
            it takes the old one's place; a crash leaves one or the other. Writers wait
            meanwhile, and for the exchange itself nobody may have the store open: exit 75
            if somebody has. Needs room for a second file.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let bar = ProgressBar("compact", unit: "events", console: output.console)
        let done = try EventStore.compact(path: store.path, options: store.options) {
            bar.update(Int($0), of: Int($1))
        }
        bar.finish()
        var printer = output.report
        printer.add("path", .text(store.path))
        printer.add("position", .integer(Int64(done.head.position.number)))
        printer.member("events", .integer(Int64(done.head.position.number)))
        printer.add("root", .text(done.head.root.hex))
        printer.add(
            "bytes_before", .integer(Int64(done.bytesBefore)),
            people: Number.bytes(done.bytesBefore))
        printer.add(
            "bytes", .integer(Int64(done.bytesAfter)), people: Number.bytes(done.bytesAfter))
        printer.finish()
    }
}
