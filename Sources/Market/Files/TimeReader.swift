/// Reads RFC 3339 text from left to right.
struct TimeReader: ~Escapable {
    let bytes: Span<UInt8>
    var at: Int
    let end: Int

    @_lifetime(copy bytes)
    init(bytes: Span<UInt8>, at: Int, end: Int) {
        self.bytes = bytes
        self.at = at
        self.end = end
    }

    /// The moment in microseconds since 1970 UTC; nil unless all of the text is one.
    mutating func microseconds() -> Int64? {
        guard let midnight = date() else { return nil }
        if at == end { return midnight }
        guard take("T") || take("t") || take(" "), let clock = clock(), let offset = offset(),
            at == end
        else { return nil }
        return midnight + clock - offset * 60_000_000
    }

    /// Midnight of `2025-10-10`.
    private mutating func date() -> Int64? {
        guard let year = number(4), take("-"), let month = number(2), take("-"),
            let day = number(2)
        else { return nil }
        let date = UTCDay(year: year, month: month, day: day)
        // A date that does not exist (02-30) comes back as another one.
        guard date.civil == (year, month, day) else { return nil }
        return date.start * 1_000
    }

    /// Microseconds since midnight of `21:17`, `21:17:00` or `21:17:00.123456`.
    private mutating func clock() -> Int64? {
        guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60
        else { return nil }
        let minutes = Int64(hour * 60 + minute)
        guard take(":") else { return minutes * 60_000_000 }
        guard let second = number(2), second < 60 else { return nil }
        let seconds = minutes * 60 + Int64(second)
        guard take(".") else { return seconds * 1_000_000 }
        var fraction: Int64 = 0
        var unit: Int64 = 1_000_000
        while unit > 1, let digit = number(1) {
            unit /= 10
            fraction += Int64(digit) * unit
        }
        return unit == 1_000_000 ? nil : seconds * 1_000_000 + fraction
    }

    /// Minutes east of UTC: `Z` is 0, `+02:00` is 120.
    private mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let isEast = take("+")
        guard isEast || take("-"), let hours = number(2), hours < 24, take(":"),
            let minutes = number(2), minutes < 60
        else { return nil }
        return Int64(isEast ? hours * 60 + minutes : -(hours * 60 + minutes))
    }

    /// A number of exactly this many digits, or more digits behind them.
    private mutating func number(_ digits: Int) -> Int? {
        guard end - at >= digits else { return nil }
        var number = 0
        for index in at..<at + digits {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        at += digits
        return number
    }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard at < end, bytes[at] == UInt8(ascii: letter) else { return false }
        at += 1
        return true
    }
}
