public import Digest
internal import EventFormat
package import Labeling
package import Market

extension InputBasis {
    /// The basis of a result computed from rows.
    ///
    /// The digest is SHA-256 over `mechanic.inputs`, padded to 16 bytes; the number of days that hold
    /// candles of the range (8), and day (4), rows (4) and digest (32) of each; then the same of the
    /// labels of its entries that were known in time, if labels were used. A day's digest is that of
    /// the records of projections, over the day's rows in the range: whole hours and days are hashed
    /// once.
    ///
    /// - Parameters:
    ///   - range: stamps, milliseconds UTC. Days that it covers in part are loaded.
    ///   - knownBy: labels known later do not count; not before the range's end. The basis keeps when the
    ///     last one that counts became known: no later minute matters.
    ///   - candlesVersion: the version of the stream of the candles.
    ///   - labels: the labelling used, and the version of its stream; nil if no label was.
    ///   - rows: the labels; all of them count that are known by the newest one labelled, `through`.
    /// - Complexity: O(days), O(rows of the hours at its ends and of hours not hashed yet), and O(labels of
    ///   the range).
    package init(
        of range: Range<Int64>, knownBy: Int64, market: MarketID, candlesVersion: UInt64,
        labels: Labels?, candles: inout DayGrid<Candle>, rows: inout DayGrid<Label>,
        through: Int64?, hasher: SHA256
    ) {
        precondition(knownBy >= range.upperBound, "what lies in a range is known at its end")
        var bytes = Array("mechanic.inputs".utf8)
        bytes.padToEight()
        candles.appendDays(of: range, to: &bytes, hasher: hasher, where: nil)
        var known = range.upperBound
        if labels != nil {
            let latest = knownBy - market.timeframe.milliseconds
            rows.forEach(from: range.lowerBound, through: range.upperBound - 1) {
                if $0.decidedAt <= latest { known = max(known, $0.knownAt(market.timeframe)) }
            }
            let isFiltered = through.map { $0 > latest } ?? true
            rows.appendDays(
                of: range, to: &bytes, hasher: hasher,
                where: isFiltered ? { $0.decidedAt <= latest } : nil)
        }
        self.init(
            market: market, range: range, knownBy: known, candlesVersion: candlesVersion,
            labels: labels, digest: hasher.hash(bytes))
    }
}

extension MarketState {
    /// The basis of a result computed from this state, see ``InputBasis``.
    ///
    /// - Parameters:
    ///   - range: stamps, milliseconds UTC; inside the window, and its rows are loaded.
    ///   - knownBy: labels known later do not count; nil for the range's end.
    ///   - labels: the labelling used, and the version of its stream; nil if no label was.
    public mutating func inputBasis(
        of range: Range<Int64>, knownBy: Int64? = nil, labels: InputBasis.Labels? = nil,
        hasher: SHA256
    ) -> InputBasis {
        let knownBy = knownBy ?? range.upperBound
        guard let labels, let index = labelling(labels.hash) else {
            var none = DayGrid<Label>(timeframe: market.timeframe)
            return InputBasis(
                of: range, knownBy: knownBy, market: market, candlesVersion: candlesVersion,
                labels: labels, candles: &window.candles, rows: &none, through: nil,
                hasher: hasher)
        }
        return InputBasis(
            of: range, knownBy: knownBy, market: market, candlesVersion: candlesVersion,
            labels: labels, candles: &window.candles, rows: &labellings[index].labels,
            through: labellings[index].through, hasher: hasher)
    }
}

extension DayGrid {
    /// Appends the number of days with rows of a range, and their digests: of whole days the ones
    /// that are kept, of others those of the rows that count.
    fileprivate mutating func appendDays(
        of range: Range<Int64>, to bytes: inout [UInt8], hasher: SHA256,
        where counts: ((Row) -> Bool)?
    ) {
        var days: [Day] = []
        for day in digests(hasher: hasher) {
            let start = UTCDay(number: day.day).start
            let part = range.clamped(to: start..<start + UTCDay.milliseconds)
            guard !part.isEmpty else { continue }
            if counts == nil, part.upperBound - part.lowerBound == UTCDay.milliseconds {
                days.append(day)
            } else if let part = digest(of: part, hasher: hasher, where: counts) {
                days.append(part)
            }
        }
        bytes.append(littleEndian: UInt64(days.count))
        days.append(to: &bytes)
    }
}
