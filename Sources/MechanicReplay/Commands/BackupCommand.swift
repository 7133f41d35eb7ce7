internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import SystemIO

/// `backup`: the log in one file.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write the log, or what is new in it, into one file.",
        discussion: """
            EXAMPLES
              mechanic-replay backup monday.backup
              mechanic-replay backup tuesday.backup --since monday.backup
              mechanic-replay backup last-day.backup --since -24h --format json

            Runs while others read and write, and ends at the newest commit as of its
            beginning. The file is read back from the disk, and its Merkle root compared
            with the store's, before it takes its name. --since takes an earlier backup,
            which this one continues, or a point; restore needs the files without a gap.
            """)

    @Argument(help: ArgumentHelp("The file to write.", valueName: "file"))
    var file: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only what came after this point, or after the end of this backup.",
            valueName: "point|file"))
    var since: String?

    @Flag(help: "Write over a file that is there.")
    var force = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let start = try start()
        let bar = ProgressBar("backup", unit: "events", console: output.console)
        let done = try store.open().backup(to: file, from: start, replaces: force) {
            bar.update(Int($0), of: Int($1))
        }
        bar.finish()
        var printer = output.report
        printer.add("path", .text(file))
        printer.add("since", .integer(Int64(done.before.position.number)))
        printer.add("position", .integer(Int64(done.after.position.number)))
        printer.add(
            "events", .integer(Int64(done.eventCount)), people: Number.grouped(done.eventCount))
        printer.add("root", .text(done.after.root.hex))
        printer.add(
            "bytes", .integer(Int64(done.byteCount)), people: Number.bytes(done.byteCount))
        printer.finish()
    }

    /// A point where the word is one; else it names a file.
    private func start() throws -> Backup.Start {
        guard let since else { return .beginning }
        if let point = Point(argument: since) { return .point(point.point) }
        guard FileSystem.exists(since) else {
            throw Failure(
                .noInput,
                "--since \(since): no backup has this name, and it is no point: a position, an RFC "
                    + "3339 time, -6h, HEAD~n or @tag")
        }
        return .end(ofBackup: since)
    }
}
