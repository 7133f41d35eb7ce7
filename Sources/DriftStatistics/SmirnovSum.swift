internal import StableMath

/// The exact upper tail of the one-sided one-sample statistic, as a sum of binomial terms.
///
/// `d Σ C(n, j) (d + j/n)ʲ⁻¹ (1 − d − j/n)ⁿ⁻ʲ` over `0 ≤ j ≤ n(1 − d)`: all terms are positive.
/// Each is a binomial probability with `p = d + j/n`, divided by p, and is computed from its
/// deviance, so that nothing cancels.
///
/// Sources: Z. W. Birnbaum and F. H. Tingey, "One-sided confidence contours for probability
/// distribution functions" (1951); C. Loader, "Fast and Accurate Computation of Binomial
/// Probabilities" (2000).
enum SmirnovSum {
    /// Above this size an approximation, for scipy takes it there.
    private static let largestSize = 1_000_000.0
    /// About as many terms are summed at most.
    private static let mostTerms = 1_024

    /// The probability that the one-sided statistic of `size` numbers is at least `distance`.
    ///
    /// Of many terms only every s-th is summed, times s. They are values of a smooth function that
    /// vanishes with all its derivatives at both ends, so the trapezoidal rule converges
    /// exponentially: with 1,024 terms or more and n·d² of 2 and above nothing is lost beside the
    /// rounding.
    ///
    /// - Parameters:
    ///   - distance: above 0 and below 1.
    ///   - size: a whole number; where it is 2,048 or more, n·d² is 2 or more.
    /// - Complexity: O(1): 2,047 terms or fewer, two logarithms and an exponential each at most.
    static func probability(atLeast distance: Double, size: Double) -> Double {
        let steps = size * distance
        guard size <= largestSize else {
            // Source: Simard and L'Ecuyer (2011), who name its authors.
            let root = 6 * steps + 1
            return BitStable.exp(-(root * root) / (18 * size))
        }
        let n = Int(size)
        let last = Int(size - steps)
        let step = max(n / mostTerms, 1)
        let ofSize = stirlingError(size)
        // j = 0: (1 − d)ⁿ.
        var sum = BitStable.exp(-deviance(size, -steps) - steps)
        for j in stride(from: step, through: last, by: step) {
            let (x, y) = (Double(j), Double(n - j))
            guard y > steps else { break }
            let exponent =
                (ofSize - stirlingError(x) - stirlingError(y)) - deviance(x, steps)
                - deviance(y, -steps)
            // The binomial's 1/√(2π·x·y/n), and d over p = (x + n·d)/n.
            let factor = steps / (x + steps) * (size / (x * y)).squareRoot() * inverseRootOf2Pi
            sum += factor * BitStable.exp(exponent)
        }
        return min(sum * Double(step), 1)
    }

    private static let inverseRootOf2Pi = 0x1.9884533d43651p-2

    /// `x·ln(x/m) + m − x` with `m = x + shift`, for positive x and m.
    private static func deviance(_ x: Double, _ shift: Double) -> Double {
        let v = -shift / (2 * x + shift)
        // ln(x/m) = 2·artanh(v), whose first term takes m − x along.
        guard v.magnitude < 0.1 else { return x * BitStable.log(x / (x + shift)) + shift }
        let square = v * v
        var term = 2 * x * v
        var sum = -shift * v
        for odd in stride(from: 3.0, through: 41, by: 2) {
            term *= square
            let next = sum + term / odd
            if next == sum { break }
            sum = next
        }
        return sum
    }

    /// `ln n! − ln(√(2πn)·(n/e)ⁿ)`, of a whole number of at least 1.
    private static func stirlingError(_ n: Double) -> Double {
        if n <= 16 { return smallErrors[Int(n) - 1] }
        let inverse = 1 / (n * n)
        let tail = 1.0 / 1_260 - (1.0 / 1_680 - inverse / 1_188) * inverse
        return (1.0 / 12 - (1.0 / 360 - tail * inverse) * inverse) / n
    }

    private static let smallErrors = [
        0x1.4c071bcda0a5bp-4, 0x1.52a9b923ea649p-5, 0x1.c579a268d80b3p-6, 0x1.54a2662fd78a9p-6,
        0x1.10b4e513fcbedp-6, 0x1.c6b167bebdf36p-7, 0x1.85d4d612e4a86p-7, 0x1.552805e7b3076p-7,
        0x1.2f4871b12ab64p-7, 0x1.10f9d4c0743a7p-7, 0x1.f0593088014f8p-8, 0x1.c7018733aa9c6p-8,
        0x1.a40514700f36cp-8, 0x1.86076c002d4a7p-8, 0x1.6c08f6f194a10p-8, 0x1.5549f7dd113bcp-8,
    ]
}
