internal import StableMath

/// The population stability index: how differently numbers spread over the bins of a reference.
///
/// `Σ (c − r)·ln(c/r)` over ten bins, with the shares `(count + ε) / (total + 11ε)`, ε = 1e-10, and
/// the sum of the ten counts as total. Numbers outside the reference's range are in no bin, so a
/// price that left it would leave the score unmoved: they are counted apart.
public struct PopulationStability: Equatable, Sendable {
    /// What keeps empty bins from a logarithm of 0.
    private static let epsilon = 1e-10
    /// The number of edges, not of bins: so the formula was first written, and so it stays.
    private static let epsilons = 11.0

    /// The index, at least 0; nil where the reference is constant or no numbers are given.
    ///
    /// Where numbers are given and all lie outside, it is the formula's with equal shares.
    public let score: Double?
    /// How many of the numbers lie in each of the ten bins.
    public let counts: [Int]
    /// How many lie outside the range of the reference, or are NaN.
    public let outside: Int
    /// How many were given.
    public let count: Int

    /// The share of numbers outside, 0...1; 0 where none are given.
    public var outsideShare: Double { count == 0 ? 0 : Double(outside) / Double(count) }

    /// Compares numbers of any order with a reference.
    ///
    /// - Complexity: O(n).
    public init(_ current: [Double], _ reference: StabilityBins) {
        counts = reference.histogram(current)
        count = current.count
        let inside = counts.reduce(0, +)
        outside = current.count - inside
        guard !current.isEmpty, !reference.isConstant else {
            score = nil
            return
        }
        var sum = 0.0
        for (own, other) in zip(counts, reference.counts) {
            let share = Self.share(own, of: inside)
            let expected = Self.share(other, of: reference.count)
            sum += (share - expected) * BitStable.log(share / expected)
        }
        score = sum
    }

    private static func share(_ count: Int, of total: Int) -> Double {
        (Double(count) + epsilon) / (Double(total) + epsilons * epsilon)
    }
}
