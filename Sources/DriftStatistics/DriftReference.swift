/// What a window is compared with: a baseline, sorted once and used for many windows.
public struct DriftReference: Equatable, Sendable {
    /// The returns; nil where one of them is no number.
    public var returns: SortedSample?
    /// The closes, in the quote currency; nil where one of them is no number.
    public var closes: SortedSample? {
        didSet { bins = closes.flatMap { StabilityBins($0) } }
    }
    /// The bins of the closes; nil where there are no closes, or one of them is no number.
    public private(set) var bins: StabilityBins?
    /// The closed labels.
    public var labels: LabelTally
    /// How many independent returns would say as much; see ``WindowReturns/effectiveCount``.
    public var effectiveReturns: Double

    /// A reference of these parts.
    ///
    /// - Complexity: O(log n).
    public init(
        returns: SortedSample?, closes: SortedSample?, labels: LabelTally,
        effectiveReturns: Double
    ) {
        self.returns = returns
        self.closes = closes
        bins = closes.flatMap { StabilityBins($0) }
        self.labels = labels
        self.effectiveReturns = effectiveReturns
    }

    /// A reference of candles and labels.
    ///
    /// - Parameters:
    ///   - times: open stamps, milliseconds UTC, ascending; as many as closes.
    ///   - interval: of the timeframe, milliseconds.
    /// - Complexity: O(n).
    public init(times: [Int64], closes: [Double], interval: Int64, labels: LabelTally) {
        let returns = WindowReturns(times: times, closes: closes, interval: interval)
        self.init(
            returns: SortedSample(returns.values), closes: SortedSample(closes), labels: labels,
            effectiveReturns: returns.effectiveCount)
    }
}
