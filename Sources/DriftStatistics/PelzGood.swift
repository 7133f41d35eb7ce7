internal import StableMath

/// Pelz and Good's series for the distribution of the two-sided one-sample statistic.
///
/// `K₀(z) + K₁(z)/√n + K₂(z)/n + K₃(z)/n^1.5` with `z = √n·d`, each K in the form that converges
/// fast for small z: sums over `exp(−π²m²/8z²)`, m odd, and `exp(−π²k²/2z²)`.
///
/// Source: W. Pelz and I. J. Good, "Approximating the Lower Tail-areas of the Kolmogorov-Smirnov
/// One-sample Statistic" (1976).
enum PelzGood {
    private static let pi2 = 0x1.3bd3cc9be45dep+3
    private static let pi4 = 0x1.85a2e8c290826p+6
    private static let pi6 = 0x1.e0b1d11856df8p+9
    private static let rootOf2Pi = 0x1.40d931ff62706p+1

    /// The probability that the statistic of `size` numbers is below `distance`, for a `z` below 2.
    ///
    /// - Complexity: O(1), 10 exponentials or fewer.
    static func probability(below distance: Double, size: Double) -> Double {
        let root = size.squareRoot()
        let z = root * distance
        let z2 = z * z
        let odd = oddSums(z2)
        let all = allSums(z2)
        let z3 = z2 * z
        let z4 = z2 * z2
        let z7 = z4 * z3
        let k0 = rootOf2Pi * odd.k0 / z
        let k1 = rootOf2Pi * odd.k1 / (6 * z4)
        let k2 = rootOf2Pi * (odd.k2 / (72 * z7) - pi2 * all.k2 / (36 * z3))
        let k3 = rootOf2Pi * (odd.k3 / (6_480 * z7 * z3) + pi2 * all.k3 / (216 * z3 * z3))
        return k0 + (k1 / root + (k2 / size + k3 / (size * root)))
    }

    /// Terms below this exponent are no more than 2⁻⁷² of the first.
    private static let leastExponent = -50.0

    private struct OddSums {
        var k0 = 0.0
        var k1 = 0.0
        var k2 = 0.0
        var k3 = 0.0
    }

    private static func oddSums(_ z2: Double) -> OddSums {
        let rate = -pi2 / (8 * z2)
        let z4 = z2 * z2
        let z6 = z4 * z2
        var sums = OddSums()
        var m = 1.0
        while m == 1 || rate * (m * m - 1) > leastExponent {
            let m2 = m * m
            let m4 = m2 * m2
            let weight = BitStable.exp(rate * m2)
            let second = (6 * z6 + 2 * z4) + (2 * z4 - 5 * z2) * pi2 / 4 * m2
            let third =
                (-30 * z6 - 90 * z4 * z4) + (135 * z4 - 96 * z6) * pi2 / 4 * m2
                + (212 * z4 - 60 * z2) * pi4 / 16 * m4
            sums.k0 += weight
            sums.k1 += weight * (pi2 / 4 * m2 - z2)
            sums.k2 += weight * (second + (1 - 2 * z2) * pi4 / 16 * m4)
            sums.k3 += weight * (third + (5 - 30 * z2) * pi6 / 64 * m4 * m2)
            m += 2
        }
        return sums
    }

    private static func allSums(_ z2: Double) -> (k2: Double, k3: Double) {
        let rate = -pi2 / (2 * z2)
        var (second, third) = (0.0, 0.0)
        var k = 1.0
        while k == 1 || rate * (k * k - 1) > leastExponent {
            let k2 = k * k
            let weight = BitStable.exp(rate * k2) * k2
            second += weight
            third += weight * (3 * z2 - pi2 * k2)
            k += 1
        }
        return (second, third)
    }
}
