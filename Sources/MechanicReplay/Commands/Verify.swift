internal import ArgumentParser
internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import SystemIO

/// `verify`: that the log was not touched.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check hashes, chains, positions, indexes and the Merkle tree.",
        discussion: """
            EXAMPLES
              mechanic-replay verify
              mechanic-replay verify --deep
              mechanic-replay verify --recompute
              mechanic-replay verify --lookahead
              mechanic-replay verify --against btc.note --public-key btc.key.pub

            --deep first reads every page of the raw file with a decoder of its own, before
            LMDB opens it; then it also looks up every event by its key and compares every
            projection with a replay.

            --recompute also labels the recorded candles again under the recorded
            configurations: every recorded label must come out the same, bit for bit, and
            every verdict too: baselines, drift checks, monitors, decisions and alerts.
            Exit 1 at the first difference.

            --lookahead also proves that nothing was recorded before it could be known: at
            every position the labels are those of the candles up to it, and every exported
            field comes out of what was known at its known_at. Exit 1 names the label, the
            field and what it used too early.

            --against compares with a checkpoint kept from before, and tells an older file
            put back, a fork and a rewritten tail.
            """)

    @Flag(help: "Also compute every recorded label and verdict anew.")
    var recompute = false

    @Flag(help: "Also prove that no label looks ahead.")
    var lookahead = false

    @Flag(help: "Also the raw file's pages, every key, and every projection.")
    var deep = false

    @Option(
        help: ArgumentHelp(
            "How long the check may take; then it counts as hung.", valueName: "duration"))
    var timeLimit = Span("1h")!

    /// Checks here, where a damaged page may crash LMDB, and not in a process of its own.
    @Flag(help: .hidden)
    var inProcess = false

    /// Only checks what is not trusted yet, as the first opening after a stop of the machine does.
    @Flag(help: .hidden)
    var tail = false

    @OptionGroup var against: AgainstOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if tail { return try checkTail() }
        guard inProcess else { return try checkApart() }
        let scope = StoreCheck.Scope(
            isDeep: deep, recomputes: recompute, looksAhead: lookahead,
            promises: try against.load(output.console))
        let check = try StoreCheck.run(store, scope, output.console)
        print(check, scope.promises)
        guard check.findings.isEmpty else {
            throw Failure(.difference, check.advice)
        }
    }

    /// Runs this very command in a process of its own: a crash there is a report here.
    private func checkApart() throws {
        let words = CommandLine.arguments.dropFirst() + ["--in-process"]
        let outcome = try ChildProcess.run(
            try ChildProcess.currentExecutable(), Array(words), isCaptured: false,
            limit: .milliseconds(timeLimit.milliseconds))
        if case .exited(let code) = outcome.end {
            if code != 0 { throw ExitCode(code) }
            return
        }
        let cause =
            switch outcome.end {
            case .timedOut: "it takes longer than --time-limit, or hangs"
            case .signalled(9): "somebody killed it, or memory ran out"
            default: "LMDB cannot read the damaged file"
            }
        let message = "the check ended with \(outcome.end): \(cause)"
        // The check said what is wrong with the notes, and has read standard input.
        let silent = Console(isQuiet: true, colors: false)
        let promises = (try? against.load(silent)) ?? Promises(notes: [], key: nil)
        print(StoreCheck(failedWith: message, promises), promises)
        throw Failure(
            .difference,
            "\(message): run `mechanic-replay verify --deep`, which names the page, and restore a "
                + "backup")
    }

    private func checkTail() throws {
        do {
            _ = try store.open(checksApart: false)
        } catch let error as EventStoreError {
            // The one who started this reads the first line.
            Swift.print(error.message)
            throw ExitCode(Failure(error)?.code.rawValue ?? 1)
        }
    }

    private func print(_ check: StoreCheck, _ promises: Promises) {
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
            printer.add(
                "checked_verdicts", .integer(Int64(check.verdicts)),
                people: Number.grouped(check.verdicts))
            if !check.isLogSound { printer.line("recompute", "not run: the log is damaged") }
        }
        if lookahead { printLookahead(check, &printer) }
        promises.add(check.kept, to: &printer)
        for skipped in report.skipped.prefix(20) {
            let who = skipped.by.map { " by \($0)" } ?? ""
            printer.line(
                "  position \(skipped.position)",
                "passed over\(who) (\(skipped.type)): \(skipped.reason)")
        }
        printer.member("skipped", .array(report.skipped.map(Self.json)))
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

    private func printLookahead(_ check: StoreCheck, _ printer: inout ReportPrinter) {
        printer.add(
            "checked_truncations", .integer(Int64(check.truncations)),
            people: Number.grouped(check.truncations))
        printer.add(
            "checked_fields", .integer(Int64(check.fields)), people: Number.grouped(check.fields))
        if !check.isLogSound { printer.line("lookahead", "not run: the log is damaged") }
    }

    private static func json(_ skipped: VerificationReport.Skipped) -> JSONValue {
        [
            "position": .integer(skipped.position.number), "type": .string(skipped.type),
            "reason": .string(skipped.reason), "by": skipped.by.map { .string($0) } ?? .null,
            "decided_at": .integer(skipped.decidedAt.number),
        ]
    }
}
