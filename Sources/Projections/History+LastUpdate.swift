internal import EventFormat
public import EventStorage
public import Market

extension History {
    /// When the newest update of a market was recorded, microseconds UTC; nil before the first.
    ///
    /// - Complexity: O(events of the operations stream after it).
    public static func lastUpdate(
        _ view: borrowing StoreView, market: MarketID
    ) throws -> Int64? {
        guard let head = try view.head(of: MarketStream.operations(market).id) else { return nil }
        let reader = try LogReader(view)
        for number in stride(from: head.version.number, to: 0, by: -1) {
            guard let position = try view.position(of: StreamVersion(number), in: head),
                let event = try view.event(at: position)
            else { throw missing(number, of: .operations(market)) }
            var recordedAt: Int64?
            try reader.read(event, at: position) {
                if $0.currentType == .updateCompleted { recordedAt = $0.recordedAt }
            }
            if let recordedAt { return recordedAt }
        }
        return nil
    }
}
