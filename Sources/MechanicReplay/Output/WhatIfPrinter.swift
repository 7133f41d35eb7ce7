internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import Labeling
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// What a history under other configurations came to, beside the record.
struct WhatIfPrinter {
    private let answer: WhatIf
    private let rows: [WhatIf.Row]
    private let output: OutputOptions

    init(_ answer: WhatIf, order: WhatIfOptions.Order?, output: OutputOptions) {
        self.answer = answer
        self.output = output
        rows = Self.sorted(answer.rows, by: order)
    }

    /// The greatest first, equal ones and those without a value in the order given.
    private static func sorted(
        _ rows: [WhatIf.Row], by order: WhatIfOptions.Order?
    ) -> [WhatIf.Row] {
        guard let order else { return rows }
        let values = rows.map { value(of: $0, order) ?? -.infinity }
        return rows.indices.sorted { (values[$1], $0) < (values[$0], $1) }.map { rows[$0] }
    }

    private static func value(of row: WhatIf.Row, _ order: WhatIfOptions.Order) -> Double? {
        switch order {
        case .net: row.labels.netBps?.mean
        case .median: row.labels.netBps?[percent: 50]
        case .meta: row.labels.metaShare
        case .labels: Double(row.labels.closed)
        case .changed: Double(row.difference.changed)
        case .alerts: row.drift.map { Double($0.alerts) }
        }
    }

    func print(labels: Bool, checks: Bool) {
        switch Format.resolve(output.format, inPipe: .csv) {
        case .json:
            let report = WhatIfReport(answer, rows)
            StandardStream.output.write(
                report.json(labels: labels, checks: checks).compactText + "\n")
        case .table:
            printTable()
            if labels { printLabels(isTable: true) }
            if checks { printChecks(isTable: true) }
        case .csv, .jsonl:
            if labels {
                printLabels(isTable: false)
            } else if checks {
                printChecks(isTable: false)
            } else {
                printRows()
            }
        }
    }

    private func printTable() {
        let hasDrift = answer.record.drift != nil
        let tells = ([answer.record.drift] + rows.map(\.drift)).contains {
            $0.map { $0[.insufficientData] > 0 } ?? false
        }
        let shown: [DriftSeverity] =
            (tells ? [.insufficientData] : []) + [.none, .warning, .critical, .severe]
        var printer = output.rows(
            ["config", "changes", "labels", "changed", "meta %", "net mean", "p5", "median", "p95"]
                + (hasDrift
                    ? shown.map(Self.title)
                        + ["checks changed", "decisions changed", "paused from", "alerts"]
                    : []))
        func cells(
            _ hash: Hash256, _ changes: String, _ labels: LabelSummary, _ changed: Cell,
            _ drift: DriftSummary?, _ difference: DriftDifference?
        ) -> [Cell] {
            let net = labels.netBps
            return [
                .text(String(hash.hex.prefix(8))), .text(changes), .integer(Int64(labels.closed)),
                changed, .decimals(labels.metaShare.map { $0 * 100 }, 2), .decimals(net?.mean, 2),
                .decimals(net?[percent: 5], 2), .decimals(net?[percent: 50], 2),
                .decimals(net?[percent: 95], 2),
            ] + (drift.map { Self.counts($0, shown, difference) } ?? [])
        }
        let record = answer.record
        let isLate = record.labelledFrom.map { $0 > answer.entries?.lowerBound ?? .max } ?? false
        let same =
            record.otherChecks == 0 && !isLate ? "as recorded" : "these settings throughout"
        printer.add(
            cells(
                record.configuration.hash, "the record", record.labels, .none, record.drift, nil))
        for row in rows {
            printer.add(
                cells(
                    row.configuration.hash,
                    row.changes.isEmpty ? same : Self.text(row.changes), row.labels,
                    .integer(Int64(row.difference.entries)), row.drift, row.driftDifference))
        }
        printer.finish()
    }

    private static func title(_ severity: DriftSeverity) -> String {
        severity == .insufficientData ? "too short" : severity.rawValue
    }

    private static func counts(
        _ drift: DriftSummary, _ shown: [DriftSeverity], _ difference: DriftDifference?
    ) -> [Cell] {
        let before: Cell = drift.isPausedBefore ? .text("before") : .none
        return shown.map { .integer(Int64(drift[$0])) } + [
            .text(difference.map { "\($0.severities) of \($0.compared)" }),
            .text(difference.map { "\($0.decisions) of \($0.comparedDecisions)" }),
            drift.isPausedBefore ? before : drift.pausedFrom.map { .time($0) } ?? .text("never"),
            .integer(Int64(drift.alerts)),
        ]
    }

    private static func text(_ changes: [WhatIf.Row.Change]) -> String {
        changes.map { "\($0.leaf.name)=\($0.text)" }.joined(separator: " ")
    }

    static let columns = [
        "config_hash", "labels_hash", "recorded", "changes", "labels", "open", "meta",
        "meta_share", "exits_tp", "exits_sl", "exits_timeout", "net_mean_bps", "net_p5_bps",
        "net_median_bps", "net_p95_bps", "mean_gross_bps", "mean_costs_bps", "changed", "outcomes",
        "costs_only", "meta_gained", "meta_lost", "only_here", "only_recorded", "checks",
        "insufficient_data", "none", "warning", "critical", "severe", "pauses", "paused_from_ms",
        "paused_before", "alerts", "severities_changed", "decisions_changed",
    ]

    private func printRows() {
        var printer = output.rows(Self.columns)
        let record = answer.record
        printer.add(
            Self.cells(record.configuration, isRecorded: true, "", record.labels)
                + Self.differences(nil) + Self.cells(record.drift, nil))
        for row in rows {
            printer.add(
                Self.cells(row.configuration, isRecorded: false, Self.text(row.changes), row.labels)
                    + Self.differences(row.difference) + Self.cells(row.drift, row.driftDifference))
        }
        printer.finish()
    }

    private static func cells(
        _ configuration: IdentifiedConfiguration, isRecorded: Bool, _ changes: String,
        _ labels: LabelSummary
    ) -> [Cell] {
        let net = labels.netBps
        let counts = [labels.closed, labels.open, labels.meta]
        return [
            .text(configuration.hash.hex), .text(configuration.labelsHash.hex),
            .integer(isRecorded ? 1 : 0), .text(changes),
        ] + counts.map { .integer(Int64($0)) } + [.number(labels.metaShare)]
            + labels.exits.map { .integer(Int64($0)) } + [
                .number(net?.mean), .number(net?[percent: 5]), .number(net?[percent: 50]),
                .number(net?[percent: 95]), .number(labels.meanGrossBps),
                .number(labels.meanCostsBps),
            ]
    }

    private static func differences(_ difference: LabelDifference?) -> [Cell] {
        guard let difference else { return [Cell](repeating: .none, count: 7) }
        let counts = [
            difference.changed, difference.outcomes, difference.costs, difference.metaGained,
            difference.metaLost, difference.onlyHere, difference.onlyRecorded,
        ]
        return counts.map { .integer(Int64($0)) }
    }

    private static func cells(_ drift: DriftSummary?, _ difference: DriftDifference?) -> [Cell] {
        guard let drift else { return [Cell](repeating: .none, count: 12) }
        let counts =
            [drift.checks, drift[.insufficientData], drift[.none], drift[.warning]]
            + [drift[.critical], drift[.severe], drift.pauses]
        return counts.map { .integer(Int64($0)) } + [
            drift.pausedFrom.map { .time($0) } ?? .none, .integer(drift.isPausedBefore ? 1 : 0),
            .integer(Int64(drift.alerts)),
            difference.map { .integer(Int64($0.severities)) } ?? .none,
            difference.map { .integer(Int64($0.decisions)) } ?? .none,
        ]
    }

    static let labelColumns = [
        "config_hash", "entry_time_ms", "recorded_reason", "recorded_exit_time_ms",
        "recorded_net_bps", "recorded_meta", "other_reason", "other_exit_time_ms", "other_net_bps",
        "other_meta",
    ]

    private func printLabels(isTable: Bool) {
        if isTable { StandardStream.output.write("\n") }
        var printer = output.rows(Self.labelColumns)
        for row in rows {
            for change in row.difference.changes {
                printer.add(
                    [hash(row, isTable: isTable), .time(change.entry)]
                        + Self.cells(change.recorded) + Self.cells(change.other))
            }
        }
        printer.finish()
    }

    private static func cells(_ label: Label?) -> [Cell] {
        guard let label else { return [.none, .none, .none, .none] }
        return [
            .text(label.reason.name), .time(label.exitTime), .number(label.netBps),
            .integer(label.isMeta ? 1 : 0),
        ]
    }

    static let checkColumns = [
        "config_hash", "end_ms", "recorded_severity", "recorded_level", "recorded_actions",
        "other_severity", "other_level", "other_actions",
    ]

    private func printChecks(isTable: Bool) {
        if isTable { StandardStream.output.write("\n") }
        var printer = output.rows(Self.checkColumns)
        for row in rows {
            for change in row.driftDifference?.changes ?? [] {
                printer.add([
                    hash(row, isTable: isTable), .time(change.end),
                    .text(change.recordedSeverity.rawValue), .text(change.recordedLevel?.rawValue),
                    Self.text(change.recordedActions), .text(change.severity.rawValue),
                    .text(change.level.rawValue), Self.text(change.actions),
                ])
            }
        }
        printer.finish()
    }

    private static func text(_ actions: [Decision.Action]) -> Cell {
        .text(actions.map(\.rawValue).joined(separator: " "))
    }

    private func hash(_ row: WhatIf.Row, isTable: Bool) -> Cell {
        let hash = row.configuration.hash.hex
        return .text(isTable ? String(hash.prefix(8)) : hash)
    }
}
