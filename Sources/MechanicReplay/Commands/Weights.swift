internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections
internal import SystemIO

/// `weights`: how much each label counts in training.
struct Weights: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print recency weights of labels and their effective sample size.",
        discussion: """
            EXAMPLES
              mechanic-replay weights --symbol BTC/USDT:USDT --format csv > weights.csv
              mechanic-replay weights --symbol BTC/USDT:USDT --mode regime --as-of -6h
              mechanic-replay weights --symbol BTC/USDT:USDT --half-life 15d --format json

            A label counts half as much for every half-life that it is older than the
            newest, but 0.01 at least; then all are scaled to add up to the number of
            labels. Half-lives: scalp 10 days, confirm 20, regime 60, risk 120, runner 20.
            The effective sample size says how many equally weighted labels would tell as
            much. Labels are chosen as `labels` chooses them; open trades have no weight.
            """)

    @Option(
        help: ArgumentHelp(
            "What the weights are for: scalp, confirm, regime, risk or runner (default: scalp).",
            valueName: "mode"))
    var mode: String?

    @Option(
        help: ArgumentHelp("A half-life of one's own instead of a mode's.", valueName: "duration"))
    var halfLife: Span?

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

    static let columns = ["entry_time_ms", "weight", "known_at_ms"]

    func validate() throws {
        if mode != nil, halfLife != nil {
            throw ValidationError(
                "--mode and --half-life both say how long labels count: choose one")
        }
        if let halfLife, halfLife.milliseconds <= 0 {
            throw ValidationError("--half-life \(halfLife): must be longer than nothing")
        }
        if let mode, RecencyWeights.Mode(rawValue: mode) == nil {
            // A mistyped mode must not count as another one silently.
            let names = RecencyWeights.Mode.allCases.map(\.rawValue)
            let near = EditDistance.nearest(to: mode, in: names)
            throw ValidationError(
                "--mode \(mode): expected one of \(names.joined(separator: ", "))"
                    + (near.map { "; did you mean \($0)?" } ?? "")
                    + "; --half-life sets one of your own")
        }
    }

    func run() throws {
        let named = mode.flatMap { RecencyWeights.Mode(rawValue: $0) } ?? .scalp
        let days = halfLife.map { Double($0.milliseconds) / 86_400_000 } ?? named.halfLifeDays
        let name = halfLife == nil ? named.rawValue : nil
        let market = try market.market()
        let stamps = try range.stamps
        let store = try store.open()
        let (labels, labelling, position) = try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            let labelling = try Decider.select(config, in: state, view, position).labelling
            let table = try LabelTable(state, labelling, stamps, view, position)
            return (table.labels, labelling, position)
        }
        output.console.say("as of position \(position)")
        if store.identity.clock == .simulated { output.console.say("simulated clock") }
        let weights = RecencyWeights(of: labels, halfLifeDays: days, timeframe: market.timeframe)
        var report = output.report
        report.member("position", .integer(Int64(position.number)))
        report.add("config_hash", .text(labelling.configuration.hash.hex))
        report.add("mode", name.map { .text($0) } ?? .none, people: name ?? "own half-life")
        report.add("half_life_days", .number(days))
        report.add("labels", .integer(Int64(labels.count)), people: Number.grouped(labels.count))
        report.add(
            "ess", .number(weights.effectiveSampleSize),
            people: Number.fixed(weights.effectiveSampleSize, 1))
        switch Format.resolve(output.format, inPipe: .csv) {
        case .json:
            report.member("weights", .array(rows(labels, weights).map(Self.json)))
            report.finish()
        case .table:
            report.finish()
            printYoungest(rows(labels, weights))
        case .csv, .jsonl:
            output.console.say("ess \(weights.effectiveSampleSize)")
            var printer = output.rows(Self.columns)
            for row in rows(labels, weights) { printer.add(row) }
            printer.finish()
        }
    }

    private func rows(_ labels: [Label], _ weights: RecencyWeights) -> [[Cell]] {
        let knownAt: Cell = weights.knownAt.map { .time($0) } ?? .none
        return zip(labels, weights.weights).map {
            [.time($0.entryTime), .number($1), knownAt]
        }
    }

    private static func json(_ row: [Cell]) -> JSONValue {
        .object(zip(columns, row).map { .init($0, $1.forJSON) })
    }

    /// The weights of the newest labels: a table of all would push the summary off the screen.
    private func printYoungest(_ rows: [[Cell]]) {
        guard !rows.isEmpty else { return }
        var printer = output.rows(Self.columns)
        for row in rows.suffix(20) { printer.add(row) }
        printer.finish()
        let older = rows.count - 20
        if older > 0 {
            output.console.say("\(Number.grouped(older)) older labels: --format csv has them all")
        }
    }
}
