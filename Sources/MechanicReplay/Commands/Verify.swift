internal import ArgumentParser
internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import Mechanic

/// `verify`: that the log was not touched.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check hashes, chains, positions, indexes and the Merkle tree.",
        discussion: """
            EXAMPLES
              mechanic-replay verify
              mechanic-replay verify --recompute
              mechanic-replay verify --against btc.note --public-key btc.key.pub

            --recompute also labels the recorded candles again under the recorded
            configurations: every recorded label must come out the same, bit for bit. Exit
            1 at the first difference.

            --against compares with a checkpoint kept from before, and tells an older file
            put back, a fork and a rewritten tail.
            """)

    @Flag(help: "Also compute every recorded label anew.")
    var recompute = false

    @Flag(help: "Everything: --recompute, and every projection against the log.")
    var deep = false

    @OptionGroup var against: AgainstOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let promises = try against.load(output.console)
        let store = try store.open()
        let bar = ProgressBar("verify", unit: "events", console: output.console)
        let report = try store.verify { bar.update(Int($0), of: Int($1)) }
        bar.finish()
        var findings = report.findings.map { ($0.position?.number, $0.message) }
        var labels = 0
        if recompute || deep, report.isClean {
            let bar = ProgressBar("recompute", unit: "events", console: output.console)
            let result = try Recomputation.run(store) { bar.update(Int($0), of: Int($1)) }
            bar.finish()
            labels = result.checkedLabels
            findings += result.differences.map { ($0.position.number, $0.message) }
        }
        let kept = try promises.check(store)
        findings += promises.findings(kept, store.identity)
        let isLogSound = findings.isEmpty
        if deep, report.isClean { findings += try projectionFindings(store).map { (nil, $0) } }
        print(report, findings, labels: labels) { promises.add(kept, to: &$0) }
        guard findings.isEmpty else {
            throw Failure(
                .difference,
                isLogSound
                    ? "the log is sound, its projections are not: run `mechanic-replay rebuild`"
                    : "the store is not what it says: restore a backup or ask why it changed")
        }
    }

    /// Compares every projection with the log, and checks every record of them.
    private func projectionFindings(_ store: EventStore) throws -> [String] {
        let bar = ProgressBar("replay", unit: "events", console: output.console)
        let replay = try Replay.run(store, to: .head, checks: true) {
            bar.update(Int($0), of: Int($1))
        }
        bar.finish()
        for market in replay.outdated {
            output.console.say("\(market): projections of another version: rebuild needed")
        }
        let damaged = try store.read { try $0.checkProjections() }.findings
        let difference = replay.difference.map { [$0] } ?? []
        return difference + damaged.filter { $0 != replay.difference }
    }

    private func print(
        _ report: VerificationReport, _ findings: [(UInt64?, String)], labels: Int,
        more: (inout ReportPrinter) -> Void
    ) {
        var printer = output.report
        let isClean = findings.isEmpty
        let first = findings.compactMap(\.0).min()
        printer.line("verify", output.console.mark(good: isClean))
        printer.member("ok", .bool(isClean))
        printer.member("first_bad_position", first.map { .integer($0) } ?? .null)
        printer.add(
            "checked_events", .integer(Int64(report.checkedEvents)),
            people: Number.grouped(report.checkedEvents))
        printer.add(
            "checked_bytes", .integer(Int64(report.checkedBytes)),
            people: Number.bytes(report.checkedBytes))
        if recompute || deep {
            printer.add("checked_labels", .integer(Int64(labels)), people: Number.grouped(labels))
            if !report.isClean { printer.line("recompute", "not run: the log is damaged") }
        }
        more(&printer)
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

    private static func json(_ skipped: VerificationReport.Skipped) -> JSONValue {
        [
            "position": .integer(skipped.position.number), "type": .string(skipped.type),
            "reason": .string(skipped.reason), "by": skipped.by.map { .string($0) } ?? .null,
            "decided_at": .integer(skipped.decidedAt.number),
        ]
    }
}
