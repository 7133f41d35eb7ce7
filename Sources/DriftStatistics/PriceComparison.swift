/// What the prices of a window and a reference say before any limit is held against it.
///
/// To compare samples is most of the work of a check and depends on neither labels nor thresholds:
/// policies that differ in those only share one comparison.
public struct PriceComparison: Equatable, Sendable {
    /// One of the two that are compared.
    public struct Side: Equatable, Sendable {
        /// How many returns there are; nil where one of them is no number.
        public let returns: Int?
        /// How many closes there are; nil where one of them is no number.
        public let closes: Int?
        /// How many independent returns would say as much.
        public let effectiveReturns: Double
    }

    /// The window.
    public let current: Side
    /// What it is compared with.
    public let reference: Side
    /// Whether all returns of either side are equal.
    public let hasConstantReturns: Bool
    /// Whether all closes of either side are equal.
    public let hasConstantCloses: Bool
    /// The test of returns; nil where a side is no sample of numbers that differ, or too short.
    public let smirnov: KolmogorovSmirnov?
    /// The current closes in the bins of the reference; nil where either has a value that is no
    /// number, or the reference no closes.
    public let stability: PopulationStability?
    /// Those bins.
    public let bins: StabilityBins?

    /// Compares prices.
    ///
    /// - Parameter minimumRows: fewer returns than this on either side are not tested; at least 1.
    /// - Complexity: that of ``KolmogorovSmirnov`` and O(current closes).
    public init(of window: DriftWindow, against other: DriftReference, minimumRows: Int) {
        let isFinite = window.closes.allSatisfy(\.isFinite)
        current = Side(
            returns: window.returns?.count, closes: isFinite ? window.closes.count : nil,
            effectiveReturns: window.effectiveReturns)
        reference = Side(
            returns: other.returns?.count, closes: other.closes?.count,
            effectiveReturns: other.effectiveReturns)
        bins = other.bins
        stability = other.bins.flatMap {
            isFinite ? PopulationStability(window.closes, $0) : nil
        }
        hasConstantCloses =
            other.closes?.isConstant ?? true || window.closes.allSatisfy { $0 == window.closes[0] }
        guard let own = window.returns, let returns = other.returns else {
            (hasConstantReturns, smirnov) = (false, nil)
            return
        }
        hasConstantReturns = own.isConstant || returns.isConstant
        let isLong = min(own.count, returns.count) >= max(1, minimumRows)
        smirnov = isLong && !hasConstantReturns ? KolmogorovSmirnov(own, returns) : nil
    }
}
