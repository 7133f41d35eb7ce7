public import ArgumentParser
internal import EventFormat
internal import EventStorage
public import Market
internal import Projections

/// Which market.
struct MarketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The market: spot BTC/USDT (or BTC-USDT), perpetual BTC/USDT:USDT (or BTC-USDT:USDT).",
            valueName: "symbol"))
    var symbol: Symbol

    @OptionGroup var venue: VenueOptions

    /// The market.
    func market() throws -> MarketID { try venue.market(symbol) }
}

/// Which market, where one may look at all of them.
struct OptionalMarketOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only this pair.", valueName: "symbol"))
    var symbol: Symbol?

    @OptionGroup var venue: VenueOptions

    /// The market; nil for all.
    func market() throws -> MarketID? { try symbol.map { try venue.market($0) } }
}

/// The exchange and the length of a candle.
struct VenueOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The exchange.", valueName: "venue"))
    var venue = Self.defaultVenue

    static let defaultVenue = "binance"

    @Option(help: ArgumentHelp("The length of a candle: 1m, 5m, 1h, 1d.", valueName: "timeframe"))
    var timeframe = Timeframe.oneMinute

    /// The market of a pair.
    func market(_ symbol: Symbol, _ timeframe: Timeframe? = nil) throws -> MarketID {
        let timeframe = timeframe ?? self.timeframe
        guard let market = MarketID(venue: venue, symbol: symbol, timeframe: timeframe) else {
            throw Failure(
                .usage, "--venue \(venue): a venue has lower-case letters, digits, - and _ only")
        }
        return market
    }
}

extension MarketID {
    /// The markets that have streams, by name.
    ///
    /// - Parameter last: markets that begin later are left out; nil for none.
    static func all(
        in view: borrowing StoreView, by last: GlobalPosition? = nil
    ) throws -> [MarketID] {
        var markets: [MarketID] = []
        for (id, head) in try view.streams(prefix: "") {
            guard let market = MarketStream(id)?.market, markets.last != market else { continue }
            if let last {
                guard let first = try view.position(of: StreamVersion(1), in: head), first <= last
                else { continue }
            }
            markets.append(market)
        }
        return markets
    }

    /// Refuses a market that the store never heard of: an empty table would hide a typing error.
    func mustExist(in view: borrowing StoreView) throws {
        let known = try Self.all(in: view)
        guard !known.contains(self) else { return }
        let names = known.prefix(10).map(\.description).joined(separator: ", ")
        throw Failure(
            .noInput,
            "the store has no market \(self); "
                + (known.isEmpty
                    ? "it is empty: begin with `mechanic-replay import`" : "it has \(names)")
        )
    }
}

extension Symbol: ExpressibleByArgument {
    /// Reads a pair from the command line.
    public init?(argument: String) { self.init(argument) }
}

extension Timeframe: ExpressibleByArgument {
    /// Reads a timeframe from the command line.
    public init?(argument: String) { self.init(argument) }
}
