internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Projections

/// A decision made from a few events and nothing else.
struct DecisionReproduction {
    /// What the events give.
    let decision: Decision
    /// What they say.
    let recorded: Decision
    /// How many checks they hold.
    let checks: Int

    /// Decides once more.
    ///
    /// - Parameter version: the decision's, in the stream of operations.
    /// - Throws: what is not among the events.
    init(of version: UInt64, in market: MarketID, from events: [RecordedEvent]) throws {
        var recorded: Decision?
        var configurations: [IdentifiedConfiguration] = []
        var state = MarketState(market: market)
        var checks: [UInt64: DriftCheck] = [:]
        var operations = Operations()
        try LooseEvents(events).forEach { stream, event in
            guard stream.market == market else { throw BlameError("an event of another market") }
            // What follows it, such as the alert that it raised, it does not rest on.
            guard recorded == nil else { return }
            switch (stream, event.currentType) {
            case (.configuration, _):
                let change = try ConfigurationChange(event.payload)
                if change.isActive {
                    configurations.append(IdentifiedConfiguration(change.configuration))
                }
            case (.labels, .labellingOpened): try state.apply(event, of: stream)
            case (.drift, .driftChecked):
                checks[event.streamVersion.number] = try DriftCheck(event)
                try state.apply(event, of: stream)
            case (.operations, .decisionMade):
                let decision = try Decision(event)
                if event.streamVersion.number == version {
                    recorded = decision
                } else {
                    operations.apply(decision)
                }
            case (.operations, .tradingResumed):
                let resumed = try TradingResumed(event.payload)
                let hashes = resumed.labelsHashes.filter { operations[$0]?.pausedSince != nil }
                try operations.apply(
                    TradingResumed(labelsHashes: hashes, by: resumed.by, reason: resumed.reason))
            case (.operations, .alertRaised): try operations.take(AlertRaised(event))
            case (.operations, .alertResolved): try operations.apply(AlertResolved(event))
            default: throw BlameError("an event that no decision rests on")
            }
        }
        guard let recorded else { throw BlameError("the decision is not among the events") }
        guard let check = checks[recorded.check], let history = state.drift[recorded.labelsHash]
        else { throw BlameError("the check is not among the events") }
        guard history.version == recorded.check else {
            throw BlameError("a later check is among the events")
        }
        let configuration = configurations.first { $0.hash == check.configurationHash }
        guard let configuration else {
            throw BlameError("the configuration that decided is not among the events")
        }
        var decision = Decision(
            on: check, history, operations,
            hold: configuration.configuration.drift.holdChecks)
        decision.program = recorded.program
        self.decision = decision
        self.recorded = recorded
        self.checks = checks.count
    }
}

extension Operations {
    /// Takes an alert although those before it are not among the events.
    mutating func take(_ raised: AlertRaised) throws {
        alertCount = raised.alert - 1
        try apply(raised)
    }
}
