public import Digest
public import EventFormat
public import EventStorage
public import Market
public import Projections

/// What a raised alert rests on: the decision that raised it, what that rests on, and earlier alerts.
public struct AlertBlame: Blame {
    /// The market.
    public let market: MarketID
    /// The end of the commit as of which it was asked.
    public let position: GlobalPosition
    /// The alert.
    public let alert: DriftLog.Entry<AlertRaised>
    /// The decision that raised it.
    public let decision: DecisionBlame
    /// The events, those of the decision among them.
    public let events: [BlamedEvent]
    /// None.
    public var history: [BlamedEvent] { [] }
    /// The program.
    public var program: String { decision.program }
    /// The configuration that decided.
    public var configurationHash: Hash256 { alert.value.configurationHash }
    /// The labelling.
    public var labelsHash: Hash256 { alert.value.labelsHash }

    /// The blame for an alert.
    ///
    /// - Throws: ``BlameError`` where it was never raised.
    /// - Complexity: O(events of the streams of drift and operations up to the alert).
    public static func of(
        _ view: borrowing StoreView, market: MarketID, alert number: UInt64,
        asOf position: GlobalPosition
    ) throws -> AlertBlame {
        let search = try AlertSearch(view, market, number, position)
        let decision = try DecisionBlame.of(
            view, market: market, search.decision, asOf: position)
        var events = try search.evidence.read(view)
        for event in decision.events {
            var event = event
            for index in event.parts.indices where event.parts[index].role == .result {
                event.parts[index].role = .decision
            }
            events.append(event)
        }
        events.sort { $0.position < $1.position }
        return AlertBlame(
            market: market, position: position, alert: search.alert, decision: decision,
            events: events)
    }

    /// Makes the decision from these events and no others, and the alert from that.
    public func failure(from events: [RecordedEvent]) -> String? {
        if let failure = decision.failure(from: events) { return failure }
        return reason {
            let given = try AlertReproduction(of: alert.value, decision.decision.value, events)
            guard given.isRecorded else {
                return "the events do not hold the alert as it is recorded"
            }
            guard let raised = given.raised else { return "the decision raises no alert" }
            return JSONDifference.first(alert.value.json, raised.json)
        }
    }
}

/// The search for what an alert rests on.
private struct AlertSearch {
    let alert: DriftLog.Entry<AlertRaised>
    let decision: DriftLog.Entry<Decision>
    private(set) var evidence = Evidence()

    init(
        _ view: borrowing StoreView, _ market: MarketID, _ number: UInt64,
        _ position: GlobalPosition
    ) throws {
        let changes = try OperationsLog.changes(view, market: market, through: position)
        var raised: [UInt64: DriftLog.Entry<AlertRaised>] = [:]
        var resolved: [UInt64: GlobalPosition] = [:]
        var decisions: [DriftLog.Entry<Decision>] = []
        for change in changes where raised[number] == nil {
            switch change.value {
            case .decided(let value): decisions.append(change.with(value))
            case .raised(let value): raised[value.alert] = change.with(value)
            case .resolved(let value): resolved[value.alert] = change.position
            default: break
            }
        }
        guard let alert = raised[number] else {
            throw BlameError(
                "alert \(number) of \(market) never was as of position \(position): "
                    + (raised.isEmpty ? "there was none" : "there were 1 to \(raised.count)"))
        }
        let decision = decisions.last {
            $0.value.labelsHash == alert.value.labelsHash && $0.value.check == alert.value.check
        }
        guard let decision else {
            throw EventStoreError(
                .corrupted,
                "position \(alert.position): no decision raised alert \(number); run "
                    + "`mechanic-replay verify --recompute`", position: alert.position)
        }
        self.alert = alert
        self.decision = decision
        evidence.add(alert.position, .result)
        if let before = raised[number - 1] {
            evidence.add(before.position, .numbered)
            let isOfAnother = before.value.labelsHash != alert.value.labelsHash
            if !isOfAnother, let end = resolved[number - 1] { evidence.add(end, .resolved) }
        }
        if let old = alert.value.replaces.flatMap({ raised[$0] }) {
            evidence.add(old.position, .replaced)
        }
    }
}

extension DriftLog.Entry {
    /// The same entry, of one kind of value.
    fileprivate func with<Other: Sendable>(_ value: Other) -> DriftLog.Entry<Other> {
        DriftLog.Entry<Other>(
            position: position, version: version, recordedAt: recordedAt, value: value)
    }
}

/// An alert raised from a few events and nothing else.
private struct AlertReproduction {
    let raised: AlertRaised?
    let isRecorded: Bool

    init(of alert: AlertRaised, _ decision: Decision, _ events: [RecordedEvent]) throws {
        var operations = Operations()
        var isRecorded = false
        try LooseEvents(events).forEach { _, event in
            switch event.currentType {
            case .alertRaised:
                let raised = try AlertRaised(event)
                if raised.alert == alert.alert {
                    isRecorded = raised == alert
                } else {
                    try operations.take(raised)
                }
            case .alertResolved: try operations.apply(AlertResolved(event))
            default: break
            }
        }
        raised = operations.alert(raisedBy: decision)
        self.isRecorded = isRecorded
    }
}
