internal import ArgumentParser
internal import CanonicalJSON
internal import EventStorage

/// `verify`: that the log was not touched.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check hashes, chains, positions, indexes and the Merkle tree.",
        discussion: """
            EXAMPLES
              mechanic-replay verify
              mechanic-replay verify --deep
              mechanic-replay verify --recompute
              mechanic-replay verify --format json

            --deep first reads every page of the raw file with a decoder of its own, before
            LMDB opens it; then it also looks up every event by its key and compares every
            projection with a replay.

            --recompute also labels the recorded candles again under the recorded
            configurations: every recorded label must come out the same, bit for bit. Exit
            1 at the first difference.
            """)

    @Flag(help: "Also compute every recorded label anew.")
    var recompute = false

    @Flag(help: "Also the raw file's pages, every key, and every projection.")
    var deep = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let scope = StoreCheck.Scope(isDeep: deep, recomputes: recompute)
        let check = try StoreCheck.run(store, scope, output.console)
        print(check)
        guard check.findings.isEmpty else {
            throw Failure(
                .difference, "the store is not what it says: restore a backup or ask why it changed"
            )
        }
    }

    private func print(_ check: StoreCheck) {
        var printer = output.report
        let (report, findings) = (check.report, check.findings)
        let isClean = findings.isEmpty
        let first = findings.compactMap(\.position).min()
        printer.line("verify", output.console.mark(good: isClean))
        printer.member("ok", .bool(isClean))
        printer.member("first_bad_position", first.map { .integer($0) } ?? .null)
        printer.add(
            "checked_pages", .integer(Int64(report.checkedPages)),
            people: Number.grouped(report.checkedPages))
        printer.add(
            "checked_events", .integer(Int64(report.checkedEvents)),
            people: Number.grouped(report.checkedEvents))
        printer.add(
            "checked_bytes", .integer(Int64(report.checkedBytes)),
            people: Number.bytes(report.checkedBytes))
        if recompute {
            printer.add(
                "checked_labels", .integer(Int64(check.labels)),
                people: Number.grouped(check.labels))
            if !check.isLogSound { printer.line("recompute", "not run: the log is damaged") }
        }
        for (position, message) in findings.prefix(20) {
            printer.line(position.map { "  position \($0)" } ?? "  store", message)
        }
        printer.member(
            "findings",
            .array(
                findings.map { position, message in
                    [
                        "position": position.map { .integer($0) } ?? .null,
                        "message": .string(message),
                    ]
                }))
        printer.finish()
    }
}
