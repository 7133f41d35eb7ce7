internal import CanonicalJSON
internal import Digest
internal import EventStorage
internal import Mechanic
internal import SystemIO

/// `export --check`: a training set beside the store that it says it is of.
struct ExportCheck {
    let path: String

    /// Checks and prints; exit 1 where a line is wrong.
    func run(_ store: EventStore, _ output: OutputOptions) throws {
        let check = try TrainingCheck(store, file: try FileBytes.read(path: path))
        var report = output.report
        report.member("ok", .bool(check.finding == nil))
        report.line("check", output.console.mark(good: check.finding == nil))
        report.add("file", .text(path))
        report.add("rows", .integer(Int64(check.rows)), people: Number.grouped(check.rows))
        if let basis = check.basis, let revised = check.revised {
            report.line("means", "the bytes that the store gives for position \(basis.position)")
            report.member("revised_since", .integer(revised.rows))
            report.member("revised_labels", .integer(revised.labels))
            report.member("revised_candles", .integer(revised.candles))
            report.line("revised since", Self.text(revised))
        }
        if let finding = check.finding {
            report.line("line \(finding.line)", finding.message)
        }
        report.add("digest", .text(check.digest.hex))
        report.member("basis", check.basis?.json ?? .null)
        if let basis = check.basis { report.line("basis", basis.text) }
        report.member("finding", check.finding.map(Self.json) ?? .null)
        report.finish()
        guard let finding = check.finding else { return }
        throw Failure(
            .difference,
            "\(path), line \(finding.line): \(finding.message); train on none of it, and export it "
                + "again")
    }

    private static func text(_ revised: TrainingCheck.Revised) -> String {
        guard revised.rows > 0 else {
            return "no row: labels and entry candles are the same by now"
        }
        return "rows whose label or entry candle is another by now, or not exported: "
            + "\(Number.grouped(revised.rows)) (labels: \(Number.grouped(revised.labels)), entry candles: "
            + "\(Number.grouped(revised.candles)))"
    }

    private static func json(_ finding: TrainingCheck.Finding) -> JSONValue {
        [
            "line": .integer(finding.line), "kind": .string(finding.kind.rawValue),
            "column": finding.column.map { .string($0) } ?? .null,
            "message": .string(finding.message),
        ]
    }
}
