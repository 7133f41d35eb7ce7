internal import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// `baseline`: what drift checks compare with.
struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline", abstract: "Show, set or release the baseline of a market.",
        discussion: """
            EXAMPLES
              mechanic-replay baseline --symbol BTC/USDT:USDT
              mechanic-replay baseline --symbol BTC/USDT:USDT --as-of -24h --format json
              mechanic-replay baseline set 2025-09-15..2025-10-04 --symbol BTC/USDT:USDT
              mechanic-replay baseline release --symbol BTC/USDT:USDT

            A baseline is the reference period of drift checks. With drift_baseline =
            rolling it slides along before the current window, with fixed the first one
            stays. One that is set holds, whatever the policy says, until it is released.
            """,
        subcommands: [ShowBaseline.self, SetBaseline.self, ReleaseBaseline.self],
        defaultSubcommand: ShowBaseline.self)
}

/// `baseline show`.
struct ShowBaseline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the newest baseline.",
        discussion: """
            EXAMPLES
              mechanic-replay baseline show --symbol BTC/USDT:USDT
              mechanic-replay baseline show --symbol BTC/USDT:USDT --config runner

            Its values are those of the time when it was recorded. Minutes that were revised
            or came late since are stale: they are counted, not taken over.
            """)

    @OptionGroup var labelling: DeciderOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let market = try market.market()
        let store = try store.open()
        var printer = output.report
        try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            output.console.say(rounding: asOf.point, to: position)
            let decider = try Decider.select(labelling.config, in: state, view, position)
            guard let entry = state.baselines[decider.labelling.hash] else {
                throw Failure(
                    .noInput,
                    "\(market) has no baseline as of position \(position): an update records one "
                        + "with a drift check")
            }
            let record = try DriftLog.baseline(
                view, market: market, labels: entry.labelsHash, version: entry.version)
            let revisions = try record.value.basis.revisions(view).filter {
                $0.position <= position
            }
            BaselinePrinter.add(record.value, to: &printer)
            BaselinePrinter.add(
                entry, decider.configuration.configuration.drift.baseline, revisions: revisions,
                to: &printer)
            printer.add("recorded_at_us", .recorded(record.recordedAt))
            printer.add("recorded_position", .integer(Int64(record.position.number)))
            printer.add("position", .integer(Int64(position.number)))
        }
        if store.identity.clock == .simulated { output.console.say("simulated clock") }
        printer.finish()
    }
}

/// The configuration that decides about drift.
struct DeciderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whose baseline: a preset, a TOML or JSON file or the beginning of a hash (default: the "
                + "newest activated).", valueName: "preset|file|hash"))
    var config: String?
}
