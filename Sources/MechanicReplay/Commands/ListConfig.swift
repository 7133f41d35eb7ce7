internal import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// `config list`.
struct ListConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the configurations a market was labelled under.",
        discussion: """
            EXAMPLES
              mechanic-replay config list --symbol BTC/USDT:USDT
              mechanic-replay config list --symbol BTC/USDT:USDT --as-of -24h --format json

            Active ones are carried on by every update; reading verbs choose the newest.
            Each line says since which event a configuration is active, or inactive, and
            through which candle its labels go.
            """)

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let market = try market.market()
        let store = try store.open()
        let (state, standings, position) = try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            let standings = try ConfigurationStanding.all(
                view, market: market, through: position)
            return (state, standings, position)
        }
        output.console.say(asOf: position, asOf.point, store)
        let isTable = Format.resolve(output.format, inPipe: .csv) == .table
        func text(_ hash: Hash256) -> Cell {
            .text(isTable ? String(hash.hex.prefix(16)) : hash.hex)
        }
        var printer = output.rows([
            "config_hash", "labels_hash", "preset", "active", "newest", "since_position",
            "since_us", "through_ms",
        ])
        for standing in standings {
            let configuration = standing.configuration
            let isNewest = configuration == state.configuration.newest
            let through = state.labelling(configuration.labelsHash)
                .flatMap { state.labellings[$0].through }
            printer.add([
                text(configuration.hash), text(configuration.labelsHash),
                Self.preset(configuration).map { .text($0) } ?? .none,
                .integer(standing.isActive ? 1 : 0), .integer(isNewest ? 1 : 0),
                .integer(Int64(standing.position.number)), .recorded(standing.recordedAt),
                through.map { .time($0) } ?? .none,
            ])
        }
        printer.finish()
    }

    /// The name of the preset that is the same; nil for a configuration of the user's.
    private static func preset(_ configuration: IdentifiedConfiguration) -> String? {
        LabelingConfiguration.presets.first { $0.configuration.hash == configuration.hash }?.name
    }
}
