/// One series of candles: venue, symbol and timeframe.
public struct MarketID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The exchange, lower case: `binance`.
    public let venue: String
    /// The pair.
    public let symbol: Symbol
    /// The length of a candle.
    public let timeframe: Timeframe
    /// `binance/BTC-USDT:USDT/1m`: the beginning of the names of its streams.
    public let description: String

    /// A market; nil if the venue is not of lower-case letters, digits, `-` and `_`.
    public init?(venue: String, symbol: Symbol, timeframe: Timeframe) {
        let allowed = Array("abcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        guard (1...32).contains(venue.utf8.count), venue.utf8.allSatisfy(allowed.contains) else {
            return nil
        }
        self.venue = venue
        self.symbol = symbol
        self.timeframe = timeframe
        description = "\(venue)/\(symbol)/\(timeframe)"
    }

    /// Reads the canonical text back.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let symbol = Symbol(String(parts[1])),
            let timeframe = Timeframe(String(parts[2]))
        else { return nil }
        self.init(venue: String(parts[0]), symbol: symbol, timeframe: timeframe)
        guard description == text else { return nil }
    }

    /// By name.
    public static func < (left: MarketID, right: MarketID) -> Bool {
        left.description < right.description
    }
}
