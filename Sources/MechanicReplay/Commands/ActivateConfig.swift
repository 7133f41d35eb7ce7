internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// `config activate`.
struct ActivateConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Make a configuration active for a market.",
        discussion: """
            EXAMPLES
              mechanic-replay config activate runner --symbol BTC/USDT:USDT
              mechanic-replay config activate my.toml --symbol BTC/USDT:USDT --only
              mechanic-replay config activate scalp --set take_profit_bps=20 \\
                --symbol BTC/USDT:USDT

            The next update labels the market under it, beside those active already, or
            alone with --only. Activating one again makes it the newest: the one that
            reading verbs choose. One that was active before finds its old labels again:
            only what is new or was revised meanwhile is labelled.
            """)

    @Argument(
        help: ArgumentHelp(
            "A preset, a TOML or JSON file, or the beginning of a recorded hash; without it what "
                + "--set, environment and project file say.", valueName: "preset|file|hash"))
    var name: String?

    @Flag(help: "Deactivate all others in the same commit.")
    var only = false

    @OptionGroup var setting: SettingOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let sources = try setting.sources(isNamed: name != nil, console: output.console)
        guard name != nil || !sources.isEmpty else {
            throw Failure(
                .usage,
                "name a preset, a file or a recorded hash: there is no "
                    + "\(ConfigurationSources.fileNames[0]) here, no variable and no --set")
        }
        let updater = Updater(store: try store.open(), market: try market.market())
        let configuration =
            try name.map { try sources.adjusted(try updater.configuration($0)) }
            ?? sources.effective()
        let change = try updater.activate(
            configuration.configuration, only: only, at: try updater.clock())
        ConfigurationChangePrinter.print(
            configuration, change, otherwise: "it is the newest active one already", output)
    }
}

/// `config deactivate`.
struct DeactivateConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deactivate", abstract: "Stop labelling a market under a configuration.",
        discussion: """
            EXAMPLES
              mechanic-replay config deactivate scalp --symbol BTC/USDT:USDT
              mechanic-replay config deactivate 7ab31c02 --symbol BTC/USDT:USDT

            Its labels stay and can be read; updates do not carry them on until it is
            activated again, which an update does that names it, with --config or in the
            project file. Where none is active, an update makes scalp active.
            """)

    @Argument(
        help: ArgumentHelp(
            "A preset, a TOML or JSON file, or the beginning of a recorded hash.",
            valueName: "preset|file|hash"))
    var name: String

    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let updater = Updater(store: try store.open(), market: try market.market())
        let configuration = try updater.configuration(name)
        let change = try updater.deactivate(
            configuration.configuration, at: try updater.clock())
        ConfigurationChangePrinter.print(
            configuration, change, otherwise: "it is not active", output)
    }
}

extension Updater {
    /// The configuration that a name selects: the beginning of a recorded hash, a preset or a file.
    fileprivate func configuration(_ name: String) throws -> LayeredConfiguration {
        let standings = try store.read { view in
            try ConfigurationStanding.all(
                view, market: market, through: try view.head().position)
        }
        return try ConfigurationName.load(name, or: standings)
    }
}

/// What became of the active configurations.
private enum ConfigurationChangePrinter {
    static func print(
        _ configuration: LayeredConfiguration, _ change: (position: GlobalPosition, isNew: Bool),
        otherwise: String, _ output: OutputOptions
    ) {
        var printer = output.report
        printer.add("config_hash", .text(configuration.configuration.hash.hex))
        printer.member("changed", .bool(change.isNew))
        printer.add("position", .integer(Int64(change.position.number)))
        if !change.isNew { printer.line(otherwise, "") }
        printer.finish()
    }
}
