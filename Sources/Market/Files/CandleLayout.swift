/// How a file writes candles.
public enum CandleLayout: String, Sendable, CaseIterable {
    /// Found out from the file itself.
    case auto
    /// Binance klines: CSV of 12 columns from `open_time` to `ignore`, with or without a header.
    case binance
    /// CSV of `timestamp,open,high,low,close,volume`; a header may give another order.
    case ohlcv
    /// JSON as ccxt fetches it: `[[ms, open, high, low, close, volume], …]`.
    case ccxt
}
