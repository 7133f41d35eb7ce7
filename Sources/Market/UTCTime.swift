/// Moments as text: RFC 3339 in UTC, without Foundation, whose formatter takes 180 µs a call.
public enum UTCTime {
    /// `2025-10-10T21:17:00Z`, with milliseconds only where they are not zero.
    ///
    /// - Parameter time: milliseconds since 1970 UTC.
    public static func text(milliseconds time: Int64) -> String {
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
        let seconds = text(milliseconds: (time - fraction) / 1_000)
        return "\(seconds.dropLast()).\(padded(Int(fraction), 6))Z"
    }

    /// Reads an RFC 3339 time with `Z` or an offset and up to six digits of a fraction, or a date.
    ///
    /// - Returns: microseconds since 1970 UTC, or nil.
    public static func microseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, let date = UTCDay(String(text.prefix(10))) else { return nil }
        let midnight = date.start * 1_000
        if bytes.count == 10 { return midnight }
        guard bytes.count >= 17, [0x54, 0x74, 0x20].contains(bytes[10]) else { return nil }
        guard let hour = number(bytes, 11), let minute = number(bytes, 14),
            bytes[13] == UInt8(ascii: ":"), hour < 24, minute < 60
        else { return nil }
        var at = 16
        var second: Int64 = 0
        var fraction: Int64 = 0
        if bytes[at] == UInt8(ascii: ":") {
            guard let value = number(bytes, at + 1), value < 60 else { return nil }
            second = value
            at += 3
            if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
                let digits = bytes[(at + 1)...].prefix { (0x30...0x39).contains($0) }
                guard (1...6).contains(digits.count) else { return nil }
                let padding = String(repeating: "0", count: 6 - digits.count)
                fraction = Int64(String(decoding: digits, as: UTF8.self) + padding)!
                at += 1 + digits.count
            }
        }
        guard let offset = offset(bytes[at...]) else { return nil }
        return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1_000_000 + fraction
    }

    /// Minutes east of UTC: `Z` is 0, `+02:00` is 120.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let zone = Array(bytes)
        if zone.count == 1, zone[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard zone.count == 6, zone[3] == UInt8(ascii: ":"), let hours = number(zone, 1),
            let minutes = number(zone, 4), hours < 24, minutes < 60
        else { return nil }
        switch zone[0] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> Int64? {
        guard at + 2 <= bytes.count, (0x30...0x39).contains(bytes[at]),
            (0x30...0x39).contains(bytes[at + 1])
        else { return nil }
        return Int64(bytes[at] - 0x30) * 10 + Int64(bytes[at + 1] - 0x30)
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
