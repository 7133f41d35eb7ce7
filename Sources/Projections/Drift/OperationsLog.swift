public import Digest
public import DriftStatistics
public import EventFormat
public import EventStorage
public import Market

/// What was decided, said and delivered about a market, read from its stream of operations.
public enum OperationsLog {
    /// What one event says.
    public enum Change: Sendable {
        /// A drift check was followed by a decision.
        case decided(Decision)
        /// An alert was raised.
        case raised(AlertRaised)
        /// Somebody has seen an alert.
        case acknowledged(AlertAcknowledged)
        /// A sink took an alert, or did not.
        case delivered(AlertDelivered)
        /// An alert came to its end.
        case resolved(AlertResolved)
        /// Somebody let trading go on.
        case resumed(TradingResumed)
    }

    /// All changes after a position and up to another, in the order of the log.
    ///
    /// - Complexity: O(events of the stream in between), updates among them.
    public static func changes(
        _ view: borrowing StoreView, market: MarketID, after first: GlobalPosition = .start,
        through last: GlobalPosition
    ) throws -> [DriftLog.Entry<Change>] {
        try DriftLog.entries(view, .operations(market), after: first, through: last) { event in
            switch event.currentType {
            case .decisionMade: .decided(try Decision(event))
            case .alertRaised: .raised(try AlertRaised(event))
            case .alertAcknowledged: .acknowledged(try AlertAcknowledged(event.payload))
            case .alertDelivered: .delivered(try AlertDelivered(event.payload))
            case .alertResolved: .resolved(try AlertResolved(event))
            case .tradingResumed: .resumed(try TradingResumed(event.payload))
            default: nil
            }
        }
    }

    /// The decisions about a labelling after a position and up to another, in the order of the log.
    ///
    /// - Complexity: O(events of the stream in between).
    public static func decisions(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        after first: GlobalPosition = .start, through last: GlobalPosition
    ) throws -> [DriftLog.Entry<Decision>] {
        try DriftLog.entries(view, .operations(market), after: first, through: last) { event in
            guard event.currentType == .decisionMade else { return nil }
            let decision = try Decision(event)
            return decision.labelsHash == hash ? decision : nil
        }
    }

    /// The decisions of all labellings up to a position, in the order of the log.
    ///
    /// - Complexity: O(events of the stream).
    public static func decisions(
        _ view: borrowing StoreView, market: MarketID, through last: GlobalPosition
    ) throws -> [DriftLog.Entry<Decision>] {
        try DriftLog.entries(view, .operations(market), through: last) { event in
            event.currentType == .decisionMade ? try Decision(event) : nil
        }
    }

    /// The newest pause of a labelling.
    public struct Pause: Sendable {
        /// The decision that began it; those after it ask for it again and change nothing.
        public let decision: DriftLog.Entry<Decision>
        /// What ended it; nil while it is in force.
        public internal(set) var end: DriftLog.Entry<TradingResumed>?
    }

    /// The newest pause of every labelling that ever had one, up to a position, in the order in which
    /// they began.
    ///
    /// - Complexity: O(events of the stream).
    public static func pauses(
        _ view: borrowing StoreView, market: MarketID, through last: GlobalPosition
    ) throws -> [Pause] {
        var pauses: [Hash256: Pause] = [:]
        for entry in try changes(view, market: market, through: last) {
            switch entry.value {
            case .decided(let decision) where decision[.pauseTrading] != nil:
                if let known = pauses[decision.labelsHash], known.end == nil { continue }
                // Where somebody let trading go on, the same episode asks for no pause again.
                pauses[decision.labelsHash] = Pause(
                    decision: DriftLog.Entry(
                        position: entry.position, version: entry.version,
                        recordedAt: entry.recordedAt, value: decision))
            case .resumed(let resumed):
                for hash in resumed.labelsHashes {
                    pauses[hash]?.end = DriftLog.Entry(
                        position: entry.position, version: entry.version,
                        recordedAt: entry.recordedAt, value: resumed)
                }
            default: break
            }
        }
        return pauses.values.sorted { $0.decision.position < $1.decision.position }
    }

    /// The levels that were in force after the checks of a labelling, by the checks' versions.
    ///
    /// - Complexity: O(events of the stream).
    public static func levels(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        through last: GlobalPosition
    ) throws -> [UInt64: DriftSeverity] {
        var levels: [UInt64: DriftSeverity] = [:]
        for entry in try changes(view, market: market, through: last) {
            guard case .decided(let decision) = entry.value, decision.labelsHash == hash else {
                continue
            }
            levels[decision.check] = decision.level
        }
        return levels
    }
}
