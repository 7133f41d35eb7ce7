import Foundation
import Market
import Testing

struct TimeTests {
    @Test func everyDayOfEightHundredYears() {
        // 400 years are one cycle of the calendar.
        var expected = (year: 1_800, month: 1, day: 1)
        var number = UTCDay(year: 1_800, month: 1, day: 1).number
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        while expected.year < 2_600 {
            let day = UTCDay(number: number)
            guard day.civil == expected,
                UTCDay(year: expected.year, month: expected.month, day: expected.day) == day
            else {
                Issue.record("day \(number): \(day.civil), expected \(expected)")
                return
            }
            let isLeap =
                expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0)
            let length = lengths[expected.month - 1] + (isLeap && expected.month == 2 ? 1 : 0)
            number += 1
            expected.day += 1
            if expected.day > length { (expected.month, expected.day) = (expected.month + 1, 1) }
            if expected.month > 12 { (expected.year, expected.month) = (expected.year + 1, 1) }
        }
        #expect(UTCDay(year: 1_970, month: 1, day: 1).number == 0)
    }

    /// Bytes of a damaged event may hold any number for a time, and `show` prints them.
    @Test func everyNumberHasAText() {
        #expect(UTCTime.text(milliseconds: .min) == "-9223372036854775808 ms")
        #expect(UTCTime.text(microseconds: .max) == "9223372036854775807 µs")
        #expect(UTCTime.text(microseconds: .min) == "-9223372036854775808 µs")
        #expect(UTCTime.text(milliseconds: 253_402_300_800_000) == "253402300800000 ms")
        #expect(
            UTCTime.text(milliseconds: 253_402_300_799_999) == "9999-12-31T23:59:59.999Z")
        #expect(UTCTime.text(milliseconds: -62_167_219_200_000) == "0000-01-01T00:00:00Z")
        #expect(UTCTime.text(milliseconds: -62_167_219_200_001) == "-62167219200001 ms")
    }

    @Test func daysOfMoments() {
        #expect(UTCDay(of: 0).number == 0)
        #expect(UTCDay(of: -1).number == -1)
        #expect(UTCDay(of: 86_399_999).number == 0)
        #expect(UTCDay(of: 86_400_000).number == 1)
        #expect(UTCDay(of: -86_400_000).number == -1)
        #expect(UTCDay(of: -86_400_001).number == -2)
    }

    @Test(arguments: [
        "2025-02-29", "2025-13-01", "2025-00-01", "2025-01-00", "2025-1-01", "25-01-01", "",
        "2025-01-01 ", "2025/01/01", "+025-01-01", "２025-01-01",
    ])
    func whatIsNoDay(text: String) { #expect(UTCDay(text) == nil) }

    @Test func randomMomentsReadBack() {
        var random = SeededGenerator()
        for _ in 0..<20_000 {
            // Years 1 to 9999.
            let time = Int64.random(
                in: -62_135_596_800_000_000..<253_402_300_800_000_000, using: &random)
            let micro = UTCTime.text(microseconds: time)
            #expect(UTCTime.microseconds(micro) == time, "seed \(random.seed)")
            let milli = (time - (time % 1_000 + 1_000) % 1_000) / 1_000
            #expect(UTCTime.microseconds(UTCTime.text(milliseconds: milli)) == milli * 1_000)
            let day = UTCDay(of: milli)
            #expect(UTCDay(day.description) == day)
            #expect((day.start..<day.start + UTCDay.milliseconds).contains(milli))
        }
    }

    @Test func foundationAgrees() {
        let formatter = ISO8601DateFormatter()
        var random = SeededGenerator()
        for _ in 0..<200 {
            let seconds = Int64.random(in: -2_000_000_000..<10_000_000_000, using: &random)
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(UTCTime.text(milliseconds: seconds * 1_000) == text, "seed \(random.seed)")
        }
    }

    @Test(arguments: [
        ("2025-10-10T21:17:00Z", 1_760_131_020_000_000),
        ("2025-10-10t21:17:00.5z", 1_760_131_020_500_000),
        ("2025-10-10 21:17Z", 1_760_131_020_000_000),
        ("2025-10-10T23:17:00+02:00", 1_760_131_020_000_000),
        ("2025-10-10T15:47:00.000001-05:30", 1_760_131_020_000_001),
        ("2025-10-10", 1_760_054_400_000_000),
    ])
    func moments(text: String, microseconds: Int64) {
        #expect(UTCTime.microseconds(text) == microseconds)
    }

    @Test(arguments: [
        "", "2025-10-10T21:17:00", "2025-10-10T24:00:00Z", "2025-10-10T21:60:00Z",
        "2025-10-10T21:17:60Z", "2025-10-10T21:17:00.Z", "2025-10-10T21:17:00.1234567Z",
        "2025-10-10T21:17:00+2:00", "2025-10-10T21:17:00+24:00", "2025-02-30T00:00:00Z",
        "2025-10-10T2117:00Z", "2025-10-10T", "2025-10-10T21:17:0", "2025-10-10T21:17:00ZZ",
        "2025-10-10x21:17:00Z", "2025-10-10T21:17:00 02:00",
    ])
    func whatIsNoMoment(text: String) { #expect(UTCTime.microseconds(text) == nil) }

    @Test func textsShowOnlyWhatIsThere() {
        #expect(UTCTime.text(milliseconds: 1_760_131_020_000) == "2025-10-10T21:17:00Z")
        #expect(UTCTime.text(milliseconds: 1_760_131_020_007) == "2025-10-10T21:17:00.007Z")
        #expect(UTCTime.text(milliseconds: -1) == "1969-12-31T23:59:59.999Z")
        #expect(UTCTime.text(microseconds: -1) == "1969-12-31T23:59:59.999999Z")
    }
}
