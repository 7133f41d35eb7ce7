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
        abstract: "Print labels, or statistics of them.",
        discussion: """
            EXAMPLES
              mechanic-replay labels --symbol BTC/USDT:USDT --from 2025-10-10T21:00Z
              mechanic-replay labels --symbol BTC/USDT:USDT --config runner --format csv
              mechanic-replay labels --symbol BTC/USDT:USDT --provisional --as-of -6h
              mechanic-replay labels --symbol BTC/USDT:USDT --statistics

            Closed labels only, unless asked otherwise. A trade without a deciding candle
            is open: it has no label. --provisional marks open trades at the newest candle:
            a view, never recorded and never to train on. Without --from the rolling
            window; an earlier --from reads the log.

            A trade enters at the close of its candle: what is joined to it must have been
            known by entry_close_time, not entry_time; the exit's candle opens at exit_time.
            known_at is when the deciding candle has closed: before, nobody could know the
            label. What the store held at a moment, and what a label was before it was
            revised, only --as-of tells. meta_label is 1 where the trade was worth taking
            after costs: fees, spread, and slippage, which grows with the entry candle's range.

            --provenance adds the positions of the events that recorded the label last, and
            that hold its entry and its deciding candle as they were labelled last; `blame
            label TIME` names all that one label rests on, also where a candle was revised
            outside the window.
            """)

    @Flag(help: "Open trades instead of labels.")
    var open = false

    @Flag(help: "Labels, and open trades marked at the newest candle.")
    var provisional = false

    @Flag(help: "Also the positions of the events behind each row.")
    var provenance = false

    @Flag(help: "Counts, exits, quantiles of results and durations instead of the labels.")
    var statistics = false

    @Option(
        help: ArgumentHelp(
            "Which labelling: a preset, a TOML or JSON file or the beginning of a hash (default: the "
                + "newest activated).", valueName: "preset|file|hash"))
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
        "entry_close_time_ms",
    ]

    static let provenanceColumns = [
        "event_position", "entry_event_position", "deciding_event_position",
    ]

    func run() throws {
        guard !(provenance && statistics) else {
            throw Failure(.usage, "--provenance adds columns to rows: leave out --statistics")
        }
        guard [open, provisional, statistics].count(where: \.self) <= 1 else {
            throw Failure(
                .usage, "--open, --provisional and --statistics are three views: choose one")
        }
        let market = try market.market()
        let stamps = try range.stamps
        let store = try store.open()
        let (table, labelling, position, events) = try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            let labelling = try Decider.select(config, in: state, view, position).labelling
            let table = try LabelTable(state, labelling, stamps, view, position)
            let events =
                provenance
                ? try LabelProvenance(
                    view, market: market, labelling, of: open ? [] : table.labels,
                    open: open || provisional ? table.open.map(\.time) : [], through: position)
                : nil
            return (table, labelling, position, events)
        }
        output.console.say(asOf: position, asOf.point, store)
        if statistics {
            let statistics = LabelStatistics(
                of: table.labels, open: table.open.count, timeframe: market.timeframe)
            return StatisticsPrinter.print(statistics, labelling, position, output.report)
        }
        var printer = output.rows(Self.columns + (provenance ? Self.provenanceColumns : []))
        if open {
            for candle in table.open {
                printer.add(
                    Self.cells(open: candle, market.timeframe, through: labelling.through)
                        + Self.cells(events?.events(ofOpen: candle.time)))
            }
        } else {
            for row in table.rows(provisional: provisional) {
                let isOpen = row.reason == LabelTable.provisional
                let found = events.map {
                    isOpen ? $0.events(ofOpen: row.label.entryTime) : $0.events(of: row.label)
                }
                printer.add(
                    Self.cells(row.label, row.reason, market.timeframe) + Self.cells(found))
            }
        }
        printer.finish()
    }

    private static func cells(_ events: LabelProvenance.Events?) -> [Cell] {
        guard let events else { return [] }
        return [events.label, events.entry, events.deciding].map {
            $0.map { .position($0) } ?? .none
        }
    }

    private static func cells(_ label: Label, _ reason: String, _ timeframe: Timeframe) -> [Cell] {
        [
            .time(label.entryTime), .number(label.entryPrice), .time(label.exitTime),
            .number(label.exitPrice), .text(reason), .measure(label.grossBps),
            .measure(label.costsBps), .measure(label.netBps), .integer(label.isMeta ? 1 : 0),
            .time(label.knownAt(timeframe)),
            .integer(label.flags.contains(.ambiguous) ? 1 : 0),
            .integer(label.flags.contains(.crossesGap) ? 1 : 0),
            .time(label.entryTime + timeframe.milliseconds),
        ]
    }

    /// An open trade: that it is open was known when the newest labelled candle had closed.
    private static func cells(
        open candle: Candle, _ timeframe: Timeframe, through: Int64?
    ) -> [Cell] {
        [
            .time(candle.time), .number(candle.close), .none, .none, .text("open"), .none, .none,
            .none, .none, through.map { .time($0 + timeframe.milliseconds) } ?? .none, .none, .none,
            .time(candle.time + timeframe.milliseconds),
        ]
    }
}
