public import EventFormat
public import EventStorage
internal import Market

extension InputBasis {
    /// A minute of the range that is not as it was.
    public struct Revision: Equatable, Sendable {
        /// The candle's stamp, milliseconds UTC.
        public let stamp: Int64
        /// Whether it changed, or was missing when the result was computed.
        public let kind: CandleRevision.Kind
        /// The event that recorded it.
        public let position: GlobalPosition
    }

    /// The minutes of the range that were revised or came after the result was computed, in the order
    /// of the log: if there is any, the result rests on revised input.
    ///
    /// Labels need no look of their own: they change only with the minutes that decide them, and
    /// those lie before the time by which the labels used were known. So where labels were used, the
    /// minutes from the range's end to that time are told too.
    ///
    /// - Returns: a minute as often as it was revised, also where it is again what it was.
    /// - Complexity: O(candle events of the range's days).
    public func revisions(_ view: borrowing StoreView) throws -> [Revision] {
        var revisions: [Revision] = []
        guard !range.isEmpty else { return revisions }
        let days = UTCDay(of: range.lowerBound).number...UTCDay(of: knownBy - 1).number
        try History.forEachChange(view, market: market, days: days, after: candlesVersion) {
            position, kind, stamp in
            guard (range.lowerBound..<knownBy).contains(stamp) else { return }
            revisions.append(Revision(stamp: stamp, kind: kind, position: position))
        }
        return revisions
    }
}
