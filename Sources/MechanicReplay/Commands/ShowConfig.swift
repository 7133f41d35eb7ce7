internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// `config show`.
struct ShowConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print a configuration, its hash and where leaves come from.",
        discussion: """
            EXAMPLES
              mechanic-replay config show --origin
              mechanic-replay config show scalp --set take_profit_bps=20 --origin
              mechanic-replay config show --symbol BTC/USDT:USDT --as-of -24h

            Without a name: with --symbol the newest activated one of that market, else
            what `update` would activate: --set, environment, project file and preset.
            """)

    @Argument(
        help: ArgumentHelp(
            "A preset, a TOML or JSON file, or with --symbol the beginning of a recorded hash.",
            valueName: "preset|file|hash"))
    var name: String?

    @Flag(help: "Also say where the value of each leaf comes from.")
    var origin = false

    @OptionGroup var setting: SettingOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: OptionalMarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if asOf.asOf != nil, market.symbol == nil {
            throw ValidationError(
                "--as-of: configurations are recorded by market: name one with --symbol")
        }
    }

    func run() throws {
        let isNamed = try name != nil || market.market() != nil
        let sources = try setting.sources(isNamed: isNamed, console: output.console)
        let (named, position) = try resolve()
        let layered = try named.map { try sources.adjusted($0) } ?? sources.effective()
        let identified = IdentifiedConfiguration(layered.configuration)
        var printer = output.report
        if let position { printer.add("position", .integer(Int64(position.number))) }
        printer.add("config_hash", .text(identified.hash.hex))
        printer.add("labels_hash", .text(identified.labelsHash.hex))
        printer.member("configuration", layered.configuration.json)
        // What is hashed has no leaves of drift as programs before them behaved; here all are told.
        printer.member(
            "leaves",
            .object(
                ConfigurationLeaf.allCases.map { .init($0.name, layered.configuration[$0]) }))
        add(layered, to: &printer)
        printer.finish()
    }

    private func add(_ layered: LayeredConfiguration, to printer: inout ReportPrinter) {
        let leaves = ConfigurationLeaf.allCases
        func text(_ leaf: ConfigurationLeaf) -> String {
            let value = layered.configuration[leaf]
            return value.elements.map { "\($0.count) \($0.count == 1 ? "entry" : "entries")" }
                ?? value.text ?? value.canonicalText
        }
        let width = leaves.map { text($0).count }.max() ?? 0
        for leaf in leaves {
            let value = text(leaf)
            let padding = String(repeating: " ", count: width - value.count)
            printer.line(
                leaf.name, origin ? "\(value)\(padding)  \(layered.origin(of: leaf))" : value)
        }
        for fee in layered.configuration.fees.entries {
            printer.line(
                "fees \(fee.exchange) from \(fee.from)",
                "maker \(JSONValue.numberText(fee.makerBps)), "
                    + "taker \(JSONValue.numberText(fee.takerBps)) bps")
        }
        guard origin else { return }
        printer.member(
            "origins",
            .object(leaves.map { .init($0.name, .string(layered.origin(of: $0).description)) }))
    }

    /// The configuration that a name or a market selects, and the log's position; nil for neither.
    private func resolve() throws -> (LayeredConfiguration?, GlobalPosition?) {
        guard let market = try market.market() else {
            return (try name.map { try ConfigurationName.load($0) }, nil)
        }
        let store = try store.open()
        let (standings, position) = try store.read { view in
            try market.mustExist(in: view)
            let position = try view.resolve(asOf.point)
            return (
                try ConfigurationStanding.all(view, market: market, through: position), position
            )
        }
        if let name { return (try ConfigurationName.load(name, or: standings), position) }
        guard let newest = standings.last(where: \.isActive) else {
            throw Failure(
                .noInput, "\(market) has no active configuration as of position \(position)")
        }
        let configuration = newest.configuration.configuration
        return (
            LayeredConfiguration(configuration, recordedAt: newest.position.number), position
        )
    }
}
