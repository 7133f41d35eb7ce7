public import Digest
public import EventFormat
public import EventStorage
public import Market
public import Projections

/// What a recorded decision rests on: the checks whose severities hold the level, and what was in force.
public struct DecisionBlame: Blame {
    /// The market.
    public let market: MarketID
    /// The end of the commit as of which it was asked.
    public let position: GlobalPosition
    /// The decision.
    public let decision: DriftLog.Entry<Decision>
    /// The checks that count for the level, the newest, which was decided on, last.
    public let checks: [DriftLog.Entry<DriftCheck>]
    /// The events.
    public let events: [BlamedEvent]
    /// None.
    public var history: [BlamedEvent] { [] }
    /// The program.
    public var program: String { decision.value.program }
    /// The configuration that decided.
    public var configurationHash: Hash256 { decision.value.configurationHash }
    /// The labelling.
    public var labelsHash: Hash256 { decision.value.labelsHash }

    /// The blame for a decision.
    ///
    /// - Parameters:
    ///   - decision: as ``OperationsLog`` has it.
    ///   - position: the end of a commit.
    /// - Complexity: O(events of the streams of drift and operations up to the decision).
    public static func of(
        _ view: borrowing StoreView, market: MarketID, _ decision: DriftLog.Entry<Decision>,
        asOf position: GlobalPosition
    ) throws -> DecisionBlame {
        let search = try DecisionSearch(view, market, decision)
        return DecisionBlame(
            market: market, position: position, decision: decision, checks: search.checks,
            events: try search.evidence.read(view))
    }

    /// Computes the decision from these events and no others.
    public func failure(from events: [RecordedEvent]) -> String? {
        reason {
            let given = try DecisionReproduction(
                of: decision.version, in: market, from: events)
            guard given.recorded == decision.value else {
                return "the events do not hold the decision as it is recorded"
            }
            guard given.checks == checks.count else {
                return "the events hold \(given.checks) of the \(checks.count) checks that count"
            }
            return JSONDifference.first(given.recorded.json, given.decision.json)
        }
    }
}
