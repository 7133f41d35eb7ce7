internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Labeling
internal import Market
internal import Mechanic
internal import Projections

/// A what-if as scripts read it: everything that came out.
struct WhatIfReport {
    private let answer: WhatIf
    private let rows: [WhatIf.Row]

    init(_ answer: WhatIf, _ rows: [WhatIf.Row]) {
        self.answer = answer
        self.rows = rows
    }

    func json(labels: Bool, checks: Bool) -> JSONValue {
        let record = answer.record
        let interval = answer.market.timeframe.milliseconds
        var recorded: [JSONValue.Member] = Self.hashes(record.configuration)
        recorded.append(.init("labels", Self.json(record.labels)))
        recorded.append(
            .init("labelled_from_ms", record.labelledFrom.map { .integer($0) } ?? .null))
        recorded.append(.init("stale_labels", .integer(record.staleLabels)))
        recorded.append(.init("drift", record.drift.map(Self.json) ?? .null))
        recorded.append(.init("restated_checks", .integer(record.restatedChecks)))
        recorded.append(
            .init("checks_of_other_configurations", .integer(record.otherChecks)))
        return [
            "position": .integer(Int64(answer.position.number)),
            "market": .string(answer.market.description),
            "from_ms": answer.entries.map { .integer($0.lowerBound) } ?? .null,
            "to_ms": answer.entries.map { .integer($0.upperBound + interval) } ?? .null,
            "through_ms": .integer(answer.through), "candles": .integer(answer.candles),
            "recorded": .object(recorded),
            "configurations": .array(rows.map { json($0, labels: labels, checks: checks) }),
        ]
    }

    private static func hashes(_ configuration: IdentifiedConfiguration) -> [JSONValue.Member] {
        [
            .init("config_hash", .string(configuration.hash.hex)),
            .init("labels_hash", .string(configuration.labelsHash.hex)),
        ]
    }

    private func json(_ row: WhatIf.Row, labels: Bool, checks: Bool) -> JSONValue {
        let configuration = row.configuration.configuration
        var members = Self.hashes(row.configuration)
        members.append(
            .init(
                "changes",
                .object(row.changes.map { .init($0.leaf.name, configuration[$0.leaf]) })))
        members.append(.init("labels", Self.json(row.labels)))
        members.append(.init("difference", Self.json(row.difference, lists: labels)))
        members.append(.init("drift", row.drift.map(Self.json) ?? .null))
        members.append(
            .init(
                "drift_difference",
                row.driftDifference.map { Self.json($0, lists: checks) } ?? .null))
        return .object(members)
    }

    private static func json(_ labels: LabelSummary) -> JSONValue {
        let net: JSONValue =
            labels.netBps.map { net in
                .object(
                    [.init("mean", Cell.number(net.mean).forJSON)]
                        + net.quantiles.map {
                            .init("p\($0.percent)", Cell.number($0.value).forJSON)
                        })
            } ?? .null
        return [
            "closed": .integer(labels.closed), "open": .integer(labels.open),
            "meta": .integer(labels.meta),
            "meta_share": Cell.number(labels.metaShare).forJSON,
            "exits": .object(
                zip(ExitReason.allCases, labels.exits).map { .init($0.name, .integer($1)) }),
            "net_bps": net, "mean_gross_bps": Cell.number(labels.meanGrossBps).forJSON,
            "mean_costs_bps": Cell.number(labels.meanCostsBps).forJSON,
        ]
    }

    private static func json(_ difference: LabelDifference, lists: Bool) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("changed", .integer(difference.changed)),
            .init("outcomes", .integer(difference.outcomes)),
            .init("reasons", .integer(difference.reasons)),
            .init("costs_only", .integer(difference.costs)),
            .init("meta_gained", .integer(difference.metaGained)),
            .init("meta_lost", .integer(difference.metaLost)),
            .init("only_here", .integer(difference.onlyHere)),
            .init("only_recorded", .integer(difference.onlyRecorded)),
        ]
        if lists {
            members.append(.init("changes", .array(difference.changes.map(json))))
        }
        return .object(members)
    }

    private static func json(_ change: LabelDifference.Change) -> JSONValue {
        [
            "entry_time_ms": .integer(change.entry),
            "recorded": change.recorded.map(json) ?? .null,
            "other": change.other.map(json) ?? .null,
        ]
    }

    private static func json(_ label: Label) -> JSONValue {
        [
            "exit_reason": .string(label.reason.name), "exit_time_ms": .integer(label.exitTime),
            "exit_price": Cell.number(label.exitPrice).forJSON,
            "costs_bps": Cell.number(label.costsBps).forJSON,
            "pnl_net_bps": Cell.number(label.netBps).forJSON,
            "meta_label": .integer(label.isMeta ? 1 : 0),
        ]
    }

    private static func json(_ drift: DriftSummary) -> JSONValue {
        [
            "checks": .integer(drift.checks),
            "severities": .object(
                DriftSeverity.allCases.map { .init($0.rawValue, .integer(drift[$0])) }),
            "pauses": .integer(drift.pauses),
            "paused_from_ms": drift.pausedFrom.map { .integer($0) } ?? .null,
            "paused_before": .bool(drift.isPausedBefore), "alerts": .integer(drift.alerts),
            "level": drift.level.map { .string($0.rawValue) } ?? .null,
            "paused": .bool(drift.isPaused),
        ]
    }

    private static func json(_ difference: DriftDifference, lists: Bool) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("own_schedule", .bool(difference.hasOwnSchedule)),
            .init("compared", .integer(difference.compared)),
            .init("severities", .integer(difference.severities)),
            .init("compared_decisions", .integer(difference.comparedDecisions)),
            .init("decisions", .integer(difference.decisions)),
        ]
        if lists {
            members.append(.init("changes", .array(difference.changes.map(json))))
        }
        return .object(members)
    }

    private static func json(_ change: DriftDifference.Change) -> JSONValue {
        [
            "end_ms": .integer(change.end),
            "recorded_severity": .string(change.recordedSeverity.rawValue),
            "recorded_level": change.recordedLevel.map { .string($0.rawValue) } ?? .null,
            "recorded_actions": json(change.recordedActions),
            "severity": .string(change.severity.rawValue),
            "level": .string(change.level.rawValue), "actions": json(change.actions),
        ]
    }

    private static func json(_ actions: [Decision.Action]) -> JSONValue {
        .array(actions.map { .string($0.rawValue) })
    }
}
