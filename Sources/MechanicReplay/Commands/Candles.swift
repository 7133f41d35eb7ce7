internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// `candles`: the window.
struct Candles: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print candles.",
        discussion: """
            EXAMPLES
              mechanic-replay candles --symbol BTC/USDT:USDT --from 2025-10-10T21:00Z
              mechanic-replay candles --symbol BTC/USDT:USDT --as-of 1234 --format csv

            Without --from the rolling window of 90 days; an earlier --from reads the log.
            A candle is stamped when it opens and known when it has closed: --known-at adds
            that time to every row.
            """)

    @Flag(help: "Add the column known_at_ms: the close of the candle.")
    var knownAt = false

    @OptionGroup var range: RangeOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let market = try market.market()
        let stamps = try range.stamps
        let store = try store.open()
        let (grid, position) = try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            return (try Self.grid(state, stamps, view, through: position), position)
        }
        output.console.say(asOf: position, asOf.point, store)
        let columns = ["timestamp_ms", "open", "high", "low", "close", "volume"]
        var printer = output.rows(columns + (knownAt ? ["known_at_ms"] : []))
        grid.forEach(from: stamps.lowerBound, through: stamps.upperBound) { candle in
            let cells: [Cell] = [
                .time(candle.time), .number(candle.open), .number(candle.high),
                .number(candle.low), .number(candle.close), .number(candle.volume),
            ]
            let close = candle.time + market.timeframe.milliseconds
            printer.add(cells + (knownAt ? [.time(close)] : []))
        }
        printer.finish()
    }

    /// The window's candles, or the log's where the range begins before the window.
    static func grid(
        _ state: MarketState, _ stamps: ClosedRange<Int64>, _ view: borrowing StoreView,
        through position: GlobalPosition
    ) throws -> DayGrid<Candle> {
        guard stamps.lowerBound != .min, !state.window.reaches(stamps.lowerBound) else {
            return state.window.candles
        }
        return try History.candles(
            view, market: state.market, days: days(stamps), through: position)
    }

    /// The days of a range of stamps.
    static func days(_ stamps: ClosedRange<Int64>) -> ClosedRange<Int32> {
        let limit = UTCDay(number: 2_000_000).start
        return UTCDay(of: max(stamps.lowerBound, -limit))
            .number...UTCDay(of: min(stamps.upperBound, limit)).number
    }
}
