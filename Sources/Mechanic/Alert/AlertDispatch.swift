internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
public import EventFormat
internal import EventStorage
internal import Market
public import Projections

/// Brings open alerts to sinks and records what became of them.
///
/// Delivery comes after the commit that raised the alert, so that no sink can hold up or undo what was
/// recorded. What a sink did not take is tried again by the next dispatch, while the alert is open, its
/// labelling active, and nobody has acknowledged it.
public struct AlertDispatch: Sendable {
    /// What was tried, in the order of alerts and sinks.
    public private(set) var deliveries: [AlertDelivered] = []
    /// Where the log ends afterwards; nil if nothing was to be delivered.
    public private(set) var position: GlobalPosition?

    /// Delivers what each sink has not taken yet.
    ///
    /// - Parameters:
    ///   - sinks: each has a name of its own.
    ///   - now: the clock of the record, microseconds UTC.
    /// - Complexity: that of the sinks, one after the other; one commit if anything was tried.
    public static func run(
        _ updater: Updater, to sinks: [any AlertSink], at now: Int64
    ) throws -> AlertDispatch {
        var dispatch = AlertDispatch()
        guard !sinks.isEmpty else { return dispatch }
        let state = try updater.recentState()
        let active = state.activeLabellings.map(\.hash)
        for alert in state.operations.alerts
        where alert.acknowledgedBy == nil && active.contains(alert.labelsHash) {
            let line = alert.json(of: state).canonicalBytes
            for sink in sinks where !alert.sinks.contains(sink.name) {
                let delivery = sink.deliver(line)
                dispatch.deliveries.append(
                    AlertDelivered(
                        alert: alert.number, sink: sink.name,
                        isDelivered: delivery.isDelivered, attempts: delivery.attempts,
                        detail: delivery.detail))
            }
        }
        guard !dispatch.deliveries.isEmpty else { return dispatch }
        dispatch.position = try updater.record(dispatch.deliveries, at: now)
        return dispatch
    }
}

extension Operations.Alert {
    /// The alert as a sink gets it.
    fileprivate func json(of state: MarketState) -> JSONValue {
        [
            "alert": .integer(number), "cause": .string(cause),
            "first_seen_ms": .integer(firstSeen), "labels_hash": .string(labelsHash.hex),
            "last_seen_ms": .integer(lastSeen), "level": .string(level.rawValue),
            "market": .string(state.market.description),
            "paused": .bool(state.operations[labelsHash]?.pausedSince != nil),
            "symbol": .string(state.market.symbol.description),
        ]
    }
}
