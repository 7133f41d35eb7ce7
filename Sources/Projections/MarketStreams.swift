public import Digest
public import EventFormat
public import Market

/// The streams of a market: their names, and what a name says.
///
/// Each kind of event lives in one stream, so that scalp and runner stand side by side and two
/// venues never mix.
public enum MarketStream: Hashable, Sendable {
    /// Candles recorded and revised.
    case candles(MarketID)
    /// Labels under the configuration whose labels hash begins with these 16 digits.
    case labels(MarketID, prefix: String)
    /// Baselines and drift checks under that configuration, and monitors.
    case drift(MarketID, prefix: String)
    /// Which configurations are active.
    case configuration(MarketID)
    /// Updates completed, decisions, alerts.
    case operations(MarketID)

    /// The stream of the labels under a configuration.
    public static func labels(_ market: MarketID, hash: Hash256) -> MarketStream {
        .labels(market, prefix: String(hash.hex.prefix(16)))
    }

    /// The stream of the drift of the labels under a configuration.
    public static func drift(_ market: MarketID, hash: Hash256) -> MarketStream {
        .drift(market, prefix: String(hash.hex.prefix(16)))
    }

    /// Reads a stream's name; nil if it is not of a market.
    public init?(_ stream: StreamID) {
        let parts = stream.description.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 4, let market = MarketID(parts[..<3].joined(separator: "/")) else {
            return nil
        }
        switch (parts[3], parts.count) {
        case ("candles", 4): self = .candles(market)
        case ("configuration", 4): self = .configuration(market)
        case ("operations", 4): self = .operations(market)
        case ("labels", 5): self = .labels(market, prefix: String(parts[4]))
        case ("drift", 5): self = .drift(market, prefix: String(parts[4]))
        default: return nil
        }
    }

    /// The market.
    public var market: MarketID {
        switch self {
        case .candles(let market), .labels(let market, _), .drift(let market, _),
            .configuration(let market), .operations(let market):
            market
        }
    }

    /// The name.
    public var id: StreamID {
        let name =
            switch self {
            case .candles(let market): "\(market)/candles"
            case .labels(let market, let prefix): "\(market)/labels/\(prefix)"
            case .drift(let market, let prefix): "\(market)/drift/\(prefix)"
            case .configuration(let market): "\(market)/configuration"
            case .operations(let market): "\(market)/operations"
            }
        // A market's parts are bounded and of plain characters, so the name is one.
        return StreamID(name)!
    }
}
