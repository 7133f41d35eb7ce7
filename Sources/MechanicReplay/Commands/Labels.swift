internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Mechanic
internal import Projections

/// `labels`: the label table.
struct Labels: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print labels.",
        discussion: """
            EXAMPLES
              mechanic-replay labels --symbol BTC/USDT:USDT --from 2025-10-10T21:00Z
              mechanic-replay labels --symbol BTC/USDT:USDT --config runner --format csv
              mechanic-replay labels --symbol BTC/USDT:USDT --provisional --as-of -6h

            Closed labels only, unless asked otherwise. A trade without a deciding candle
            is open: it has no label. --provisional marks open trades at the newest candle:
            a view, never recorded and never to train on. Without --from the rolling
            window; an earlier --from reads the log.
            """)

    @Flag(help: "Open trades instead of labels.")
    var open = false

    @Flag(help: "Labels, and open trades marked at the newest candle.")
    var provisional = false

    @Option(
        help: ArgumentHelp(
            "Which labelling: a preset, a JSON file or the beginning of a hash (default: the newest "
                + "activated).", valueName: "preset|file|hash"))
    var config: String?

    @OptionGroup var range: RangeOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    static let columns = [
        "entry_time_ms", "entry_price", "exit_time_ms", "exit_price", "exit_reason",
        "pnl_gross_bps",
        "costs_bps", "pnl_net_bps", "meta_label", "known_at_ms", "ambiguous", "crosses_gap",
    ]

    func run() throws {
        if open, provisional {
            throw Failure(.usage, "--open and --provisional are two views: choose one")
        }
        let market = try market.market()
        let stamps = try range.stamps
        let store = try store.open()
        let (table, position) = try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            let labelling = try ConfigurationName.select(config, in: state)
            return (try LabelTable(state, labelling, stamps, view, position), position)
        }
        output.console.say("as of position \(position)")
        let clock = store.identity.clock
        if clock == .simulated { output.console.say("simulated clock") }
        var printer = output.rows(Self.columns)
        if open {
            for candle in table.open { printer.add(Self.cells(open: candle)) }
        } else {
            let interval = market.timeframe.milliseconds
            for row in table.rows(provisional: provisional) {
                printer.add(Self.cells(row.label, row.reason, interval: interval))
            }
        }
        printer.finish()
    }

    private static func cells(_ label: Label, _ reason: String, interval: Int64) -> [Cell] {
        [
            .time(label.entryTime), .number(label.entryPrice), .time(label.exitTime),
            .number(label.exitPrice), .text(reason), .number(label.grossBps),
            .number(label.costsBps), .number(label.netBps), .integer(label.isMeta ? 1 : 0),
            .time(label.decidedAt + interval),
            .integer(label.flags.contains(.ambiguous) ? 1 : 0),
            .integer(label.flags.contains(.crossesGap) ? 1 : 0),
        ]
    }

    private static func cells(open candle: Candle) -> [Cell] {
        [
            .time(candle.time), .number(candle.close), .none, .none, .text("open"), .none, .none,
            .none, .none, .none, .none, .none,
        ]
    }
}
