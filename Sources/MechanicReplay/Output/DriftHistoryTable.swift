internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections
internal import SystemIO

/// The recorded checks or monitors of a labelling.
struct DriftHistoryTable {
    let position: GlobalPosition
    private var checks: [DriftLog.Entry<DriftCheck>] = []
    private var levels: [UInt64: DriftSeverity] = [:]
    private var monitors: [DriftLog.Entry<MarketMonitor>]?

    /// Reads those whose windows end in a range.
    init(
        _ view: borrowing StoreView, _ market: MarketID, labels hash: Hash256,
        ends: ClosedRange<Int64>, monitors isMonitor: Bool, _ position: GlobalPosition
    ) throws {
        self.position = position
        if isMonitor {
            monitors = try DriftLog.monitors(view, market: market, labels: hash, through: position)
                .filter { ends.contains($0.value.range.upperBound) }
            return
        }
        checks = try DriftLog.checks(view, market: market, labels: hash, through: position)
            .filter { ends.contains($0.value.end) }
        levels = try OperationsLog.levels(view, market: market, labels: hash, through: position)
    }

    static let columns = [
        "end_ms", "severity", "level", "cause", "ks_statistic", "ks_pvalue", "psi", "label_drift",
        "cost_drift", "evaluated", "drifted", "outside", "current_n", "reference_n",
        "baseline_version", "stale_minutes", "config_hash", "position", "recorded_at_us",
    ]

    static let monitorColumns = [
        "end_ms", "candles", "missing", "gaps", "outliers", "volatility", "volatility_bps",
        "volatility_ratio", "trend", "trend_score", "labels", "profitable", "mean_cost_bps",
        "position", "recorded_at_us",
    ]

    func print(_ output: OutputOptions) {
        let isTable = Format.resolve(output.format, inPipe: .csv) == .table
        var printer = output.rows(monitors == nil ? Self.columns : Self.monitorColumns)
        if let monitors {
            if isTable {
                printLines(
                    [
                        ("volatility_ratio", monitors.map(\.value.volatilityRatio)),
                        ("trend_score", monitors.map(\.value.trendScore)),
                    ], isPlain: output.isPlain)
            }
            for entry in monitors { printer.add(Self.cells(entry)) }
        } else {
            if isTable {
                printLines(
                    [
                        ("ks_statistic", checks.map { $0.value[.ks]?.statistic }),
                        ("ks_pvalue", checks.map { $0.value[.ks]?.pValue }),
                        ("psi", checks.map { $0.value[.psi]?.statistic }),
                        ("label_drift", checks.map { $0.value[.labels]?.statistic }),
                        ("cost_drift", checks.map { $0.value[.costs]?.statistic }),
                    ], isPlain: output.isPlain)
            }
            for entry in checks { printer.add(cells(entry, isTable: isTable)) }
        }
        if (monitors?.isEmpty ?? true) && checks.isEmpty {
            output.console.say("nothing is recorded there: `mechanic-replay update` records checks")
        }
        printer.finish()
    }

    /// A line for each statistic, with its least and greatest value.
    private func printLines(_ series: [(name: String, values: [Double?])], isPlain: Bool) {
        guard let count = series.first?.values.count, count > 0 else { return }
        let width = series.map(\.name.count).max() ?? 0
        for (name, values) in series {
            let known = values.compactMap(\.self)
            let title = name + String(repeating: " ", count: width - name.count)
            let range =
                known.min().flatMap { low in
                    known.max().map { "min \(Number.short(low))  max \(Number.short($0))" }
                } ?? "not evaluated"
            StandardStream.output.write(
                "\(title)  \(Sparkline.text(values, isPlain: isPlain))  \(range)\n")
        }
        StandardStream.output.write("\n")
    }

    private func cells(_ entry: DriftLog.Entry<DriftCheck>, isTable: Bool) -> [Cell] {
        let check = entry.value
        let hash = check.configurationHash.hex
        return [
            .time(check.end), .text(check.severity.rawValue),
            .text(levels[entry.version]?.rawValue), .text(check.cause.rawValue),
            .measure(check[.ks]?.statistic), .measure(check[.ks]?.pValue),
            .measure(check[.psi]?.statistic), .measure(check[.labels]?.statistic),
            .measure(check[.costs]?.statistic), .integer(Int64(check.evaluated)),
            .integer(Int64(check.drifted.count)), .integer(Int64(check.outside)),
            .integer(Int64(check[.psi]?.current.count ?? 0)),
            .integer(Int64(check[.psi]?.reference.count ?? 0)),
            .integer(Int64(check.baseline)), .integer(Int64(check.staleMinutes)),
            .text(isTable ? String(hash.prefix(8)) : hash),
            .integer(Int64(entry.position.number)), .recorded(entry.recordedAt),
        ]
    }

    private static func cells(_ entry: DriftLog.Entry<MarketMonitor>) -> [Cell] {
        let monitor = entry.value
        return [
            .time(monitor.range.upperBound), .integer(Int64(monitor.candles)),
            .integer(Int64(monitor.missing)), .integer(Int64(monitor.gaps)),
            .integer(Int64(monitor.outliers)), .text(monitor.volatility.rawValue),
            .measure(monitor.volatilityBps), .measure(monitor.volatilityRatio),
            .text(monitor.trend.rawValue), .measure(monitor.trendScore),
            .integer(Int64(monitor.labels.closed)), .integer(Int64(monitor.labels.profitable)),
            .measure(monitor.labels.meanCostBps), .integer(Int64(entry.position.number)),
            .recorded(entry.recordedAt),
        ]
    }
}
