internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Mechanic
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

    @OptionGroup var weighting: WeightingOptions

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

    func run() throws {
        let weighting = weighting.weighting()
        let (days, name) = (weighting.halfLifeDays, weighting.mode?.rawValue)
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
        output.console.say(asOf: position, asOf.point, store)
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
