public import ArgumentParser
public import Market

/// Which market.
struct MarketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The pair: BTC/USDT:USDT, BTC-USDT:USDT, BTC/USDT or BTC-USDT.", valueName: "symbol"))
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
    var venue = "binance"

    @Option(help: ArgumentHelp("The length of a candle: 1m, 5m, 1h, 1d.", valueName: "timeframe"))
    var timeframe = Timeframe.oneMinute

    /// The market of a pair.
    func market(_ symbol: Symbol) throws -> MarketID {
        guard let market = MarketID(venue: venue, symbol: symbol, timeframe: timeframe) else {
            throw Failure(
                .usage, "--venue \(venue): a venue has lower-case letters, digits, - and _ only")
        }
        return market
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
