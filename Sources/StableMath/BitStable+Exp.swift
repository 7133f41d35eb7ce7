extension BitStable {
    /// eˣ, with an error below one unit in the last place.
    ///
    /// `x = k·ln 2 + r` with `|r| ≤ ln 2 / 2`; then
    /// `eʳ = 1 + 2r / (R(r) − r)`, where `R(r) = r(eʳ + 1)/(eʳ − 1) ≈ 2 + r²/6 − …` is a polynomial in
    /// r² true to 2⁻⁵⁹, and `eˣ = 2ᵏ·eʳ`. `r` is carried as a difference of two
    /// doubles, for ln 2 has more digits than one.
    ///
    /// - Returns: NaN of NaN, ∞ above 709.7827…, 0 below −745.1332….
    /// - Complexity: O(1).
    public static func exp(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x > largest { return .infinity }
        if x < smallest { return 0 }
        // 2⁻²⁸: the next term of the series is less than half a unit in the last place.
        if x.magnitude < 0x1p-28 { return 1 + x }
        let (k, high, low) = reduced(x)
        let r = high - low
        let square = r * r
        let rest = r - square * series(square)
        if k == 0 { return 1 - ((r * rest) / (rest - 2) - r) }
        let y = 1 - ((low - (r * rest) / (2 - rest)) - high)
        return scaled(y, by: k)
    }

    /// ln of the largest double.
    private static let largest = 0x1.62e42fefa39efp+9
    /// ln of half the smallest double.
    private static let smallest = -0x1.74910d52d3051p+9
    private static let inverseLn2 = 0x1.71547652b82fep+0
    /// The first 32 bits of ln 2: their product with any k is exact.
    static let ln2High = 0x1.62e42feep-1
    static let ln2Low = 0x1.a39ef35793c76p-33

    /// x as `k·ln 2 + (high − low)`.
    private static func reduced(_ x: Double) -> (k: Int64, high: Double, low: Double) {
        let magnitude = x.magnitude
        // By the upper half of the bits, as the original compares.
        let word = UInt32(truncatingIfNeeded: magnitude.bitPattern >> 32)
        // ln 2 / 2.
        guard word > 0x3FD6_2E42 else { return (0, x, 0) }
        let sign: Double = x < 0 ? -1 : 1
        // 3/2 ln 2: the nearest multiple is known.
        if word < 0x3FF0_A2B2 { return (x < 0 ? -1 : 1, x - sign * ln2High, sign * ln2Low) }
        let k = Int64(inverseLn2 * x + sign * 0.5)
        let multiple = Double(k)
        return (k, x - multiple * ln2High, multiple * ln2Low)
    }

    /// `(R(r) − 2) / r²` in `square = r²`, by Remez's algorithm on [0, (ln 2 / 2)²].
    private static func series(_ square: Double) -> Double {
        let p1 = 0x1.555555555553ep-3
        let p2 = -0x1.6c16c16bebd93p-9
        let p3 = 0x1.1566aaf25de2cp-14
        let p4 = -0x1.bbd41c5d26bf1p-20
        let p5 = 0x1.6376972bea4d0p-25
        return p1 + square * (p2 + square * (p3 + square * (p4 + square * p5)))
    }

    /// 2ᵏ·y for a y near 1; a result below 2⁻¹⁰²² is rounded once, by the last product.
    private static func scaled(_ y: Double, by k: Int64) -> Double {
        let isNormal = k >= -1_021
        let exponent = isNormal ? k : k + 1_000
        let bits = y.bitPattern &+ UInt64(bitPattern: exponent << 52)
        let result = Double(bitPattern: bits)
        return isNormal ? result : result * 0x1p-1000
    }
}
