internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// `blame`: the events behind a result.
struct BlameCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blame",
        abstract: "Name the events behind a label, a drift check, a decision or an alert.",
        discussion: """
            EXAMPLES
              mechanic-replay blame label 2025-10-10T21:17Z --symbol BTC/USDT:USDT
              mechanic-replay blame label 2025-10-10T21:17Z --symbol BTC/USDT:USDT \\
                --as-of -6h --format json
              mechanic-replay blame drift --symbol BTC/USDT:USDT
              mechanic-replay blame action pause_trading --symbol BTC/USDT:USDT
              mechanic-replay blame alert 1 --symbol BTC/USDT:USDT

            The events are the fewest that give the result again: without any one of them
            it does not come out. That is tried before it is said: the events are taken
            alone, the result is computed from nothing else, and must be the recorded one
            to the last bit. `mechanic-replay show POSITION` shows an event.

            Exit 1: the events do not give what is recorded.
            """,
        subcommands: [BlameLabel.self, BlameDrift.self, BlameAction.self, BlameAlert.self])
}

/// Whose result is looked at.
struct BlameOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which labelling: a preset, a TOML or JSON file or the beginning of a hash (default: the "
                + "newest activated).", valueName: "preset|file|hash"))
    var config: String?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    /// Calls `body` with the market as of the point, without its rows.
    func withState<Result>(
        _ body: (borrowing StoreView, MarketState, GlobalPosition) throws -> Result
    ) throws -> Result {
        let market = try market.market()
        let store = try store.open()
        return try store.read { view in
            try market.mustExist(in: view)
            let position = try view.resolve(asOf.point)
            output.console.say(asOf: position, asOf.point, store)
            let state = try MarketState.outline(view, market: market, through: position)
            return try body(view, state, position)
        }
    }
}
