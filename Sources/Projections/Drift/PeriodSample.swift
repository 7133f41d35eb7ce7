public import DriftStatistics
public import Market

/// The sorted returns, and if wanted closes, of one period of a market.
///
/// Sorting is what a drift check costs, so that a sample is slid along with its period: what leaves is
/// taken out, what comes is merged in. A slid sample is the one that sorting gives.
public struct PeriodSample: Sendable {
    /// The period: stamps, milliseconds UTC.
    public private(set) var range: Range<Int64>
    /// The returns.
    public private(set) var returns: SortedSample?
    /// The closes; nil if they were not wanted.
    public private(set) var closes: SortedSample?

    /// Sorts the rows of a period.
    ///
    /// - Complexity: O(candles of the period).
    public init(_ range: Range<Int64>, of candles: DayGrid<Candle>, withCloses: Bool) {
        let rows = PeriodRows(candles, range)
        self.range = range
        returns = SortedSample(rows.returns.values)
        closes = withCloses ? SortedSample(rows.closes) : nil
    }

    /// Whether sliding to a period is worth it: it has the same length and lies a little later.
    public func slides(to next: Range<Int64>) -> Bool {
        let step = next.lowerBound - range.lowerBound
        return step >= 0 && step == next.upperBound - range.upperBound
            && step < (range.upperBound - range.lowerBound) / 4
    }

    /// Slides to another period, by the candles as they were all the time.
    ///
    /// - Parameter cutoff: candles up to this stamp are forgotten; nil where none is.
    /// - Complexity: O(candles of the period), about a tenth of sorting where it moves by hours.
    public mutating func slide(
        to next: Range<Int64>, of candles: DayGrid<Candle>, cutoff: Int64?
    ) {
        guard next != range else { return }
        // What leaves the sample is read once more: it must still be there.
        guard slides(to: next), cutoff.map({ range.lowerBound > $0 }) ?? true else {
            self = PeriodSample(next, of: candles, withCloses: closes != nil)
            return
        }
        let interval = candles.timeframe.milliseconds
        // A return belongs to the period that holds both of its minutes.
        let gone = PeriodRows(candles, range.lowerBound..<next.lowerBound + interval)
        let new = PeriodRows(candles, range.upperBound - interval..<next.upperBound)
        returns?.slide(removing: gone.returns.values, adding: new.returns.values)
        closes?.slide(
            removing: PeriodRows(candles, range.lowerBound..<next.lowerBound).closes,
            adding: PeriodRows(candles, range.upperBound..<next.upperBound).closes)
        range = next
    }
}
