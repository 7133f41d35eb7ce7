/// What is asked for drift: the current window, by its returns, closes and labels.
public struct DriftWindow: Equatable, Sendable {
    /// The returns; nil where one of them is no number.
    public var returns: SortedSample?
    /// The closes in any order, in the quote currency.
    public var closes: [Double]
    /// The closed labels.
    public var labels: LabelTally
    /// How many independent returns would say as much; see ``WindowReturns/effectiveCount``.
    public var effectiveReturns: Double

    /// A window of these parts.
    public init(
        returns: SortedSample?, closes: [Double], labels: LabelTally, effectiveReturns: Double
    ) {
        self.returns = returns
        self.closes = closes
        self.labels = labels
        self.effectiveReturns = effectiveReturns
    }

    /// A window of candles and labels.
    ///
    /// - Parameters:
    ///   - times: open stamps, milliseconds UTC, ascending; as many as closes.
    ///   - interval: of the timeframe, milliseconds.
    /// - Complexity: O(n).
    public init(times: [Int64], closes: [Double], interval: Int64, labels: LabelTally) {
        let returns = WindowReturns(times: times, closes: closes, interval: interval)
        self.init(
            returns: SortedSample(returns.values), closes: closes, labels: labels,
            effectiveReturns: returns.effectiveCount)
    }
}
