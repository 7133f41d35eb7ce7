public import Market

/// A candle and its place in the series, by which missing candles are noticed.
public struct NumberedCandle: Equatable, Sendable, BitwiseCopyable {
    /// The candle.
    public var candle: Candle
    /// How many candles exist up to this one. Only differences count, so any origin will do.
    public var ordinal: Int

    /// The candle that is `ordinal`th of its series.
    @inlinable public init(_ candle: Candle, ordinal: Int) {
        self.candle = candle
        self.ordinal = ordinal
    }
}
