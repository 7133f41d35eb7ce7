public import Digest
public import EventFormat
public import EventStorage
public import Market

extension DriftLog {
    /// What one event of the stream of drift says, monitors aside.
    public enum Fact: Sendable {
        /// A baseline was recorded.
        case baseline(BaselineRecord)
        /// The baseline that somebody had set holds no longer.
        case released
        /// A check was made.
        case checked(DriftCheck)
    }

    /// All baselines, releases and checks of a labelling up to a position, in the order of the log.
    ///
    /// - Complexity: O(events of the stream); the payloads of monitors are not read.
    public static func facts(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        through last: GlobalPosition
    ) throws -> [Entry<Fact>] {
        try entries(view, .drift(market, hash: hash), through: last) { event in
            switch event.currentType {
            case .baselineRecorded: .baseline(try BaselineRecord(event))
            case .baselineReleased: .released
            case .driftChecked: .checked(try DriftCheck(event))
            default: nil
            }
        }
    }
}

extension OperationsLog {
    /// All completed updates of a market up to a position, in the order of the log.
    ///
    /// - Complexity: O(events of the stream).
    public static func updates(
        _ view: borrowing StoreView, market: MarketID, through last: GlobalPosition
    ) throws -> [DriftLog.Entry<UpdateCompletion>] {
        try DriftLog.entries(view, .operations(market), through: last) { event in
            event.currentType == .updateCompleted ? try UpdateCompletion(event) : nil
        }
    }
}
