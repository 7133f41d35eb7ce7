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
        commandName: "update",
        abstract: "Run one hourly update: append, label, look at drift, commit.",
        discussion: """
            EXAMPLES
              mechanic-replay update --symbol BTC/USDT:USDT --candles last-hour.csv
              mechanic-replay update --symbol BTC/USDT:USDT --config scalp --config runner
              mechanic-replay update --symbol BTC/USDT:USDT --config my.toml --format json
              mechanic-replay update --manifest last-hour/ --config scalp
              mechanic-replay update --symbol BTC/USDT:USDT --candles last-hour.csv \\
                --alert-file alerts.jsonl --alert-command 'page --severity high'

            Everything an update does becomes visible in one commit, or not at all. Without
            --config, what --set, MECHANIC_TAKE_PROFIT_BPS=20 and mechanic.toml here say is
            made active (see `config --help`); where there is none of them the active
            configurations are used, and scalp where nobody ever chose one. An update
            that changes nothing appends nothing.

            Where it is due, drift is checked in the same commit. Open alerts are delivered
            after it: to files and commands that have not taken them yet. A sink that fails
            is a warning; the exit code is that of the update.

            --manifest updates many markets in one commit, as far as 32 MiB hold it; a
            market that must catch up comes last, with commits of its own.
            """)

    @Option(help: ArgumentHelp("New candles; - is standard input.", valueName: "file"))
    var candles: String?

    @OptionGroup var input: InputOptions

    @OptionGroup var labelling: LabellingOptions

    @OptionGroup var alerts: AlertOptions
    @OptionGroup var markets: MarketsOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let wanted = try labelling.request(output.console)
        switch try markets.choice() {
        case .one(let market): try updateOne(market, wanted)
        case .many(let files): try updateMany(files, wanted)
        }
    }

    private func updateOne(_ market: MarketID, _ wanted: ConfigurationRequest) throws {
        let store = try store.open()
        let updater = Updater(store: store, market: market)
        updater.threads = markets.threadCount
        let input = try candles.map {
            try self.input.read([$0], timeframe: market.timeframe, mayBeEmpty: true)
        }
        // Without candles a market is not made: its name may be a typing error.
        if input == nil { try store.read { try market.mustExist(in: $0) } }
        let request = try wanted.update(input, of: updater.recentState())
        let before = try Before(updater)
        let now = CandleInput.clock(
            input, store, newest: before.newest, timeframe: market.timeframe)
        let report = try updater.update(request, at: now)
        let drift = UpdateDrift(report, try updater.recentState())
        var printer = describe(report, drift, input, before, at: now)
        var desk = AlertDesk(alerts)
        let deliveries = desk.deliver(updater, at: now, output.console)
        UpdateDrift.add(deliveries, to: &printer)
        printer.finish()
    }

    private func updateMany(_ files: [MarketFiles], _ wanted: ConfigurationRequest) throws {
        guard candles == nil else {
            throw Failure(.usage, "--manifest names the files: give no --candles beside it")
        }
        let store = try store.open()
        let group = MarketGroup(store: store, threads: markets.threadCount)
        var table = MarketsTable(
            output,
            columns: MarketsTable.rowColumns + MarketsTable.labelColumns
                + MarketsTable.driftColumns)
        var desk = AlertDesk(alerts)
        let bar = ProgressBar("update", unit: "markets", console: output.console)
        try MarketFilesReader(input: input, threads: markets.threadCount).read(files) { wave in
            let inputs = table.usable(wave)
            try group.prepare(inputs.map(\.market))
            let requests = try inputs.map { market, input in
                (market, try wanted.update(input, of: group.updater(market).recentState()))
            }
            let now = try CandleInput.clock(inputs, store, group)
            let before = try inputs.map { try Before(group.updater($0.market)) }
            let reports = try group.update(requests, at: now)
            for (index, report) in reports.enumerated() {
                let (market, input) = inputs[index]
                let updater = group.updater(market)
                let drift = UpdateDrift(report, try updater.recentState())
                let cells =
                    MarketsTable.cells(market, report) + MarketsTable.labelCells(report)
                    + MarketsTable.driftCells(drift)
                var printer = describe(report, drift, input, before[index], at: now)
                let deliveries = desk.deliver(updater, at: now, output.console)
                UpdateDrift.add(deliveries, to: &printer)
                table.add(cells, printer.json, report)
                table.say(drift, of: market)
            }
            bar.update(table.count, of: files.count)
        }
        bar.finish()
        try table.finish()
    }

    private func describe(
        _ report: UpdateReport, _ drift: UpdateDrift, _ input: CandleInput?, _ before: Before,
        at now: Int64
    ) -> ReportPrinter {
        var printer = output.report
        printer.add("market", .text(before.market.description))
        DeltaPrinter.add(report, to: &printer)
        printer.member("delta", Self.delta(report, before, at: now))
        DeltaPrinter.add(input?.rejects ?? [], of: input?.rejectedCount ?? 0, to: &printer)
        UpdatePrinter.add(report, drift, to: &printer, isPlain: output.isPlain)
        return printer
    }

    private static func delta(_ report: UpdateReport, _ before: Before, at now: Int64) -> JSONValue
    {
        var members = DeltaPrinter.counts(report.rows).map {
            JSONValue.Member($0.0, .integer($0.1))
        }
        members.append(.init("gaps", .array(report.gaps.map(DeltaPrinter.json))))
        members.append(.init("from_ms", report.recorded.map { .integer($0.lowerBound) } ?? .null))
        members.append(.init("to_ms", report.recorded.map { .integer($0.upperBound) } ?? .null))
        let required = Delta.Requirement(report, labellingsBefore: before.labellings)
        members.append(.init("required", .string(required.rawValue)))
        members.append(
            .init(
                "time_since_last_update_ms",
                before.lastUpdate.map { .integer(Delta.milliseconds(since: $0, to: now)) }
                    ?? .null))
        return .object(members)
    }

    /// What was there before an update: its report is measured by it.
    private struct Before {
        let market: MarketID
        /// No copy of the state: its rows would be copied when they change.
        let labellings: [Hash256]
        let newest: Int64?
        let lastUpdate: Int64?

        init(_ updater: Updater) throws {
            market = updater.market
            let state = try updater.recentState()
            labellings = state.labellings.map(\.hash)
            newest = state.window.newest
            lastUpdate = try updater.store.read { [market] in
                try History.lastUpdate($0, market: market)
            }
        }
    }
}

/// What became of labels, as update and backfill print it.
enum UpdatePrinter {
    static func add(
        _ report: UpdateReport, _ drift: UpdateDrift, to printer: inout ReportPrinter, isPlain: Bool
    ) {
        for labelling in report.labellings {
            printer.line(
                "labels \(labelling.labelsHash.hex.prefix(8))",
                "\(Number.grouped(labelling.closed)) closed, \(Number.grouped(labelling.revised)) "
                    + "revised, \(Number.grouped(labelling.retracted)) retracted, "
                    + "\(Number.grouped(labelling.open)) open")
        }
        if report.labellings.isEmpty, report.newest != nil {
            printer.line("labels", "none: no configuration is active (`config activate NAME`)")
        }
        printer.member("labels_closed", .integer(report.closed))
        printer.member("labels_revised", .integer(report.revised))
        printer.member("open", .integer(report.open))
        printer.member("labellings", .array(report.labellings.map(json)))
        drift.add(to: &printer, isPlain: isPlain)
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
