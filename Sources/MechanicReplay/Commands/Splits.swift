internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Mechanic
internal import Projections

/// `splits`: walk-forward ranges to train and to test on.
struct Splits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print purged, embargoed walk-forward splits.",
        discussion: """
            EXAMPLES
              mechanic-replay splits --symbol BTC/USDT:USDT
              mechanic-replay splits --symbol BTC/USDT:USDT --preset scalp_core
              mechanic-replay splits --symbol BTC/USDT:USDT --train 30d --test 7d
              mechanic-replay export --symbol BTC/USDT:USDT --split 1 > split-1.csv

            A split trains on entries of a range, waits for the embargo and tests on the
            range that follows; the next lies a step later. A training label whose span
            from entry to known_at reaches beyond the training range is purged, so that
            none has seen a minute of embargo or test; nothing after a test is trained on.
            Only whole splits are made. Without --from they begin with the day of the first
            label, with a preset so many days before the last midnight.

            preset             window train  test embargo half-life minimum candles
            scalp_core           60 d  30 d   1 d    30 m      10 d   2,000 1m
            confirm_filter      120 d  45 d   1 d    60 m      20 d   3,000 5m
            regime_classifier   365 d  90 d   7 d   120 m      60 d   5,000 1m
            risk_context        730 d 180 d  30 d  1440 m     120 d     500 1d

            A split with fewer labels to train on than the minimum (100 without a preset)
            is marked too_small, as those of risk_context on 1d candles always are. One is
            settled when every trade of its test range has had time to end: before, the test
            lacks those that take longest.
            """)

    @OptionGroup var splits: SplitOptions

    @Option(
        help: ArgumentHelp(
            "Fewer labels to train on are too small (default: the preset's, else 100).",
            valueName: "count"))
    var minimum: Int?

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

    static let columns = [
        "split", "train_from_ms", "train_to_ms", "test_from_ms", "test_to_ms", "train_labels",
        "purged", "test_labels", "ess", "too_small", "settled",
    ]

    func validate() throws {
        if let minimum, minimum < 0 { throw ValidationError("--minimum \(minimum): below zero") }
    }

    /// What the rows are made of.
    private struct Inputs {
        let basis: TrainingBasis
        let known: KnownLabels
        let timeout: Int64
    }

    func run() throws {
        let market = try market.market()
        let rules = try splits.rules()
        let store = try store.open()
        let inputs = try store.read { view in
            try load(view, market, rules, store.identity)
        }
        let basis = inputs.basis
        output.console.say(asOf: basis.position, asOf.point, store)
        if inputs.known.outdated > 0 {
            output.console.say(
                "left out \(Number.grouped(inputs.known.outdated)) labels: a candle that they rest on "
                    + "was revised and nothing labelled them anew")
        }
        if inputs.known.unlabelled > 0 {
            output.console.say(Export.unlabelled(inputs.known.unlabelled))
        }
        let rows = try rules.splits(
            over: basis.range, inputs.known.labels, timeframe: market.timeframe
        ).map { row($0, inputs) }
        if rows.isEmpty {
            output.console.say(
                "no split: the range \(MarketRange.text(basis.range)) is shorter than train, embargo "
                    + "and test together")
        }
        let format = Format.resolve(output.format, inPipe: .csv)
        if format == .json || format == .table {
            var report = report(basis, rules, format)
            report.member("outdated", .integer(Int64(inputs.known.outdated)))
            report.member("unlabelled", .integer(Int64(inputs.known.unlabelled)))
            if format == .json {
                report.member(
                    "splits",
                    .array(
                        rows.map { row in
                            .object(zip(Self.columns, row).map { .init($0, $1.forJSON) })
                        }))
            }
            report.finish()
        }
        guard format != .json else { return }
        var printer = output.rows(Self.columns)
        for row in rows { printer.add(row) }
        printer.finish()
    }

    private func load(
        _ view: borrowing StoreView, _ market: MarketID, _ rules: WalkForward,
        _ identity: StoreIdentity
    ) throws -> Inputs {
        let stamps = try range.stamps
        try market.mustExist(in: view)
        let position = try view.resolve(asOf.point)
        let state = try MarketState.outline(view, market: market, through: position)
        let labelling = try Decider.select(config, in: state, view, position).labelling
        let basis = try TrainingBasis(
            view, state, labelling, at: position, entries: stamps, start: splits.start,
            weighting: weighting.weighting(otherwise: splits.named?.mode ?? .scalp),
            features: .candle, split: nil, of: identity)
        let known = try KnownLabels(
            view, state, labelling, entries: basis.range, at: position)
        return Inputs(
            basis: basis, known: known, timeout: labelling.configuration.timeoutMilliseconds)
    }

    private var leastLabels: Int {
        minimum ?? splits.named?.minimumLabels ?? SplitPreset.standardMinimum
    }

    private func row(_ split: WalkForwardSplit, _ inputs: Inputs) -> [Cell] {
        let trained = split.trained
        let weights = RecencyWeights(
            of: trained.map { inputs.known.labels[$0] },
            halfLifeDays: inputs.basis.weighting.halfLifeDays,
            timeframe: inputs.basis.market.timeframe)
        let isSettled =
            split.test.upperBound + inputs.timeout <= inputs.known.labelledUntil ?? .min
        return [
            .integer(Int64(split.number)), .time(split.train.lowerBound),
            .time(split.train.upperBound), .time(split.test.lowerBound),
            .time(split.test.upperBound), .integer(Int64(trained.count)),
            .integer(Int64(split.purged.count)), .integer(Int64(split.testLabels.count)),
            .measure(weights.effectiveSampleSize),
            .integer(trained.count < leastLabels ? 1 : 0), .integer(isSettled ? 1 : 0),
        ]
    }

    private func report(
        _ basis: TrainingBasis, _ rules: WalkForward, _ format: Format
    ) -> ReportPrinter {
        var report = ReportPrinter(format: format)
        report.member("position", .integer(Int64(basis.position.number)))
        report.add("root", .text(basis.root.hex))
        report.add("config_hash", .text(basis.configuration.hex))
        report.add("from_ms", .time(basis.range.lowerBound))
        report.add("to_ms", .time(basis.range.upperBound))
        for (name, length) in [
            ("train_ms", rules.train), ("test_ms", rules.test), ("embargo_ms", rules.embargo),
            ("step_ms", rules.step),
        ] { report.add(name, .integer(length), people: Self.words(length)) }
        report.add("half_life_days", .number(basis.weighting.halfLifeDays))
        report.add("minimum", .integer(Int64(leastLabels)), people: Number.grouped(leastLabels))
        return report
    }

    /// `60 d`, `120 m`.
    private static func words(_ length: Int64) -> String {
        for (unit, name) in [(Int64(86_400_000), "d"), (60_000, "m")]
        where length.isMultiple(of: unit) { return "\(length / unit) \(name)" }
        return "\(length / 1_000) s"
    }
}
