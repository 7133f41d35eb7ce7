/// Decimal numbers as text, read to the nearest binary64.
enum DecimalText {
    /// Most bytes of a number; the longest exact decimal of a binary64 has 767 digits.
    private static let lengthLimit = 1_024

    /// 10^0 … 10^22: every power of ten that binary64 holds exactly.
    static let powers: InlineArray<23, Double> = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// Every whole number up to 2^53 is a binary64.
    static let exactLimit: UInt64 = 1 << 53

    /// The number at these bytes: `[+-] digits [. digits] [e [+-] digits]`, nothing around it.
    ///
    /// Nil for everything else that Swift would read: `nan`, `inf`, hexadecimal.
    ///
    /// - Complexity: O(length); a few ns unless the digits need more than 53 bits.
    static func value(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
        guard range.count <= lengthLimit, let scan = scan(bytes, range) else { return nil }
        if let mantissa = scan.mantissa, mantissa <= exactLimit, scan.fraction < powers.count {
            // Clinger's fast path: both operands are exact, so the one division rounds correctly.
            let magnitude = Double(mantissa) / powers[scan.fraction]
            return scan.isNegative ? -magnitude : magnitude
        }
        var text: [UInt8] = []
        for at in range { text.append(bytes[at]) }
        return Double(String(decoding: text, as: UTF8.self))
    }

    /// The digits at these bytes as a whole number, nil if they are anything else or too many.
    static func integer(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard let scan = scan(bytes, range), scan.fraction == 0, !scan.isNegative else {
            return nil
        }
        return scan.mantissa
    }

    private struct Scan {
        var isNegative = false
        /// All digits as one number; nil if there is an exponent or more than 19 digits.
        var mantissa: UInt64? = 0
        /// Digits behind the point.
        var fraction = 0
    }

    private static func scan(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Scan? {
        var scan = Scan()
        var at = range.lowerBound
        let end = range.upperBound
        func next(_ letter: Unicode.Scalar) -> Bool {
            at < end && bytes[at] == UInt8(ascii: letter)
        }
        func digits() -> Int {
            let start = at
            while at < end, bytes[at] &- 0x30 < 10 { at += 1 }
            return at - start
        }
        if next("-") || next("+") {
            scan.isNegative = next("-")
            at += 1
        }
        let start = at
        var count = digits()
        if next(".") {
            at += 1
            scan.fraction = digits()
            count += scan.fraction
        }
        guard count > 0 else { return nil }
        var isPlain = count <= 19
        if next("e") || next("E") {
            at += 1
            if next("-") || next("+") { at += 1 }
            guard digits() > 0 else { return nil }
            isPlain = false
        }
        guard at == end else { return nil }
        scan.mantissa = isPlain ? wholeNumber(bytes, start..<end) : nil
        return scan
    }

    private static func wholeNumber(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var number: UInt64 = 0
        for at in range where bytes[at] != UInt8(ascii: ".") {
            number = number * 10 + UInt64(bytes[at] - 0x30)
        }
        return number
    }
}
