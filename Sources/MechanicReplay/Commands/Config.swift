internal import ArgumentParser
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
        abstract: "Show, hash, list, activate or deactivate configurations.",
        discussion: """
            EXAMPLES
              mechanic-replay config show --origin
              mechanic-replay config show my.toml --set take_profit_bps=20
              mechanic-replay config activate runner --symbol BTC/USDT:USDT --only
              mechanic-replay config deactivate scalp --symbol BTC/USDT:USDT
              mechanic-replay config list --symbol BTC/USDT:USDT

            A leaf comes from the first of these that has it:
              1. --set leaf=value
              2. the environment, MECHANIC_TAKE_PROFIT_BPS=20 (fees: in files only)
              3. mechanic.toml or mechanic.json here, or the file in MECHANIC_CONFIG
              4. the preset in MECHANIC_PRESET, else the file's preset, else scalp
            A preset, file or hash given by name decides every leaf: then only --set
            counts beside it.
            """,
        subcommands: [
            ShowConfig.self, HashConfig.self, ListConfig.self, ActivateConfig.self,
            DeactivateConfig.self,
        ])
}

/// `config hash`.
struct HashConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash", abstract: "Print a configuration's hash.",
        discussion: """
            EXAMPLES
              mechanic-replay config hash scalp
              mechanic-replay config hash my.toml --format json
              mechanic-replay config hash --set stop_loss_bps=12
            """)

    @Argument(
        help: ArgumentHelp(
            "A preset, a TOML or JSON file; without it what --set, environment and project file say.",
            valueName: "preset|file"))
    var name: String?

    @OptionGroup var setting: SettingOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let sources = try setting.sources(isNamed: name != nil, console: output.console)
        let configuration =
            try name.map { try sources.adjusted(try ConfigurationName.load($0)) }
            ?? sources.effective()
        let identified = IdentifiedConfiguration(configuration.configuration)
        var printer = output.report
        printer.add("config_hash", .text(identified.hash.hex))
        printer.add("labels_hash", .text(identified.labelsHash.hex))
        printer.finish()
    }
}

extension Updater {
    /// The clock: in a simulated store the close of the newest candle. Microseconds UTC.
    func clock() throws -> Int64 {
        guard store.identity.clock == .simulated else { return SystemClock.microseconds() }
        return ((try recentState().window.newest ?? 0) + market.timeframe.milliseconds) * 1_000
    }
}
