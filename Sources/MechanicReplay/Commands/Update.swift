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

            Everything an update does becomes visible in one commit, or not at all. Without
            --config the active configurations are used; where none is active, scalp
            becomes it. An update that changes nothing appends nothing.
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
        let store = try store.open()
        let updater = Updater(store: store, market: market)
        let before = try updater.state()
        let lastUpdate = try store.read { try History.lastUpdate($0, market: market) }
        let configurations = try ConfigurationName.load(
            labelling.config, labelFrom: labelling.labelFrom, for: before)
        let input = try candles.map {
            try self.input.read([$0], timeframe: market.timeframe)
        }
        var request = UpdateRequest(
            candles: input?.candles ?? CandleColumns(), configurations: configurations)
        request.rejected = input?.rejectedCount ?? 0
        request.labelFrom = labelling.labelFrom?.milliseconds
        let now = CandleInput.clock(
            input, store, newest: before.window.newest, timeframe: market.timeframe)
        let report = try updater.update(request, at: now)
        var printer = output.report
        printer.line("market", market.description)
        DeltaPrinter.add(report, to: &printer)
        printer.member(
            "delta",
            Self.delta(
                report, Delta.Requirement(report, before: before),
                sinceLastUpdate: lastUpdate.map { Delta.milliseconds(since: $0, to: now) }))
        DeltaPrinter.add(input?.rejects ?? [], of: input?.rejectedCount ?? 0, to: &printer)
        UpdatePrinter.add(report, to: &printer)
        printer.finish()
    }

    private static func delta(
        _ report: UpdateReport, _ required: Delta.Requirement, sinceLastUpdate: Int64?
    ) -> JSONValue {
        var members = DeltaPrinter.counts(report.rows).map {
            JSONValue.Member($0.0, .integer($0.1))
        }
        members.append(.init("gaps", .array(report.gaps.map(DeltaPrinter.json))))
        members.append(.init("from_ms", report.recorded.map { .integer($0.lowerBound) } ?? .null))
        members.append(.init("to_ms", report.recorded.map { .integer($0.upperBound) } ?? .null))
        members.append(.init("required", .string(required.rawValue)))
        members.append(
            .init("time_since_last_update_ms", sinceLastUpdate.map { .integer($0) } ?? .null))
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
