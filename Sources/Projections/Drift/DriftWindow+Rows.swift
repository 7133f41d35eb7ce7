public import DriftStatistics
public import Market

extension DriftWindow {
    /// The current window of a check.
    ///
    /// - Parameter sample: the period's, perhaps slid there.
    /// - Complexity: O(candles of the period).
    public init(_ sample: PeriodSample, of candles: DayGrid<Candle>, labels: LabelTally) {
        let rows = PeriodRows(candles, sample.range)
        self.init(
            returns: sample.returns, closes: rows.closes, labels: labels,
            effectiveReturns: rows.returns.effectiveCount)
    }
}

extension DriftReference {
    /// The reference of a check.
    ///
    /// - Parameter sample: the period's with its closes, perhaps slid there.
    /// - Complexity: O(candles of the period).
    public init(_ sample: PeriodSample, of candles: DayGrid<Candle>, labels: LabelTally) {
        self.init(
            returns: sample.returns, closes: sample.closes, labels: labels,
            effectiveReturns: PeriodRows(candles, sample.range).returns.effectiveCount)
    }
}
