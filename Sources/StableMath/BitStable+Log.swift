extension BitStable {
    /// ln x, with an error below one unit in the last place.
    ///
    /// `x = 2ᵏ(1 + f)` with `√½ < 1 + f < √2`, and with `s = f / (2 + f)`
    /// `ln(1 + f) = 2s + s·R(s²) = f − f²/2 + s(f²/2 + R(s²))`, where `R(z) ≈ 2z/3 + 2z²/5 + …` is
    /// a polynomial true to 2⁻⁵⁸. Then `ln x = k·ln 2 + ln(1 + f)`, ln 2 in two parts as in
    /// ``exp(_:)``.
    ///
    /// - Returns: NaN of NaN and of numbers below 0, −∞ of 0, ∞ of ∞.
    /// - Complexity: O(1).
    public static func log(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x == 0 { return -.infinity }
        if x < 0 { return .nan }
        if x == .infinity { return x }
        let (k, mantissa, word) = parts(x)
        let (high, low) = (Double(k) * ln2High, Double(k) * ln2Low)
        let f = mantissa - 1
        if word >= 0xF_FFFE || word == 0 {
            // |f| < 2⁻²⁰: three terms of the series are enough.
            if f == 0 { return high + low }
            let rest = f * f * (0.5 - third * f)
            return k == 0 ? f - rest : high - ((rest - low) - f)
        }
        let s = f / (2 + f)
        let rest = series(s * s)
        // Only where |f| is greatest, above 0.38 or below −0.29, is f²/2 taken out of the series.
        guard 0x6_147A...0x6_B851 ~= word else {
            return k == 0 ? f - s * (f - rest) : high - ((s * (f - rest) - low) - f)
        }
        let half = 0.5 * f * f
        return k == 0
            ? f - (half - s * (half + rest)) : high - ((half - (s * (half + rest) + low)) - f)
    }

    private static let third = 0x1.5555555555555p-2

    /// A positive number as `2ᵏ·mantissa`, the mantissa around 1; with the first 20 bits of the
    /// fraction of x, by which the original compares.
    private static func parts(_ x: Double) -> (k: Int, mantissa: Double, word: Int) {
        let isNormal = x >= 0x1p-1022
        let bits = (isNormal ? x : x * 0x1p54).bitPattern
        let word = Int((bits >> 32) & 0xF_FFFF)
        // 1 where the fraction lies above √2.
        let carry = (word + 0x9_5F64) >> 20
        let exponent = Int(bits >> 52) - 1_023 + carry - (isNormal ? 0 : 54)
        let fraction = bits & 0xF_FFFF_FFFF_FFFF
        let mantissa = Double(bitPattern: UInt64(1_023 - carry) << 52 | fraction)
        return (exponent, mantissa, word)
    }

    /// `R(z)`, by Remez's algorithm on [0, 0.1716²]; even and odd powers apart.
    private static func series(_ z: Double) -> Double {
        let l1 = 0x1.5555555555593p-1
        let l2 = 0x1.999999997fa04p-2
        let l3 = 0x1.2492494229359p-2
        let l4 = 0x1.c71c51d8e78afp-3
        let l5 = 0x1.7466496cb03dep-3
        let l6 = 0x1.39a09d078c69fp-3
        let l7 = 0x1.2f112df3e5244p-3
        let w = z * z
        let even = w * (l2 + w * (l4 + w * l6))
        let odd = z * (l1 + w * (l3 + w * (l5 + w * l7)))
        return odd + even
    }
}
