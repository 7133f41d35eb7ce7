// The inner kernel of an import, where bounds checks cost a third of the time. Everything unusual
// makes it give up on the row, which is then read with care: the kernel knows no reasons, and what
// it accepts reads the same there (a test compares both on random rows).

extension CandleTable {
    /// More bytes than a plain row touches: six numbers of at most three words before and behind
    /// the point, and their delimiters.
    static let plainReach = 512

    /// Reads a sound row of digits, points and delimiters; does nothing if it is anything else.
    ///
    /// - Precondition: `plainReach` bytes lie from `at` on, and columns are in the usual order.
    mutating func readPlainRow(_ bytes: Span<UInt8>) -> Bool {
        assert(at + Self.plainReach <= bytes.count)
        guard let unit = rows.unit else { return false }
        let raw = unsafe bytes.bytes
        let delimiter = delimiter
        var at = at

        var stamp: UInt64 = 0
        let digits = Self.digits(raw, &at, &stamp)
        guard digits <= 19, unit.range.contains(stamp) else { return false }
        if unit != .milliseconds {
            let (quotient, rest) = stamp.quotientAndRemainder(dividingBy: unit.rawValue)
            guard rest == 0 else { return false }
            stamp = quotient
        }
        let open = Self.number(raw, &at, after: delimiter)
        let high = Self.number(raw, &at, after: delimiter)
        let low = Self.number(raw, &at, after: delimiter)
        let close = Self.number(raw, &at, after: delimiter)
        let volume = Self.number(raw, &at, after: delimiter)
        let candle = Candle(
            time: Int64(stamp), open: open, high: high, low: low, close: close, volume: volume)
        // What was no plain number is NaN, and so no candle.
        guard CandleDefect.isSound(candle, timeframe: rows.timeframe),
            let end = Self.rowEnd(bytes, at, delimiter), end - self.at <= CandleFile.lineLimit
        else { return false }
        rows.batch.candles.append(candle)
        self.at = end + 1
        line += 1
        return true
    }

    /// Where the row's line ends, if its last number ends at `at`.
    @inline(__always)
    private static func rowEnd(_ bytes: Span<UInt8>, _ at: Int, _ delimiter: UInt8) -> Int? {
        switch unsafe bytes[unchecked: at] {
        case delimiter: CSVLine.end(bytes, from: at + 1)
        case 0x0A: at
        case 0x0D: unsafe bytes[unchecked: at + 1] == 0x0A ? at + 1 : nil
        default: nil
        }
    }

    /// The number behind the delimiter at `at`; NaN if it is not of 1 to 19 digits.
    @inline(__always)
    private static func number(
        _ raw: RawSpan, _ at: inout Int, after delimiter: UInt8
    ) -> Double {
        guard byte(raw, at) == delimiter else { return .nan }
        at += 1
        var mantissa: UInt64 = 0
        var count = digits(raw, &at, &mantissa)
        guard count > 0 else { return .nan }
        var fraction = 0
        if byte(raw, at) == UInt8(ascii: ".") {
            at += 1
            fraction = digits(raw, &at, &mantissa)
            count += fraction
        }
        guard count <= 19, mantissa <= DecimalText.exactLimit else { return .nan }
        // Clinger's fast path: both operands are exact, so the one division rounds correctly.
        return unsafe Double(mantissa) / DecimalText.powers[unchecked: fraction]
    }

    /// Appends the digits from `at` on to `number`, eight at a time and at most 24.
    ///
    /// - Returns: how many there were. Above 19 the number may have overflowed.
    @inline(__always)
    private static func digits(_ raw: RawSpan, _ at: inout Int, _ number: inout UInt64) -> Int {
        let start = at
        for _ in 0..<3 {
            let text = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt64.self)
            let word = text.littleEndian ^ 0x3030_3030_3030_3030
            // Digits are 0 … 9 now; adding 0x76 lifts everything above 9 to 0x80. A carry can only
            // spoil bytes behind the first that is no digit.
            let others = ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
            let count = others.trailingZeroBitCount >> 3
            // Zeros come in front of the digits; a shift by 64 leaves none of them.
            number = number &* scale(count) &+ eightDigits(word << UInt64(64 - count * 8))
            at += count
            if count < 8 { break }
        }
        return at - start
    }

    /// The number of eight digits, the first in the lowest byte: pairs, then fours, then all.
    ///
    /// Source: D. Lemire, "Quickly parsing eight digits" (2018).
    @inline(__always)
    private static func eightDigits(_ word: UInt64) -> UInt64 {
        let pairs = (word &* 10) &+ (word >> 8)
        let low = (pairs & 0x0000_00FF_0000_00FF) &* (100 + (1_000_000 << 32))
        let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF) &* (1 + (10_000 << 32))
        return (low &+ high) >> 32
    }

    /// 10^count.
    @inline(__always)
    private static func scale(_ count: Int) -> UInt64 {
        let powers: InlineArray<9, UInt64> = [
            1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
        ]
        return unsafe powers[unchecked: count]
    }

    @inline(__always)
    private static func byte(_ raw: RawSpan, _ at: Int) -> UInt8 {
        unsafe raw.unsafeLoad(fromUncheckedByteOffset: at, as: UInt8.self)
    }
}
