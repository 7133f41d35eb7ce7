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
              mechanic-replay import --manifest markets.csv
              mechanic-replay import --manifest downloads/

            Reads Binance klines (with or without header),
            timestamp,open,high,low,close,volume, and ccxt's JSON arrays; plain or gzip;
            milliseconds or microseconds. Sending a file again adds nothing. Bad rows are
            reported with their line and cost no good row; with --strict they refuse the
            whole batch (exit 65).

            --manifest takes many markets: their candles become visible in one commit, as
            far as 32 MiB hold them. A file that cannot be read costs the other markets
            nothing; it is named, and the exit code is 65.
            """)

    @Argument(help: ArgumentHelp("Files of candles; - is standard input.", valueName: "file"))
    var files: [String] = []

    @OptionGroup var input: InputOptions

    @OptionGroup var markets: MarketsOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        switch try markets.choice() {
        case .one(let market): try importOne(market)
        case .many(let files): try importMany(files)
        }
    }

    private func importOne(_ market: MarketID) throws {
        guard !files.isEmpty else {
            throw Failure(.usage, "give at least one file of candles; - is standard input")
        }
        let store = try store.open()
        let input = try input.read(files, timeframe: market.timeframe)
        let updater = Updater(store: store, market: market)
        let report = try updater.importCandles(
            input.candles, rejected: input.rejectedCount,
            at: input.clock(store, timeframe: market.timeframe))
        Self.describe(market, report, input, output).finish()
    }

    private func importMany(_ files: [MarketFiles]) throws {
        guard self.files.isEmpty else {
            throw Failure(.usage, "--manifest names the files: give none beside it")
        }
        let store = try store.open()
        let group = MarketGroup(store: store, threads: markets.threadCount)
        var table = MarketsTable(output, columns: MarketsTable.rowColumns)
        let bar = ProgressBar("import", unit: "markets", console: output.console)
        try MarketFilesReader(input: input, threads: markets.threadCount).read(files) { wave in
            let inputs = table.usable(wave)
            let requests = inputs.map { market, input in
                (market, UpdateRequest(candles: input.candles, rejected: input.rejectedCount))
            }
            let now = try CandleInput.clock(inputs, store, group)
            let reports = try group.importCandles(requests, at: now)
            for ((market, input), report) in zip(inputs, reports) {
                let printer = Self.describe(market, report, input, output)
                table.add(MarketsTable.cells(market, report), printer.json, report)
            }
            bar.update(table.count, of: files.count)
        }
        bar.finish()
        try table.finish()
    }

    private static func describe(
        _ market: MarketID, _ report: UpdateReport, _ input: CandleInput, _ output: OutputOptions
    ) -> ReportPrinter {
        var printer = output.report
        printer.add("market", .text(market.description))
        DeltaPrinter.add(report, to: &printer)
        DeltaPrinter.add(input.rejects, of: input.rejectedCount, to: &printer)
        printer.add("position", .integer(Int64(report.position.number)))
        return printer
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
