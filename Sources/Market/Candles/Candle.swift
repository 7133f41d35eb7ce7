/// One closed candle: the trades of the half-open interval `[time, time + timeframe)`.
public struct Candle: Equatable, Sendable, BitwiseCopyable {
    /// The open stamp: milliseconds since 1970 UTC.
    public var time: Int64
    /// First price, in the quote currency.
    public var open: Double
    /// Highest price.
    public var high: Double
    /// Lowest price.
    public var low: Double
    /// Last price.
    public var close: Double
    /// Traded amount, in the base currency; zero is normal on thin markets.
    public var volume: Double

    /// A candle; nothing is checked, see ``CandleDefect``.
    @inlinable public init(
        time: Int64, open: Double, high: Double, low: Double, close: Double, volume: Double
    ) {
        self.time = time
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
    }

    /// Whether the five values are equal as numbers: −0 equals 0.
    @inlinable public func hasSameValues(as other: Candle) -> Bool {
        open == other.open && high == other.high && low == other.low && close == other.close
            && volume == other.volume
    }
}
