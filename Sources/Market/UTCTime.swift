/// Moments as text: RFC 3339 in UTC, without Foundation, whose formatter takes 180 µs a call.
public enum UTCTime {
    /// The end of the year 9999, milliseconds UTC: RFC 3339 has no later time, and up to here, and as far
    /// before 1970, no arithmetic of days and minutes overflows.
    public static let end: Int64 = 253_402_300_800_000

    /// `2025-10-10T21:17:00Z`, with milliseconds only where they are not zero.
    ///
    /// A time outside the years 0 to 9999, which only damaged bytes hold, is a number: `9000000000000000000 ms`.
    ///
    /// - Parameter time: milliseconds since 1970 UTC.
    public static func text(milliseconds time: Int64) -> String {
        guard years.contains(time) else { return "\(time) ms" }
        let day = UTCDay(of: time)
        let rest = Int(time - day.start)
        let clock =
            "\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):"
            + padded(rest / 1_000 % 60, 2)
        let fraction = rest % 1_000
        return "\(day)T\(clock)\(fraction == 0 ? "" : "." + padded(fraction, 3))Z"
    }

    /// `2025-10-10T21:17:00.123456Z`: a transaction time.
    ///
    /// - Parameter time: microseconds since 1970 UTC.
    public static func text(microseconds time: Int64) -> String {
        let fraction = ((time % 1_000_000) + 1_000_000) % 1_000_000
        guard years.contains(time / 1_000) else { return "\(time) µs" }
        let seconds = text(milliseconds: (time - fraction) / 1_000)
        return "\(seconds.dropLast()).\(padded(Int(fraction), 6))Z"
    }

    /// Reads an RFC 3339 time with `Z` or an offset and up to six digits of a fraction, or a date.
    ///
    /// - Returns: microseconds since 1970 UTC, or nil.
    public static func microseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return microseconds(bytes.span, bytes.indices)
    }

    /// Reads a time from the text at these bytes: files have one in every row.
    ///
    /// - Complexity: O(length), without any allocation.
    static func microseconds(_ bytes: Span<UInt8>, _ text: Range<Int>) -> Int64? {
        var reader = TimeReader(bytes: bytes, at: text.lowerBound, end: text.upperBound)
        return reader.microseconds()
    }

    /// The years that RFC 3339 can write, 0 to 9999, in milliseconds.
    private static let years =
        UTCDay(year: 0, month: 1, day: 1).start..<UTCDay(year: 10_000, month: 1, day: 1).start

    /// The greatest multiple of a length up to a time, both in milliseconds, before 1970 too.
    public static func floor(_ time: Int64, _ length: Int64) -> Int64 {
        let rest = time % length
        return time - (rest < 0 ? rest + length : rest)
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
