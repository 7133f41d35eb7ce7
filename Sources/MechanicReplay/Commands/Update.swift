internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// `update`: the hourly update.
struct Update: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Run one hourly update: append, label, commit.",
        discussion: """
            EXAMPLES
              mechanic-replay update --symbol BTC/USDT:USDT --candles last-hour.csv
              mechanic-replay update --symbol BTC/USDT:USDT --config scalp --config runner
              mechanic-replay update --symbol BTC/USDT:USDT --config my.json --format json
              mechanic-replay update --manifest last-hour/ --config scalp

            Everything an update does becomes visible in one commit, or not at all. Without
            --config the active configurations are used; where none is active, scalp
            becomes it. An update that changes nothing appends nothing.

            --manifest updates many markets in one commit, as far as 32 MiB hold it; a
            market that must catch up comes last, with commits of its own.
            """)

    @Option(help: ArgumentHelp("New candles; - is standard input.", valueName: "file"))
    var candles: String?

    @OptionGroup var input: InputOptions

    @OptionGroup var labelling: LabellingOptions

    @OptionGroup var markets: MarketsOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        switch try markets.choice() {
        case .one(let market): try updateOne(market)
        case .many(let files): try updateMany(files)
        }
    }

    private func updateOne(_ market: MarketID) throws {
        let store = try store.open()
        let updater = Updater(store: store, market: market)
        updater.threads = markets.threadCount
        let input = try candles.map {
            try self.input.read([$0], timeframe: market.timeframe)
        }
        let request = try request(input, for: updater)
        let now = try clock(store, updater, input)
        let report = try updater.update(request, at: now)
        describe(market, report, input).finish()
    }

    private func updateMany(_ files: [MarketFiles]) throws {
        guard candles == nil else {
            throw Failure(.usage, "--manifest names the files: give no --candles beside it")
        }
        let store = try store.open()
        let group = MarketGroup(store: store, threads: markets.threadCount)
        var table = MarketsTable(
            output, columns: MarketsTable.rowColumns + MarketsTable.labelColumns)
        let bar = ProgressBar("update", unit: "markets", console: output.console)
        try MarketFilesReader(input: input, threads: markets.threadCount).read(files) { wave in
            let inputs = table.usable(wave)
            try group.prepare(inputs.map(\.market))
            let requests = try inputs.map { market, input in
                (market, try request(input, for: group.updater(market)))
            }
            let now = try CandleInput.clock(inputs, store, group)
            let reports = try group.update(requests, at: now)
            for ((market, input), report) in zip(inputs, reports) {
                let cells = MarketsTable.cells(market, report)
                let labels = MarketsTable.labelCells(report)
                table.add(cells + labels, describe(market, report, input).json, report)
            }
            bar.update(table.count, of: files.count)
        }
        bar.finish()
        try table.finish()
    }

    private func request(_ input: CandleInput?, for updater: Updater) throws -> UpdateRequest {
        let configurations = try ConfigurationName.load(
            labelling.config, labelFrom: labelling.labelFrom, for: try updater.recentState())
        var request = UpdateRequest(
            candles: input?.candles ?? CandleColumns(), rejected: input?.rejectedCount ?? 0,
            configurations: configurations)
        request.labelFrom = labelling.labelFrom?.milliseconds
        return request
    }

    private func describe(
        _ market: MarketID, _ report: UpdateReport, _ input: CandleInput?
    ) -> ReportPrinter {
        var printer = output.report
        printer.add("market", .text(market.description))
        DeltaPrinter.add(report, to: &printer)
        printer.member("delta", delta(report))
        DeltaPrinter.add(input?.rejects ?? [], of: input?.rejectedCount ?? 0, to: &printer)
        UpdatePrinter.add(report, to: &printer)
        return printer
    }

    /// The clock: in a simulated store the close of the last row, here or recorded.
    private func clock(
        _ store: EventStore, _ updater: Updater, _ input: CandleInput?
    ) throws -> Int64 {
        let timeframe = updater.market.timeframe
        if let input { return input.clock(store, timeframe: timeframe) }
        guard store.identity.clock == .simulated else { return SystemClock.microseconds() }
        return ((try updater.recentState().window.newest ?? 0) + timeframe.milliseconds) * 1_000
    }

    private func delta(_ report: UpdateReport) -> JSONValue {
        var members = DeltaPrinter.counts(report.rows).map {
            JSONValue.Member($0.0, .integer($0.1))
        }
        members.append(.init("gaps", .array(report.gaps.map(DeltaPrinter.json))))
        members.append(.init("from_ms", report.recorded.map { .integer($0.lowerBound) } ?? .null))
        members.append(.init("to_ms", report.recorded.map { .integer($0.upperBound) } ?? .null))
        return .object(members)
    }
}

/// What became of labels, as update and backfill print it.
enum UpdatePrinter {
    static func add(_ report: UpdateReport, to printer: inout ReportPrinter) {
        for labelling in report.labellings {
            printer.line(
                "labels \(labelling.labelsHash.hex.prefix(8))",
                "\(Number.grouped(labelling.closed)) closed, \(Number.grouped(labelling.revised)) "
                    + "revised, \(Number.grouped(labelling.retracted)) retracted, "
                    + "\(Number.grouped(labelling.open)) open")
        }
        printer.member("labels_closed", .integer(report.closed))
        printer.member("labels_revised", .integer(report.revised))
        printer.member("open", .integer(report.open))
        printer.member("labellings", .array(report.labellings.map(json)))
        // Drift checks and decisions come with their own projections; until then nothing is claimed.
        printer.member("drift", .null)
        printer.member("severity", .null)
        printer.member("actions", .array([]))
        printer.add("position", .integer(Int64(report.position.number)))
        if report.newEvents == 0 { printer.line("nothing changed", "") }
    }

    static func json(_ labelling: UpdateCompletion.Labelling) -> JSONValue {
        [
            "labels_hash": .string(labelling.labelsHash.hex),
            "config_hash": .string(labelling.configurationHash.hex),
            "closed": .integer(labelling.closed), "revised": .integer(labelling.revised),
            "retracted": .integer(labelling.retracted), "open": .integer(labelling.open),
            "through_ms": .integer(labelling.through),
        ]
    }
}
