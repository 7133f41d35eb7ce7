/// A set of numbers by its mean and quantiles.
public struct Distribution: Equatable, Sendable {
    /// One quantile.
    public struct Quantile: Equatable, Sendable {
        /// The share of numbers below it, in percent.
        public let percent: Int
        /// The quantile.
        public let value: Double
    }

    /// Which quantiles are told: the least, the greatest, and seven between them.
    public static let percents = [0, 1, 5, 25, 50, 75, 95, 99, 100]

    /// The arithmetic mean, summed in the order given.
    public let mean: Double
    /// The quantiles of ``percents``, ascending.
    public let quantiles: [Quantile]

    /// The distribution of numbers; nil where there are none.
    ///
    /// - Complexity: O(n log n).
    public init?(_ values: [Double]) {
        guard let mean = Self.mean(values) else { return nil }
        // A total order: damaged bytes may hold a NaN, and −0 lies before 0.
        self.init(
            sorted: values.sorted { !$1.isTotallyOrdered(belowOrEqualTo: $0) }, mean: mean)
    }

    /// The distribution of numbers that are sorted already.
    ///
    /// - Parameters:
    ///   - sorted: ascending, one at least.
    ///   - mean: their mean, summed in the order of the numbers before they were sorted.
    /// - Complexity: O(1).
    package init(sorted: [Double], mean: Double) {
        precondition(!sorted.isEmpty, "a distribution of no numbers")
        self.mean = mean
        quantiles = Self.percents.map {
            Quantile(percent: $0, value: Self.quantile($0, of: sorted))
        }
    }

    /// The quantile of one of ``percents``; nil for another one.
    public subscript(percent percent: Int) -> Double? {
        quantiles.first { $0.percent == percent }?.value
    }

    /// The arithmetic mean, summed in the order given; nil where there are no numbers.
    public static func mean(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        var sum = 0.0
        for value in values { sum += value }
        return sum / Double(values.count)
    }

    /// The quantile that numpy's `linear` method gives, to the bit: it measures from the nearer of
    /// the two neighbours.
    ///
    /// Source: R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages" (1996), type 7.
    private static func quantile(_ percent: Int, of sorted: [Double]) -> Double {
        let place = Double(percent) / 100 * Double(sorted.count - 1)
        let below = min(Int(place), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        let share = place - Double(below)
        let step = sorted[above] - sorted[below]
        return share >= 0.5 ? sorted[above] - step * (1 - share) : sorted[below] + step * share
    }
}
