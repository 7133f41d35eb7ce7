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

    // Nested functions that share `at` would read better and halve the speed: the compiler checks
    // their exclusive access to it at run time.
    private static func scan(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Scan? {
        var scan = Scan()
        var at = range.lowerBound
        let end = range.upperBound
        scan.isNegative = at < end && bytes[at] == UInt8(ascii: "-")
        if at < end, isSign(bytes[at]) { at += 1 }
        let start = at
        at = digitsEnd(bytes, at, end)
        var count = at - start
        if at < end, bytes[at] == UInt8(ascii: ".") {
            let point = at
            at = digitsEnd(bytes, at + 1, end)
            scan.fraction = at - point - 1
            count += scan.fraction
        }
        guard count > 0 else { return nil }
        let mantissa = start..<at
        var isPlain = count <= 19
        if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < end, isSign(bytes[at]) { at += 1 }
            let exponent = at
            at = digitsEnd(bytes, at, end)
            guard at > exponent else { return nil }
            isPlain = false
        }
        guard at == end else { return nil }
        scan.mantissa = isPlain ? wholeNumber(bytes, mantissa) : nil
        return scan
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }

    private static func digitsEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end, bytes[at] &- 0x30 < 10 { at += 1 }
        return at
    }

    private static func wholeNumber(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var number: UInt64 = 0
        for at in range where bytes[at] != UInt8(ascii: ".") {
            number = number * 10 + UInt64(bytes[at] - 0x30)
        }
        return number
    }
}
