internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import Market
internal import Projections

/// A baseline as `baseline` prints it.
enum BaselinePrinter {
    /// Adds what was recorded.
    static func add(_ record: BaselineRecord, to printer: inout ReportPrinter) {
        let (basis, summary) = (record.basis, record.summary)
        printer.add("market", .text(basis.market.description))
        printer.add("from_ms", .time(basis.range.lowerBound))
        printer.add("to_ms", .time(basis.range.upperBound))
        printer.add(
            "candles", .integer(Int64(summary.closes)), people: Number.grouped(summary.closes))
        printer.add(
            "labels", .integer(Int64(summary.labels)), people: Number.grouped(summary.labels))
        printer.add("digest", .text(basis.digest.hex))
        printer.add("config_hash", .text(record.configurationHash.hex))
        printer.add("labels_hash", .text(record.labelsHash.hex))
        printer.add("known_by_ms", .time(basis.knownBy))
        printer.add(
            "returns", .integer(Int64(summary.returns)), people: Number.grouped(summary.returns))
        printer.add("effective_returns", .measure(summary.effectiveReturns))
        printer.add("volatility_bps", .measure(summary.volatilityBps))
        let share = summary.labels > 0 ? Double(summary.profitable) / Double(summary.labels) : nil
        printer.member("profitable", .integer(summary.profitable))
        printer.add(
            "profitable_share", share.map { .number($0) } ?? .none,
            people: share.map(Number.percent) ?? "")
        printer.add("mean_cost_bps", .measure(summary.meanCostBps))
        addBins(summary, to: &printer)
    }

    private static func addBins(
        _ summary: BaselineRecord.Summary, to printer: inout ReportPrinter
    ) {
        printer.member("deciles", .array(summary.deciles.map { Cell.number($0).forJSON }))
        printer.member("counts", .array(summary.counts.map { .integer($0) }))
        guard !summary.counts.isEmpty else { return }
        let edges = summary.deciles.map { Number.fixed($0, 2) }
        let width = edges.map(\.count).max() ?? 0
        for (index, count) in summary.counts.enumerated() {
            let bounds = edges[index...index + 1].map {
                String(repeating: " ", count: width - $0.count) + $0
            }
            printer.line(
                "bin \(index + 1)", "\(bounds[0]) … \(bounds[1])  \(Number.grouped(count))")
        }
    }

    /// Adds how it stands.
    static func add(
        _ entry: Baselines.Entry, _ policy: DriftPolicy.Baseline, revisions: [InputBasis.Revision],
        to printer: inout ReportPrinter
    ) {
        printer.add("cause", .text(entry.cause.rawValue))
        printer.add("policy", .text(policy.rawValue))
        printer.member("pinned", .bool(entry.isPinned))
        printer.line("pinned", entry.isPinned ? "until it is released" : "no")
        printer.add("stale_minutes", .integer(Int64(entry.staleMinutes)))
        printer.add(
            "revisions", .integer(Int64(revisions.count)), people: Number.grouped(revisions.count))
        printer.member(
            "revised",
            .array(
                revisions.prefix(100).map {
                    [
                        "timestamp_ms": .integer($0.stamp), "kind": .string("\($0.kind)"),
                        "position": .integer($0.position.number),
                    ]
                }))
        printer.add("version", .integer(Int64(entry.version)))
    }
}
