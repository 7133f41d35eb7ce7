internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// `backfill`: history through updates, as if live.
struct BackfillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Drive a history file through hourly updates, as if live.",
        discussion: """
            EXAMPLES
              mechanic-replay backfill btc.csv.gz --symbol BTC/USDT:USDT --every 1h
              mechanic-replay backfill btc.csv.gz --symbol BTC/USDT:USDT --every 1h \\
                --config scalp --config runner
              mechanic-replay backfill btc.csv.gz --symbol BTC/USDT:USDT --every 1d \\
                --format jsonl

            Needs a store made with --clock simulated: the clock of each step is its end. A
            rerun repeats no recorded step, so an interrupted backfill is run again to go
            on. With --format jsonl each update is one line, flushed after its commit. What
            is labelled is decided as by `update`.
            """)

    @Argument(help: ArgumentHelp("The history; - is standard input.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "From one update to the next; steps end at its multiples in UTC.", valueName: "duration"
        ))
    var every: Span

    @OptionGroup var input: InputOptions

    @OptionGroup var labelling: LabellingOptions

    @OptionGroup var range: RangeOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let market = try market.market()
        let store = try store.open()
        try check(store, market)
        let updater = Updater(store: store, market: market)
        let configurations = try labelling.request(output.console)
            .configurations(for: try updater.recentState())
        let input = try input.read([file], timeframe: market.timeframe)
        let stamps = try range.stamps
        let backfill = Backfill(
            updater: updater, every: every.milliseconds,
            configurations: configurations)
        let console = output.console
        let bar = ProgressBar("backfill", unit: "candles", console: console)
        let format = Format.resolve(output.format, inPipe: .json)
        var positions: [GlobalPosition] = []
        var tally = BackfillTally()
        let updates = try backfill.run(
            input.candles.filtered(stamps), labelFrom: labelling.labelFrom?.milliseconds
        ) { step, rows, total in
            positions.append(step.report.position)
            tally.add(step.report)
            if format == .jsonl {
                print(step, UpdateDrift(step.report, try updater.recentState()))
            }
            bar.update(rows, of: total)
        }
        bar.finish()
        if format == .jsonl {
            // A line is an update; what became of no update is told beside them.
            DeltaPrinter.say(input.rejects, of: input.rejectedCount, to: console)
            return
        }
        try report(
            market, backfill, updates: updates, tally, positions: positions, input: input)
    }

    private func check(_ store: EventStore, _ market: MarketID) throws {
        guard store.identity.clock == .simulated else {
            throw Failure(
                .cannotRun,
                "\(store.path) has a real clock; backfill needs a store made with "
                    + "`mechanic-replay init --clock simulated`")
        }
        let interval = market.timeframe.milliseconds
        guard every.milliseconds > 0, every.milliseconds % interval == 0 else {
            throw Failure(.usage, "--every \(every): must be a multiple of \(market.timeframe)")
        }
    }

    /// One flushed line of an update.
    private func print(_ step: Backfill.Step, _ drift: UpdateDrift) {
        var printer = ReportPrinter(format: .jsonl)
        printer.member("end_ms", .integer(step.end))
        for (name, count) in DeltaPrinter.counts(step.report.rows) {
            printer.member(name, .integer(count))
        }
        UpdatePrinter.add(step.report, drift, to: &printer, isPlain: true)
        printer.finish()
    }

    private func report(
        _ market: MarketID, _ backfill: Backfill, updates: Int, _ tally: BackfillTally,
        positions: [GlobalPosition], input: CandleInput
    ) throws {
        var printer = output.report
        printer.line("market", market.description)
        printer.add("updates", .integer(Int64(updates)), people: Number.grouped(updates))
        printer.line("labels closed", Number.grouped(tally.closed))
        tally.addDrift(to: &printer)
        DeltaPrinter.add(input.rejects, of: input.rejectedCount, to: &printer)
        printer.member("rejected", .integer(input.rejectedCount))
        printer.member("labels_closed", .integer(tally.closed))
        printer.member("positions", .array(positions.map { .integer($0.number) }))
        if let first = positions.first, let last = positions.last {
            printer.line("positions", "\(first) … \(last)")
        }
        let digests = try backfill.updater.digests()
        DigestPrinter.add([(market, digests)], as: "digests", to: &printer)
        printer.finish()
    }
}

/// What the steps of a backfill did in all.
private struct BackfillTally {
    private(set) var closed = 0
    private var checks: [DriftSeverity: Int] = [:]
    private var alerts = 0

    mutating func add(_ report: UpdateReport) {
        closed += report.closed
        for outcome in report.drift {
            if let check = outcome.check { checks[check.severity, default: 0] += 1 }
            alerts += outcome.raised == nil ? 0 : 1
        }
    }

    func addDrift(to printer: inout ReportPrinter) {
        let counts = DriftSeverity.allCases.map { ($0.rawValue, checks[$0] ?? 0) }
        let found = counts.filter { $0.1 > 0 }.map { "\(Number.grouped($0.1)) \($0.0)" }
        printer.line("drift checks", found.isEmpty ? "none" : found.joined(separator: ", "))
        printer.line("alerts raised", Number.grouped(alerts))
        printer.member(
            "drift_checks", .object(counts.map { .init($0.0, .integer($0.1)) }))
        printer.member("alerts_raised", .integer(alerts))
    }
}

extension CandleColumns {
    /// The candles with a stamp in a range; all of them where it is unbounded.
    func filtered(_ stamps: ClosedRange<Int64>) -> CandleColumns {
        if stamps == Int64.min...Int64.max { return self }
        var kept = CandleColumns()
        for index in 0..<count where stamps.contains(time[index]) { kept.append(self[index]) }
        return kept
    }
}

/// Digests of projections, as backfill, replay and status print them.
enum DigestPrinter {
    static func add(
        _ markets: [(market: MarketID, digests: [MarketState.Digest])], as name: String,
        to printer: inout ReportPrinter
    ) {
        for (market, digests) in markets {
            for digest in digests {
                let label = digest.labelling.map { "\(digest.name) \($0.hex.prefix(8))" }
                printer.line("\(market) \(label ?? digest.name)", digest.digest.hex)
            }
        }
        printer.member(
            name,
            .array(markets.flatMap { market, digests in digests.map { json($0, market) } }))
    }

    private static func json(_ digest: MarketState.Digest, _ market: MarketID) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("market", .string(market.description)), .init("name", .string(digest.name)),
            .init("version", .integer(digest.version)),
            .init("digest", .string(digest.digest.hex)),
        ]
        if let labelling = digest.labelling {
            members.append(.init("labels_hash", .string(labelling.hex)))
        }
        return .object(members)
    }
}
