/// The ten bins of the population stability index: between the deciles of the reference's closes.
///
/// Deciles are those of numpy's `linear` quantiles, to the bit, and a number belongs to the bin
/// `numpy.histogram` puts it in: each bin holds its lower edge, the last one its upper, too.
public struct StabilityBins: Equatable, Sendable {
    /// How many bins there are.
    public static let binCount = 10

    /// The 11 edges, ascending; in the unit of the numbers. Equal ones make empty bins.
    public let edges: [Double]
    /// How many numbers of the reference lie in each bin.
    public let counts: [Int]
    /// How many numbers the reference has, all of them inside.
    public let count: Int

    /// The bins of a reference; nil where it is empty.
    ///
    /// - Complexity: O(log n).
    public init?(_ reference: SortedSample) {
        guard reference.count > 0 else { return nil }
        edges = (0...Self.binCount).map { Self.quantile(tenths: $0, of: reference.values) }
        count = reference.count
        var below = edges.dropLast().map { reference.firstIndex(notBelow: $0) }
        below.append(reference.count)
        counts = zip(below.dropFirst(), below).map { $0 - $1 }
    }

    /// From the least to the greatest number of the reference.
    public var range: ClosedRange<Double> { edges[0]...edges[Self.binCount] }

    /// Whether the reference holds one number only: it has no bins to speak of.
    public var isConstant: Bool { edges[0] == edges[Self.binCount] }

    /// How many of some numbers lie in each bin. What lies outside of all, NaN too, is in none.
    ///
    /// Without a branch and edge by edge, so that several numbers are compared at once.
    ///
    /// - Complexity: O(n), with 11 comparisons a number.
    public func histogram(_ values: [Double]) -> [Int] {
        var below: [Int] = []
        for edge in edges.dropLast() { below.append(Self.count(values, below: edge)) }
        below.append(Self.count(values, upTo: edges[Self.binCount]))
        return zip(below.dropFirst(), below).map { $0 - $1 }
    }

    private static func count(_ values: [Double], below edge: Double) -> Int {
        var count = 0
        for value in values { count &+= value < edge ? 1 : 0 }
        return count
    }

    private static func count(_ values: [Double], upTo edge: Double) -> Int {
        var count = 0
        for value in values { count &+= value <= edge ? 1 : 0 }
        return count
    }

    /// The quantile, measured from the nearer of its two neighbours.
    ///
    /// Source: R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages" (1996), type 7.
    private static func quantile(tenths: Int, of sorted: [Double]) -> Double {
        let place = Double(tenths) / 10 * Double(sorted.count - 1)
        let below = min(Int(place), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        let share = place - Double(below)
        let step = sorted[above] - sorted[below]
        return share >= 0.5 ? sorted[above] - step * (1 - share) : sorted[below] + step * share
    }
}
