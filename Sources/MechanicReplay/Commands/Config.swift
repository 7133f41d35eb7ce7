internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// `config`: configurations and their hashes.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show, hash or activate a configuration.",
        discussion: """
            EXAMPLES
              mechanic-replay config show scalp
              mechanic-replay config hash my.json
              mechanic-replay config activate runner --symbol BTC/USDT:USDT
            """, subcommands: [ShowConfig.self, HashConfig.self, ActivateConfig.self])
}

/// `config show`.
struct ShowConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a configuration, its hash and where leaves come from.",
        discussion: """
            EXAMPLES
              mechanic-replay config show scalp
              mechanic-replay config show --symbol BTC/USDT:USDT --as-of -24h
            """)

    @Argument(
        help: ArgumentHelp(
            "A preset or a JSON file; without it the newest activated one of --symbol.",
            valueName: "preset|file"))
    var name: String?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: OptionalMarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let (configuration, origin, position) = try resolve()
        let base = configuration.json
        var printer = output.report
        if let position { printer.add("position", .integer(Int64(position.number))) }
        printer.add("config_hash", .text(configuration.hash.hex))
        printer.add("labels_hash", .text(configuration.labelsHash.hex))
        printer.member("configuration", base)
        let members = base.members ?? []
        for leaf in members.sorted(by: { $0.name < $1.name }) {
            printer.line(leaf.name, "\(leaf.value.canonicalText)  (\(origin(leaf.name)))")
        }
        printer.member(
            "origin", .object(members.map { .init($0.name, .string(origin($0.name))) }))
        printer.finish()
    }

    /// The configuration, a function that names the origin of a leaf, and the log's position.
    private func resolve() throws -> (
        LabelingConfiguration, (String) -> String, GlobalPosition?
    ) {
        guard let name else {
            guard let market = try market.market() else {
                throw Failure(.usage, "name a preset or a file, or a market with --symbol")
            }
            let store = try store.open()
            let (state, position) = try store.read {
                try market.mustExist(in: $0)
                return try MarketState.load($0, market: market, asOf: asOf.point)
            }
            guard let newest = state.configuration.newest else {
                throw Failure(
                    .noInput, "\(market) has no active configuration as of position \(position)")
            }
            return (newest.configuration, { _ in "recorded" }, position)
        }
        let configuration = try ConfigurationName.load(name)
        if LabelingConfiguration.presets.contains(where: { $0.name == name }) {
            return (configuration, { _ in "preset \(name)" }, nil)
        }
        let json = try JSONValue(parsing: try FileBytes.read(path: name))
        let preset = json["preset"]?.text ?? "scalp"
        let named = Set((json.members ?? []).map(\.name))
        return (configuration, { named.contains($0) ? name : "preset \(preset)" }, nil)
    }
}

/// `config hash`.
struct HashConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash", abstract: "Print a configuration's hash.",
        discussion: """
            EXAMPLES
              mechanic-replay config hash scalp
              mechanic-replay config hash my.json --format json
            """)

    @Argument(help: ArgumentHelp("A preset or a JSON file.", valueName: "preset|file"))
    var name: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let configuration = try ConfigurationName.load(name)
        var printer = output.report
        printer.add("config_hash", .text(configuration.hash.hex))
        printer.add("labels_hash", .text(configuration.labelsHash.hex))
        printer.finish()
    }
}

/// `config activate`.
struct ActivateConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Make a configuration active for a market.",
        discussion: """
            EXAMPLES
              mechanic-replay config activate runner --symbol BTC/USDT:USDT

            The next update labels the market under it, beside those active already.
            Activating one again makes it the newest: the one that reading verbs choose.
            """)

    @Argument(help: ArgumentHelp("A preset or a JSON file.", valueName: "preset|file"))
    var name: String

    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let configuration = try ConfigurationName.load(name)
        let store = try store.open()
        let updater = Updater(store: store, market: try market.market())
        let simulated =
            ((try updater.recentState().window.newest ?? 0) + updater.market.timeframe.milliseconds)
        let now =
            store.identity.clock == .real ? SystemClock.microseconds() : simulated * 1_000
        let (position, isNew) = try updater.activate(configuration, at: now)
        var printer = output.report
        printer.add("config_hash", .text(configuration.hash.hex))
        printer.member("changed", .bool(isNew))
        printer.add("position", .integer(Int64(position.number)))
        if !isNew { printer.line("it is the newest active one already", "") }
        printer.finish()
    }
}
