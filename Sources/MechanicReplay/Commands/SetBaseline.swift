internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// `baseline set`.
struct SetBaseline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Record a baseline that holds until it is released.",
        discussion: """
            EXAMPLES
              mechanic-replay baseline set 2025-09-15..2025-10-04 --symbol BTC/USDT:USDT
              mechanic-replay baseline set 1757894400000..1759536000000 \\
                --symbol BTC/USDT:USDT --config runner

            The period ends before the current window begins. The next update that brings
            something new checks drift against it.
            """)

    @Argument(
        help: ArgumentHelp(
            "The period, RFC 3339 or epoch milliseconds; its end is not in it.",
            valueName: "from..to"))
    var period: MarketRange

    @OptionGroup var labelling: DeciderOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let updater = Updater(store: try store.open(), market: try market.market())
        let decider = try updater.decider(labelling.config)
        let (record, position) = try updater.setBaseline(
            period.range, decider.configuration, at: try updater.clock())
        var printer = output.report
        BaselinePrinter.add(record, to: &printer)
        if let entry = try updater.recentState().baselines[record.labelsHash] {
            BaselinePrinter.add(
                entry, decider.configuration.configuration.drift.baseline, revisions: [],
                to: &printer)
        }
        printer.add("position", .integer(Int64(position.number)))
        printer.finish()
    }
}

/// `baseline release`.
struct ReleaseBaseline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Let the policy decide about the baseline again.",
        discussion: """
            EXAMPLES
              mechanic-replay baseline release --symbol BTC/USDT:USDT
              mechanic-replay baseline release --symbol BTC/USDT:USDT --by ann
            """)

    @Option(help: ArgumentHelp("Who releases it (default: $USER).", valueName: "name"))
    var by: String?

    @OptionGroup var labelling: DeciderOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let updater = Updater(store: try store.open(), market: try market.market())
        let decider = try updater.decider(labelling.config)
        let position = try updater.releaseBaseline(
            decider.configuration, by: by ?? OperatorOptions.user, at: try updater.clock())
        var printer = output.report
        printer.member("market", .string(updater.market.description))
        printer.add("labels_hash", .text(decider.configuration.labelsHash.hex))
        printer.member("pinned", false)
        printer.add("position", .integer(Int64(position.number)))
        printer.finish()
    }
}

extension Updater {
    /// The configuration that a name selects now.
    fileprivate func decider(_ name: String?) throws -> Decider {
        try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: .head)
            return try Decider.select(name, in: state, view, position)
        }
    }
}
