public import Digest
public import EventFormat
public import EventStorage
internal import Labeling
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
    /// those lie in the range, as only labels known at its end were used.
    ///
    /// - Returns: a minute as often as it was revised, also where it is again what it was.
    /// - Complexity: O(candle events of the range's days).
    public func revisions(_ view: borrowing StoreView) throws -> [Revision] {
        var revisions: [Revision] = []
        guard !range.isEmpty else { return revisions }
        let days = UTCDay(of: range.lowerBound).number...UTCDay(of: range.upperBound - 1).number
        try History.forEachChange(view, market: market, days: days, after: candlesVersion) {
            position, kind, stamp in
            guard range.contains(stamp) else { return }
            revisions.append(Revision(stamp: stamp, kind: kind, position: position))
        }
        return revisions
    }
}

extension MarketState {
    /// The basis of a result computed from this state.
    ///
    /// The digest is SHA-256 over `mechanic.inputs`, padded to 16 bytes; the number of days that hold
    /// candles of the range (8), and day (4), rows (4) and digest (32) of each; then the same of the
    /// labels of its entries that were known at its end, if labels were used. A day's digest is that
    /// of the records of projections, over the day's rows in the range: whole days are hashed once.
    ///
    /// - Parameters:
    ///   - range: stamps, milliseconds UTC; inside the window, and its rows are loaded.
    ///   - labels: the labelling used, and the version of its stream; nil if no label was.
    /// - Complexity: O(days), and O(rows of the two days at its ends and of days not hashed yet).
    public mutating func inputBasis(
        of range: Range<Int64>, labels: InputBasis.Labels? = nil, hasher: SHA256
    ) -> InputBasis {
        var bytes = Array("mechanic.inputs".utf8)
        bytes.padToEight()
        window.candles.appendDays(of: range, to: &bytes, hasher: hasher)
        if let labels, let index = labelling(labels.hash) {
            let latest = range.upperBound - market.timeframe.milliseconds
            labellings[index].labels.appendDays(of: range, to: &bytes, hasher: hasher) {
                $0.decidedAt <= latest
            }
        }
        return InputBasis(
            market: market, range: range, candlesVersion: candlesVersion, labels: labels,
            digest: hasher.hash(bytes))
    }
}

extension DayGrid {
    /// Appends the number of days with rows of a range, and their digests: of whole days the ones
    /// that are kept, of others those of the rows that count.
    fileprivate mutating func appendDays(
        of range: Range<Int64>, to bytes: inout [UInt8], hasher: SHA256,
        where counts: ((Row) -> Bool)? = nil
    ) {
        var days: [Day] = []
        for day in digests(hasher: hasher) {
            let start = UTCDay(number: day.day).start
            let part = range.clamped(to: start..<start + UTCDay.milliseconds)
            guard !part.isEmpty else { continue }
            var isWhole = part.upperBound - part.lowerBound == UTCDay.milliseconds
            if isWhole, let counts {
                forEach(from: part.lowerBound, through: part.upperBound - 1) {
                    isWhole = isWhole && counts($0)
                }
            }
            guard !isWhole else {
                days.append(day)
                continue
            }
            var rows = DayGrid(timeframe: timeframe)
            forEach(from: part.lowerBound, through: part.upperBound - 1) {
                if counts?($0) ?? true { rows.set($0) }
            }
            days += rows.digests(hasher: hasher)
        }
        bytes.append(littleEndian: UInt64(days.count))
        days.append(to: &bytes)
    }
}
