internal import Digest
internal import EventFormat
public import Market

/// The candles of the last 90 days of market time: `(newest − 90 d, newest]`.
///
/// Event time only: newest is the newest candle's stamp, never the wall clock.
public struct RollingWindow: Sendable {
    /// The projection's name.
    public static let name = "window"
    /// Raised when the same events give other state bytes.
    public static let version: UInt32 = 1
    /// The window's length in milliseconds: 90 days.
    public static let length: Int64 = 90 * UTCDay.milliseconds

    /// The candles.
    public internal(set) var candles: DayGrid<Candle>
    /// The newest candle's stamp, milliseconds UTC; nil before the first candle.
    public internal(set) var newest: Int64?

    /// An empty window.
    public init(timeframe: Timeframe) { candles = DayGrid(timeframe: timeframe) }

    /// The last stamp that is outside, `newest − 90 d`; nil before the first candle.
    public var cutoff: Int64? { newest.map { $0 - Self.length } }

    /// Whether a stamp lies inside the window or after it.
    public func reaches(_ stamp: Int64) -> Bool { cutoff.map { stamp > $0 } ?? true }

    /// Adds a candle or replaces it; one that lies before the window is forgotten at once.
    mutating func set(_ candle: Candle) {
        guard reaches(candle.time) else { return }
        candles.set(candle)
        if candle.time > newest ?? .min { newest = candle.time }
    }

    /// Forgets what lies before the window.
    mutating func slide() {
        if let cutoff { candles.evict(through: cutoff) }
    }

    /// SHA-256 over the state: header, then day, rows and digest of every day that holds candles.
    ///
    /// - Complexity: O(days + candles of hours changed since the last call).
    mutating func digest(hasher: SHA256) -> Hash256 {
        var bytes = Array("mechanic.window".utf8)
        bytes.padToEight()
        bytes.append(littleEndian: Self.version)
        bytes.append(littleEndian: UInt32(candles.count))
        bytes.append(littleEndian: candles.timeframe.milliseconds)
        bytes.append(littleEndian: newest ?? .min)
        candles.digests(hasher: hasher).append(to: &bytes)
        return hasher.hash(bytes)
    }
}

extension Array {
    /// Appends day (4), rows (4) and digest (32) of each day.
    func append<Row>(to bytes: inout [UInt8]) where Element == DayGrid<Row>.Day {
        var words: [UInt64] = []
        words.reserveCapacity(count * 5)
        for day in self {
            let number = UInt64(UInt32(bitPattern: day.day))
            words.append((number | UInt64(day.count) << 32).littleEndian)
            day.digest.append(toWords: &words)
        }
        bytes.append(littleEndianWords: words)
    }
}
