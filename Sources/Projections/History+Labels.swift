public import EventFormat
public import EventStorage
internal import Labeling
public import Market

/// Where labels are recorded.
extension History {
    /// The events that last recorded the labels of a day's entries, by entry stamp.
    ///
    /// - Parameter last: later events are passed over.
    /// - Complexity: O(events of the day).
    public static func labelPositions(
        _ view: borrowing StoreView, market: MarketID, labelling: LabelState, day: Int32,
        through last: GlobalPosition
    ) throws -> [Int64: GlobalPosition] {
        var positions: [Int64: GlobalPosition] = [:]
        let stream = MarketStream.labels(market, hash: labelling.hash)
        try forEachEvent(view, of: stream, days: day...day, through: last) { event in
            let position = event.frame.position
            for change in try LabelEvents.rows(event).changes {
                switch change {
                case .closed(let label): positions[label.entryTime] = position
                case .revised(let revision): positions[revision.label.entryTime] = position
                case .retracted(let label): positions[label.entryTime] = nil
                }
            }
        }
        return positions
    }

    /// The first day of which a labelling has events, as of a position; nil if there is none.
    ///
    /// - Complexity: O(events of the labelling), of which only the index is read.
    public static func firstDay(
        _ view: borrowing StoreView, market: MarketID, labelling: LabelState,
        through last: GlobalPosition
    ) throws -> UTCDay? {
        let stream = MarketStream.labels(market, hash: labelling.hash)
        guard let head = try view.head(of: stream.id) else { return nil }
        let entries = try view.positions(in: head, days: Int32.min...Int32.max)
        return entries.lazy.filter { $0.position <= last }.map(\.day).min()
            .map { UTCDay(number: $0) }
    }
}
