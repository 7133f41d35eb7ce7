/// The length of a candle. Stamps lie on its grid: `time % milliseconds == 0`.
public struct Timeframe: Hashable, Sendable, CustomStringConvertible {
    /// The length in milliseconds; divides a day, so that no candle crosses a UTC midnight.
    public let milliseconds: Int64

    /// One minute.
    public static let oneMinute = Timeframe(milliseconds: 60_000)

    private init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads `1m`, `5m`, `4h`, `1d`; nil if the text is something else or does not divide a day.
    public init?(_ text: String) {
        guard let unit = text.last, text.first != "+", let count = Int64(text.dropLast()), count > 0
        else { return nil }
        let length: Int64? =
            switch unit {
            case "m": 60_000
            case "h": 3_600_000
            case "d": 86_400_000
            default: nil
            }
        guard let length, count <= UTCDay.milliseconds / length,
            UTCDay.milliseconds % (count * length) == 0
        else { return nil }
        milliseconds = count * length
    }

    /// How many candles a day holds: 1,440 for one minute.
    public var candlesPerDay: Int { Int(UTCDay.milliseconds / milliseconds) }

    /// The shortest text that reads back: `1m`, `4h`, `1d`.
    public var description: String {
        if milliseconds % 86_400_000 == 0 { return "\(milliseconds / 86_400_000)d" }
        if milliseconds % 3_600_000 == 0 { return "\(milliseconds / 3_600_000)h" }
        return "\(milliseconds / 60_000)m"
    }
}
