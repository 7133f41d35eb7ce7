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

    /// All changes up to a position, in the order of the log.
    ///
    /// - Complexity: O(events of the stream), updates among them.
    public static func changes(
        _ view: borrowing StoreView, market: MarketID, through last: GlobalPosition
    ) throws -> [DriftLog.Entry<Change>] {
        try DriftLog.entries(view, .operations(market), through: last) { event in
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

    /// The decisions about a labelling up to a position, in the order of the log.
    ///
    /// - Complexity: O(events of the stream).
    public static func decisions(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        through last: GlobalPosition
    ) throws -> [DriftLog.Entry<Decision>] {
        try DriftLog.entries(view, .operations(market), through: last) { event in
            guard event.currentType == .decisionMade else { return nil }
            let decision = try Decision(event)
            return decision.labelsHash == hash ? decision : nil
        }
    }

    /// The decision about a labelling that began the newest pause up to a position; nil if there never
    /// was one.
    ///
    /// - Complexity: O(events of the stream).
    public static func pause(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        through last: GlobalPosition
    ) throws -> DriftLog.Entry<Decision>? {
        var began: DriftLog.Entry<Decision>?
        var operations = Operations()
        for entry in try changes(view, market: market, through: last) {
            switch entry.value {
            case .decided(let decision) where decision.labelsHash == hash:
                let wasPaused = operations.isPaused
                operations.apply(decision)
                guard operations.isPaused, !wasPaused else { continue }
                began = DriftLog.Entry(
                    position: entry.position, version: entry.version,
                    recordedAt: entry.recordedAt, value: decision)
            case .resumed(let resumed) where resumed.labelsHashes.contains(hash):
                guard operations.isPaused else { continue }
                try operations.apply(
                    TradingResumed(labelsHashes: [hash], by: resumed.by, reason: resumed.reason))
            default: break
            }
        }
        return began
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
