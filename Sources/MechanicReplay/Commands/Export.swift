public import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
public import Mechanic
internal import Projections
internal import SystemIO

/// `export`: labels as a training set.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write labels as a training set, or check one.",
        discussion: """
            EXAMPLES
              mechanic-replay export --symbol BTC/USDT:USDT > train.csv
              mechanic-replay export --symbol BTC/USDT:USDT --as-of -6h --output a.jsonl
              mechanic-replay export --basis train.csv --output again.csv
              mechanic-replay export --check train.csv
              mechanic-replay export --symbol BTC/USDT:USDT --split 3 --preset scalp_core

            The first line is the basis: position and root of the log, the configuration's
            hash, range and weights. The same basis gives the same bytes in every store
            with the same log; --basis makes it again, --check holds a file against it and
            names the first line that is not what the store gives; rows that were revised since
            are counted, and are no difference.

            Rows are closed labels in entry order. What may be joined to one must have been
            known by entry_close_time_ms; nobody could know the label before known_at_ms,
            which lies at or before the newest close of the basis. A label that the candles
            known then do not give is refused: nothing is written, exit 1.

            COLUMNS
              entry_time_ms, entry_close_time_ms   the entry candle opens; closes
              known_at_ms                          the deciding candle closes
              open, high, low, close, volume       of the entry candle (--features candle)
              exit_time_ms, exit_price             where the trade ended
              exit_reason                          tp, sl or timeout
              pnl_gross_bps, costs_bps             basis points of the entry price
              pnl_net_bps, meta_label              after costs; 1 where worth taking
              ambiguous, crosses_gap               warnings, 1 or 0
              weight                               recency among these rows; none of a test
              set                                  train or test, with --split only

            Without --from the rolling window; with --split what `splits` takes. Read it
            with pandas.read_csv(file, comment="#").
            """)

    @Option(
        help: ArgumentHelp(
            "The market: spot BTC/USDT (or BTC-USDT), perpetual BTC/USDT:USDT (or BTC-USDT:USDT).",
            valueName: "symbol"))
    var symbol: Symbol?

    @Option(
        help: ArgumentHelp(
            "Which labelling: a preset, a TOML or JSON file or the beginning of a hash (default: the "
                + "newest activated).", valueName: "preset|file|hash"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "What a row has beside its label: candle (default) or none.", valueName: "features"))
    var features: TrainingBasis.Features?

    @OptionGroup var weighting: WeightingOptions

    @Option(
        help: ArgumentHelp(
            "Write this file, which is on the disk before it has its name.", valueName: "file"))
    var output: String?

    @Flag(help: "Replace the file of --output.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Make this very training set again: a basis, or a file that begins with one.",
            valueName: "basis|file"))
    var basis: String?

    @Option(
        help: ArgumentHelp(
            "Check a training set instead; exit 1 at the first line that is wrong.",
            valueName: "file"))
    var check: String?

    @Option(
        help: ArgumentHelp(
            "Only this split of `splits`, marked train or test.", valueName: "number"))
    var split: Int?

    @OptionGroup var splits: SplitOptions
    @OptionGroup var range: RangeOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var venue: VenueOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var printing: OutputOptions

    func validate() throws {
        if let split, split < 1 { throw ValidationError("--split \(split): they count from 1") }
        if split == nil, splits.isGiven {
            throw ValidationError(
                "--preset, --train, --test, --embargo and --step say how splits lie: name one with "
                    + "--split, or list them with `mechanic-replay splits`")
        }
        if basis != nil, check != nil {
            throw ValidationError("--basis makes a training set, --check checks one: choose one")
        }
        let isChosen =
            symbol != nil || config != nil || features != nil || weighting.isGiven || split != nil
            || range.from != nil || range.to != nil || asOf.asOf != nil
        if let source = basis ?? check, isChosen {
            throw ValidationError(
                "\(source): its basis says what is taken; leave out --symbol, --config, --as-of and "
                    + "what else chooses labels")
        }
        if check != nil, output != nil || force {
            throw ValidationError("--check writes no file: leave out --output and --force")
        }
        if force, output == nil { throw ValidationError("--force: name the file with --output") }
        if basis == nil, check == nil, symbol == nil {
            throw ValidationError("Missing expected argument '--symbol <symbol>'")
        }
        if check == nil, printing.format == .table || printing.format == .json {
            throw ValidationError("a training set is csv or jsonl")
        }
    }

    func run() throws {
        if let check { return try ExportCheck(path: check).run(store.open(), printing) }
        // Both before long work: a wrong name is told at once.
        let given = try basis.map { try Self.basis(in: $0) }
        let file = try output.map { try newFile($0) }
        let store = try store.open()
        let set = try store.read { view in
            let basis = try given ?? chosen(view, store.identity)
            return try TrainingSet(view, basis, of: store.identity)
        }
        let console = printing.console
        console.say(asOf: set.basis.position, asOf.point, store)
        let written = try write(set, to: file)
        if let file {
            try file.finish(mode: 0o644)
            try file.publish()
        }
        tell(set, written)
    }

    /// The basis that the options choose.
    private func chosen(
        _ view: borrowing StoreView, _ identity: StoreIdentity
    ) throws -> TrainingBasis {
        let market = try venue.market(symbol!)
        let stamps = try range.stamps
        try market.mustExist(in: view)
        let position = try view.resolve(asOf.point)
        let state = try MarketState.outline(view, market: market, through: position)
        let labelling = try Decider.select(config, in: state, view, position).labelling
        let rules = try splits.rules()
        let basis = try TrainingBasis(
            view, state, labelling, at: position, entries: stamps,
            start: split == nil ? .window : splits.start,
            weighting: weighting.weighting(otherwise: splits.named?.mode ?? .scalp),
            features: features ?? .candle,
            split: split.map { TrainingBasis.Split($0, of: rules) }, of: identity)
        let count = rules.count(over: basis.range)
        if let split, split > count {
            throw Failure(
                .noInput,
                "--split \(split): the range \(MarketRange.text(basis.range)) has \(count) of them; "
                    + "`mechanic-replay splits` lists them")
        }
        return basis
    }

    /// The basis in an argument, or in the first line of a file.
    private static func basis(in text: String) throws -> TrainingBasis {
        guard !text.contains("position") || FileSystem.exists(text) else {
            return try TrainingBasis(text)
        }
        let bytes = try FileBytes.read(path: text)
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        return try TrainingBasis(String(decoding: line, as: UTF8.self))
    }

    /// What is said of decided trades without a label.
    static func unlabelled(_ count: Int) -> String {
        "candles without a label although their trades are decided: \(Number.grouped(count)). They were "
            + "revised or came late and nothing labelled them anew (inside the window `mechanic-replay "
            + "update` does), or labels are missing, which `mechanic-replay verify --lookahead` tells"
    }

    private func newFile(_ path: String) throws -> FileDraft {
        guard force || !FileSystem.exists(path) else {
            throw Failure(
                .cannotCreate, "\(path): is there already; --force replaces it, when it is complete"
            )
        }
        do {
            return try FileDraft(for: path)
        } catch {
            throw Failure(.cannotCreate, error.description)
        }
    }

    private func write(_ set: TrainingSet, to file: FileDraft?) throws -> TrainingSet.Written {
        try set.write(format) { bytes in
            if let file {
                try file.write(bytes.rawSpan)
            } else {
                StandardStream.output.write(bytes)
            }
        }
    }

    /// JSON lines where somebody says so, or where the file's name does.
    private var format: TrainingFormat {
        switch printing.format {
        case .jsonl: .jsonl
        case .csv: .csv
        default: output?.hasSuffix(".jsonl") == true ? .jsonl : .csv
        }
    }

    /// What was written: to people, and as data where the file is not on standard output.
    private func tell(_ set: TrainingSet, _ written: TrainingSet.Written) {
        let console = printing.console
        if set.purged > 0 {
            console.say(
                "purged \(Number.grouped(set.purged)) labels that reach into the embargo or the test"
            )
        }
        if set.known.outdated > 0 {
            console.say(
                "left out \(Number.grouped(set.known.outdated)) labels: a candle that they rest on was "
                    + "revised and nothing labelled them anew")
        }
        if set.known.unlabelled > 0 { console.say(Self.unlabelled(set.known.unlabelled)) }
        console.say("rows \(written.rows), sha256 \(written.digest)")
        guard let output else { return }
        var report = ReportPrinter(format: Format.resolve(nil, inPipe: .json))
        report.add("file", .text(output))
        report.add("rows", .integer(Int64(written.rows)), people: Number.grouped(written.rows))
        report.add("bytes", .integer(Int64(written.bytes)), people: Number.bytes(written.bytes))
        report.add("digest", .text(written.digest.hex))
        report.add("purged", .integer(Int64(set.purged)))
        report.add("left_out", .integer(Int64(set.known.outdated)))
        report.add("unlabelled", .integer(Int64(set.known.unlabelled)))
        report.add(
            "ess", .number(set.effectiveSampleSize),
            people: Number.fixed(set.effectiveSampleSize, 1))
        report.member("basis", set.basis.json)
        report.line("basis", set.basis.text)
        report.finish()
    }
}

extension TrainingBasis.Features: ExpressibleByArgument {}
