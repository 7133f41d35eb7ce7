internal import ArgumentParser
internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// `delta`: what an update would do.
struct DeltaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delta",
        abstract: "Say what the next update will find and do; change nothing.",
        discussion: """
            EXAMPLES
              mechanic-replay delta --symbol BTC/USDT:USDT --candles last-hour.csv
              mechanic-replay delta --symbol BTC/USDT:USDT --config runner
              mechanic-replay delta --symbol BTC/USDT:USDT --format json

            Takes the words of `update` and counts what it will report: new, revised, late
            and repeated candles, gaps, open trades, changed configurations. An update that
            finds nothing to do is no error. Work is estimated: entries are counted, the
            labels that close are taken to be as many as there are new entries.

            In JSON: required is full_relabel, incremental or nothing; rows and gaps have the
            names of `update`; labellings tells open, behind (recorded, not labelled yet),
            new_entries and touched_entries of each; work sums them up.
            """)

    @Option(help: ArgumentHelp("New candles; - is standard input.", valueName: "file"))
    var candles: String?

    @OptionGroup var input: InputOptions

    @OptionGroup var labelling: LabellingOptions

    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let market = try market.market()
        let wanted = try labelling.request(output.console)
        let store = try store.open()
        let input = try candles.map {
            try self.input.read([$0], timeframe: market.timeframe, mayBeEmpty: true)
        }
        let (delta, now) = try store.read { view in
            if input == nil { try market.mustExist(in: view) }
            let state = try MarketState.load(view, market: market).state
            let request = try wanted.update(input, of: state)
            let now = CandleInput.clock(
                input, store, newest: state.window.newest, timeframe: market.timeframe)
            return (try DeltaDetector.detect(view, state, request, at: now), now)
        }
        let rejects = input?.rejects ?? []
        guard Format.resolve(output.format, inPipe: .json) != .table else {
            DeltaReport(delta, isPlain: output.isPlain).print()
            DeltaPrinter.say(rejects, of: input?.rejectedCount ?? 0, to: output.console)
            return
        }
        var printer = output.report
        DeltaReport.add(delta, at: now, to: &printer)
        DeltaPrinter.add(rejects, of: input?.rejectedCount ?? 0, to: &printer)
        printer.finish()
    }
}
