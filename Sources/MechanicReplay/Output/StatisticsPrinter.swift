internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// Label statistics as `labels --statistics` prints them.
enum StatisticsPrinter {
    static func print(
        _ statistics: LabelStatistics, _ labelling: LabelState, _ position: GlobalPosition,
        _ report: ReportPrinter
    ) {
        var printer = report
        printer.member("position", .integer(Int64(position.number)))
        printer.add("config_hash", .text(labelling.configuration.hash.hex))
        printer.member("labels_hash", .string(labelling.hash.hex))
        addCounts(statistics, to: &printer)
        addExits(statistics, to: &printer)
        printer.member(
            "costs_bps", ["mean": statistics.meanCostsBps.map { Cell.number($0).forJSON } ?? .null])
        printer.line(
            "mean costs", statistics.meanCostsBps.map { "\(Number.fixed($0, 2)) bps" } ?? "")
        let distributions = [
            ("pnl_net_bps", "net bps", statistics.netBps),
            ("pnl_gross_bps", "gross bps", statistics.grossBps),
            ("duration_minutes", "minutes", statistics.minutes),
        ]
        printer.line("", aligned(["mean"] + Distribution.percents.map(name)))
        for (name, title, distribution) in distributions {
            printer.member(name, distribution.map(json) ?? .null)
            guard let distribution else { continue }
            let values = [distribution.mean] + distribution.quantiles.map(\.value)
            printer.line(title, aligned(values.map { Number.fixed($0, 2) }))
        }
        printer.member("known_at_ms", statistics.knownAt.map { .integer($0) } ?? .null)
        if let knownAt = statistics.knownAt {
            printer.line("known at", UTCTime.text(milliseconds: knownAt))
        }
        printer.finish()
    }

    private static func addCounts(_ statistics: LabelStatistics, to printer: inout ReportPrinter) {
        let counts = [
            ("closed", statistics.closed), ("open", statistics.open), ("meta", statistics.meta),
            ("ambiguous", statistics.ambiguous), ("crossing_gaps", statistics.crossingGaps),
        ]
        for (name, count) in counts {
            let share = name == "meta" ? statistics.metaShare : nil
            printer.add(name, .integer(Int64(count)), people: people(count, share))
        }
        printer.member("meta_share", statistics.metaShare.map { .number($0) } ?? .null)
    }

    private static func addExits(_ statistics: LabelStatistics, to printer: inout ReportPrinter) {
        for exits in statistics.exits {
            printer.line("exit \(exits.reason.name)", people(exits.count, exits.share))
        }
        printer.member(
            "exits",
            .object(
                statistics.exits.map { exits in
                    .init(
                        exits.reason.name,
                        [
                            "count": .integer(exits.count),
                            "share": exits.share.map { .number($0) } ?? .null,
                        ])
                }))
    }

    /// `29,882 (23.06 %)`.
    private static func people(_ count: Int, _ share: Double?) -> String {
        Number.grouped(count) + (share.map { " (\(Number.fixed($0 * 100, 2)) %)" } ?? "")
    }

    private static func json(_ distribution: Distribution) -> JSONValue {
        .object(
            [.init("mean", Cell.number(distribution.mean).forJSON)]
                + distribution.quantiles.map {
                    .init(name($0.percent), Cell.number($0.value).forJSON)
                })
    }

    private static func name(_ percent: Int) -> String {
        switch percent {
        case 0: "min"
        case 100: "max"
        default: "p\(percent)"
        }
    }

    private static func aligned(_ cells: [String]) -> String {
        cells.map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }.joined(
            separator: " ")
    }
}
