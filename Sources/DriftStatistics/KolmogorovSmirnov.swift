/// The two-sample test of Kolmogorov and Smirnov, two-sided: do two samples come from the same
/// distribution?
///
/// Statistic and p-value are those of scipy 1.17's `ks_2samp(method="auto")`, the statistic to the
/// bit, the p-value within 1e-9 of itself (or of 1e-307, below which doubles have fewer digits).
/// Above 10,000 numbers on a side the p-value is the one-sample distribution's at
/// `N = mn/(m + n)`, not the limit law's, which is off up to tenfold in the tail.
public struct KolmogorovSmirnov: Equatable, Sendable {
    /// The greatest distance between the shares of numbers up to a value, 0...1.
    public let statistic: Double
    /// The probability of such a distance or a greater one if there is no difference, 0...1.
    public let pValue: Double

    /// Up to this many numbers on each side paths are counted.
    private static let largestExact = 10_000

    /// Compares two samples, none of them empty.
    ///
    /// - Complexity: O(m + n) for the statistic. For the p-value O(m·n·D) where neither sample has
    ///   more than 10,000 numbers and their sizes differ, else that of ``pValue(distance:size:)``.
    public init(_ current: SortedSample, _ reference: SortedSample) {
        precondition(current.count > 0 && reference.count > 0, "a sample without numbers")
        let (m, n) = (current.count, reference.count)
        let distance = Distance(current.values.span, reference.values.span)
        if max(m, n) <= Self.largestExact {
            // The distance is a whole multiple of 1 / lcm(m, n); scipy rounds that quotient.
            let divisor = Self.greatestCommonDivisor(m, n)
            let steps = distance.product / divisor
            statistic = Double(steps) / Double(m / divisor * n)
            if let exact = LatticePaths.shareOutside(m, n, divisor: divisor, steps: steps) {
                pValue = exact
                return
            }
        } else {
            statistic = distance.value
        }
        let size = Double(m) * Double(n) / (Double(m) + Double(n))
        pValue = Self.pValue(distance: statistic, size: size.rounded(.toNearestOrEven))
    }

    /// The probability that one sample's distance from the distribution it is drawn from is at
    /// least `distance`; scipy's `kstwo.sf`. Large samples are tested with it.
    ///
    /// - Parameters:
    ///   - distance: 0...1.
    ///   - size: of the sample, a whole number of at least 1.
    /// - Complexity: O(1), 0.1 ms or less; 0.4 ms for a p-value close to 1 or a size below 141.
    public static func pValue(distance: Double, size: Double) -> Double {
        precondition(size >= 1 && size == size.rounded(), "a size is a whole number")
        return min(max(KolmogorovTail.probability(atLeast: distance, size: size), 0), 1)
    }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        var (first, second) = (first, second)
        while second != 0 { (first, second) = (second, first % second) }
        return first
    }
}

/// The greatest distance between two empirical distribution functions.
private struct Distance {
    /// The greatest |i·n − j·m|, of i numbers of m and j of n.
    private(set) var product = 0
    /// The greatest |i/m − j/n|, each quotient and the difference rounded.
    private(set) var value = 0.0

    /// Walks over both samples once. Divides only where the exact product is a greatest one: two
    /// places with the same may round differently.
    init(_ first: Span<Double>, _ second: Span<Double>) {
        let (m, n) = (first.count, second.count)
        // Above 2⁵⁰ a rounded distance may be greater though the exact one is smaller.
        let slack = (m * n) >> 50
        var (i, j) = (0, 0)
        // Behind the last number of either sample the distance only falls to 0.
        while i < m, j < n {
            let (x, y) = (first[i], second[j])
            let value = x < y ? x : y
            while i < m, first[i] == value { i += 1 }
            while j < n, second[j] == value { j += 1 }
            let here = abs(i * n - j * m)
            if here >= product - slack, here > 0 {
                take(here, Double(i) / Double(m), Double(j) / Double(n))
            }
        }
    }

    private mutating func take(_ here: Int, _ share: Double, _ other: Double) {
        product = max(product, here)
        value = max(value, abs(share - other))
    }
}
