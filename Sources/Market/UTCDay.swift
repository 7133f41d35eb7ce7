/// A day in UTC, counted from 1970-01-01 (day 0).
public struct UTCDay: Hashable, Comparable, Sendable {
    /// Milliseconds of a day; UTC as exchanges use it has no leap seconds.
    public static let milliseconds: Int64 = 86_400_000

    /// Days since 1970-01-01; negative before.
    public var number: Int32

    /// The day with this number.
    public init(number: Int32) { self.number = number }

    /// The day that holds a moment in milliseconds UTC.
    @inlinable public init(of time: Int64) {
        // Floor, not truncation: one millisecond before 1970 is day −1.
        let quotient = time / Self.milliseconds
        number = Int32(time % Self.milliseconds < 0 ? quotient - 1 : quotient)
    }

    /// The day of a civil date in the proleptic Gregorian calendar.
    ///
    /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil).
    public init(year: Int, month: Int, day: Int) {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = Int32(era * 146_097 + dayOfEra - 719_468)
    }

    /// Reads `2025-10-10`; nil if it is no date of the calendar.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            parts[2].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
        // A date that does not exist (02-30) comes back as another one.
        guard civil == (year, month, day) else { return nil }
    }

    /// Midnight, when the day starts, in milliseconds UTC.
    @inlinable public var start: Int64 { Int64(number) * Self.milliseconds }

    /// The civil date (Hinnant's civil_from_days).
    public var civil: (year: Int, month: Int, day: Int) {
        let z = Int(number) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Earlier days come first.
    public static func < (left: UTCDay, right: UTCDay) -> Bool { left.number < right.number }
}

extension UTCDay: CustomStringConvertible {
    /// `2025-10-10`.
    public var description: String {
        let (year, month, day) = civil
        return "\(UTCTime.padded(year, 4))-\(UTCTime.padded(month, 2))-\(UTCTime.padded(day, 2))"
    }
}
