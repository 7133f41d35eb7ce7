internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Projections

/// `restore`: a store out of backups.
struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a store of backups, or bring one up to date.",
        discussion: """
            EXAMPLES
              mechanic-replay restore monday.backup --store restored.store
              mechanic-replay restore monday.backup tuesday.backup --replace
              mechanic-replay restore wednesday.backup --store standby.store
              mechanic-replay restore monday.backup tuesday.backup --check

            A full backup and those that follow it, in their order. The store is built
            beside its place, verified whole and compared with the backup's Merkle root
            before it takes the name; a crash leaves the old store or the new one. Without
            a full backup the events are added to the store that is there; what it has
            already is passed over.

            --replace replaces a store that is a beginning of the backup, so that nothing
            is lost, and refuses otherwise. --discard replaces whatever is there, unread,
            and keeps its file as data.mdb.discarded. Nobody may have it open: exit 75.
            --check only reads the backups, checks all of them, and writes nothing.
            """)

    @Argument(help: ArgumentHelp("The backups, the full one first.", valueName: "file"))
    var files: [String]

    @Flag(help: "Replace the store at the path if it is a beginning of the backup.")
    var replace = false

    @Flag(help: "Replace whatever is at the path: a longer log, another store, damage.")
    var discard = false

    @Flag(help: "Only read the backups and check them; write nothing.")
    var check = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if check { return try runCheck() }
        let console = output.console
        var bar = ProgressBar("restore", unit: "events", console: console)
        var title = ""
        let done = try EventStore.restore(
            files, to: store.path, replacing: discard ? .always : replace ? .byLonger : .never,
            options: store.options,
            rebuild: { store in
                let bar = ProgressBar("projections", unit: "events", console: console)
                _ = try Rebuild.run(store) { bar.update(Int($0), of: Int($1)) }
                bar.finish()
            },
            progress: { step, done, total in
                if step != title {
                    bar.finish()
                    bar = ProgressBar(step, unit: "events", console: console)
                    title = step
                }
                bar.update(Int(done), of: Int(total))
            })
        bar.finish()
        if let earlier = done.earlier {
            console.say(
                "before: position \(earlier.position), root \(earlier.root.hex)")
        }
        if let discarded = done.discarded {
            console.say("the old file is kept as \(discarded): remove it when you do not need it")
        }
        print(done)
    }

    private func runCheck() throws {
        let bar = ProgressBar("check", unit: "events", console: output.console)
        let found = try EventStore.checkBackups(files) { bar.update(Int($0), of: Int($1)) }
        bar.finish()
        var printer = output.report
        printer.line("backup", output.console.mark(good: true))
        printer.add("since", .integer(Int64(found.before.position.number)))
        printer.add("position", .integer(Int64(found.after.position.number)))
        printer.add(
            "events", .integer(Int64(found.eventCount)), people: Number.grouped(found.eventCount))
        printer.add("root", .text(found.after.root.hex))
        printer.add(
            "bytes", .integer(Int64(found.byteCount)), people: Number.bytes(found.byteCount))
        printer.finish()
    }

    private func print(_ done: Restoration) {
        var printer = output.report
        printer.add("path", .text(store.path))
        printer.add("position", .integer(Int64(done.head.position.number)))
        printer.add(
            "events", .integer(Int64(done.newEvents)), people: Number.grouped(done.newEvents))
        printer.add("root", .text(done.head.root.hex))
        printer.member(
            "earlier_position",
            done.earlier.map { .integer($0.position.number) } ?? .null)
        printer.member("earlier_root", done.earlier.map { .string($0.root.hex) } ?? .null)
        printer.add(
            "bytes", .integer(Int64(done.byteCount)), people: Number.bytes(done.byteCount))
        printer.finish()
    }
}
