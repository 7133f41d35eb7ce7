internal import ArgumentParser
internal import CanonicalJSON
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// `import`: candles into the log.
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Append candles from files.",
        discussion: """
            EXAMPLES
              mechanic-replay import BTCUSDT-1m-2025-10.csv.gz --symbol BTC/USDT:USDT
              mechanic-replay import *.csv --symbol BTC/USDT --strict
              fetch-candles | mechanic-replay import - --symbol BTC/USDT --layout ccxt

            Reads Binance klines (with or without header),
            timestamp,open,high,low,close,volume, and ccxt's JSON arrays; plain or gzip;
            milliseconds or microseconds. Sending a file again adds nothing. Bad rows are
            reported with their line and cost no good row; with --strict they refuse the
            whole batch (exit 65).
            """)

    @Argument(help: ArgumentHelp("Files of candles; - is standard input.", valueName: "file"))
    var files: [String]

    @OptionGroup var input: InputOptions

    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let market = try market.market()
        let store = try store.open()
        let input = try input.read(files, timeframe: market.timeframe)
        let updater = Updater(store: store, market: market)
        let report = try updater.importCandles(
            input.candles, rejected: input.rejectedCount,
            at: input.clock(store, timeframe: market.timeframe))
        var printer = output.report
        printer.line("market", market.description)
        DeltaPrinter.add(report, to: &printer)
        DeltaPrinter.add(input.rejects, of: input.rejectedCount, to: &printer)
        printer.add("position", .integer(Int64(report.position.number)))
        printer.finish()
    }
}

/// What became of rows, as import and update print it.
enum DeltaPrinter {
    /// Adds the counts of rows and the gaps.
    static func add(_ report: UpdateReport, to printer: inout ReportPrinter) {
        let rows = report.rows
        for (name, count) in counts(rows) {
            printer.add(name, .integer(Int64(count)), people: Number.grouped(count))
        }
        let missing = report.gaps.reduce(0) { $0 + $1.missing }
        printer.line(
            "gaps",
            report.gaps.isEmpty
                ? "0" : "\(report.gaps.count) (\(Number.grouped(missing)) candles missing)")
        printer.member("gaps", .array(report.gaps.map(json)))
        if let recorded = report.recorded {
            printer.line("first new", UTCTime.text(milliseconds: recorded.lowerBound))
            printer.line("last new", UTCTime.text(milliseconds: recorded.upperBound))
        }
    }

    /// The six fates of a row, in the contract's names.
    static func counts(_ rows: UpdateCompletion.Rows) -> [(String, Int)] {
        [
            ("recorded", rows.recorded), ("duplicates", rows.duplicates), ("revised", rows.revised),
            ("late", rows.late), ("partial", rows.partial), ("rejected", rows.rejected),
        ]
    }

    static func json(_ gap: UpdateCompletion.Gap) -> JSONValue {
        [
            "from_ms": .integer(gap.from), "through_ms": .integer(gap.through),
            "missing": .integer(gap.missing),
        ]
    }

    /// Says the first rejected rows where standard output has no place for them.
    static func say(_ rejects: [CandleInput.Reject], of count: Int, to console: Console) {
        for reject in rejects.prefix(10) {
            console.say("rejected: \(reject.file), line \(reject.line): \(reject.reason)")
        }
        if count > 10 { console.say("rejected: and \(Number.grouped(count - 10)) more") }
    }

    /// Adds the rejected rows: the first ones for people, all that were kept for scripts.
    static func add(
        _ rejects: [CandleInput.Reject], of count: Int, to printer: inout ReportPrinter
    ) {
        let files = Set(rejects.map(\.file)).count
        for reject in rejects.prefix(10) {
            let place = files > 1 ? "\(reject.file), line \(reject.line)" : "line \(reject.line)"
            printer.line("  \(place)", reject.reason)
        }
        if count > 10 { printer.line("  and \(Number.grouped(count - 10)) more", "") }
        printer.member(
            "rejects",
            .array(
                rejects.map {
                    [
                        "file": .string($0.file), "line": .integer($0.line),
                        "reason": .string($0.reason),
                    ]
                }))
    }
}
