/// The upper tail of the one-sample, two-sided statistic of Kolmogorov and Smirnov.
///
/// Which formula holds where follows scipy 1.17's `kstwo.sf`, for where they meet they differ by up
/// to 4e-8. Two departures, of 1e-11 of the result at most: the matrix method also does the part
/// of Pomeranz's recursion (both are exact), and Pelz and Good's series begins at a size of 8,000
/// instead of 100,000 (it is then as good, and a thousand times as fast).
///
/// Source: R. Simard and P. L'Ecuyer, "Computing the Two-Sided Kolmogorov-Smirnov Distribution"
/// (2011).
enum KolmogorovTail {
    /// The probability that the statistic of `size` numbers is at least `distance`.
    ///
    /// - Parameter size: a whole number, at least 1.
    /// - Complexity: O(1) but for the two exact methods, see there.
    static func probability(atLeast distance: Double, size: Double) -> Double {
        let (n, d) = (size, distance)
        let steps = n * d
        if d >= 1 { return 0 }
        if steps <= 0.5 { return 1 }
        if steps <= 1 { return 1 - leastSteps(n, steps) }
        if steps >= n - 1 { return 2 * power(1 - d, Int(n)) }
        if d >= 0.5 { return 2 * SmirnovSum.probability(atLeast: d, size: n) }

        let square = steps * d
        let isSmall = n <= 140
        if !isSmall, square >= 370 { return 0 }
        if square > 4 || (!isSmall && square >= 2.2) {
            return 2 * SmirnovSum.probability(atLeast: d, size: n)
        }
        // d·√d for d^1.5, which only chooses between formulas.
        if isSmall || (n < 8_000 && steps * d.squareRoot() <= 1.4) {
            return 1 - DurbinMatrix.probability(below: d, size: Int(n))
        }
        return 1 - PelzGood.probability(below: d, size: n)
    }

    /// `n!/nⁿ·(2nd − 1)ⁿ`, the probability to stay below a distance of half a step to a whole one.
    ///
    /// Source: H. Ruben and J. Gambino, "The Exact Distribution of Kolmogorov's Statistic" (1982).
    private static func leastSteps(_ n: Double, _ steps: Double) -> Double {
        // Below e⁻¹³⁷: nothing beside 1.
        guard n <= 140 else { return 0 }
        var product = 1.0
        for factor in 1...Int(n) { product *= Double(factor) / n * (2 * steps - 1) }
        return product
    }

    /// xⁿ by squaring.
    private static func power(_ x: Double, _ n: Int) -> Double {
        var (result, square, rest) = (1.0, x, n)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
