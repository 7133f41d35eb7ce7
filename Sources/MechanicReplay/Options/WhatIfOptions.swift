internal import ArgumentParser
internal import Digest
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// What a history is run under, and what is told of it.
struct WhatIfOptions: ParsableArguments {
    /// What the lines are ordered by.
    enum Order: String, ExpressibleByArgument, CaseIterable {
        case net, median, meta, labels, changed, alerts
    }

    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "What if: run history under this configuration beside the recorded one; may be given "
                + "more than once.", valueName: "preset|file|hash"))
    var names: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "What if: values of a leaf, over --with or the recorded configuration; given more than "
                + "once, all combinations.", valueName: "leaf=value,…"))
    var settings: [String] = []

    @Option(help: ArgumentHelp("What if: the pair.", valueName: "symbol"))
    var symbol: Symbol?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What if: entries from this market time on; --to is a market time then, exclusive.",
            valueName: "time"))
    var from: MarketTime?

    @Option(
        help: ArgumentHelp(
            "What if: the recorded configuration to compare with (default: the newest activated).",
            valueName: "preset|file|hash"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "What if: the greatest first, by mean or median net result, share worth taking, number of "
                + "labels, of changed ones, or alerts (default: as given).", valueName: "order"))
    var sort: Order?

    @Flag(help: "What if: labels only, no drift checks and decisions.")
    var noDrift = false

    @Flag(help: "What if: list the labels that come out otherwise.")
    var labels = false

    @Flag(help: "What if: list the drift checks that come out otherwise.")
    var checks = false

    @Option(
        help: ArgumentHelp(
            "What if: how many threads; the result is the same (default: one a processor).",
            valueName: "count"))
    var threads: Int?

    @OptionGroup var venue: VenueOptions
    @OptionGroup var asOf: AsOfOptions

    /// Whether another configuration is named.
    var isAsked: Bool { !names.isEmpty || !settings.isEmpty }

    /// Whether something is said that only a what-if understands.
    private var hasParts: Bool {
        symbol != nil || from != nil || config != nil || sort != nil || noDrift || labels || checks
            || threads != nil || asOf.asOf != nil
    }

    /// Refuses what does not fit together. Not in `validate()`: after an error of its own the parser takes
    /// the `h` of `--as-of -6h` for a call for help.
    func check() throws {
        guard isAsked else {
            guard !hasParts else {
                throw Failure(
                    .usage,
                    "--symbol, --from, --config, --as-of, --sort, --threads, --labels, --checks and "
                        + "--no-drift are of a what-if: name other configurations with --with or --set"
                )
            }
            return
        }
        guard symbol != nil else {
            throw Failure(
                .usage, "--with and --set look at one market: name it with --symbol")
        }
        guard threads ?? 1 >= 1 else { throw Failure(.usage, "--threads: one at least") }
        guard !(noDrift && checks) else {
            throw Failure(
                .usage, "--checks lists what --no-drift leaves out: choose one")
        }
    }

    /// The configurations asked for, each once, in the order given.
    func configurations(
        over recorded: IdentifiedConfiguration, _ standings: [ConfigurationStanding]
    ) throws -> [IdentifiedConfiguration] {
        let sweep = try ConfigurationSweep(settings)
        let bases =
            names.isEmpty
            ? [LayeredConfiguration(recorded.configuration, recordedAt: 0)]
            : try names.map { try ConfigurationName.load($0, or: standings) }
        let count = bases.count * sweep.combinations.count
        guard count <= ConfigurationSweep.limit else {
            throw Failure(
                .usage,
                "\(bases.count) configurations of --with × \(sweep.combinations.count) of --set = "
                    + "\(count); \(ConfigurationSweep.limit) at most: sweep in parts")
        }
        let sources = try sweep.combinations.map { try ConfigurationSources(settings: $0) }
        var configurations: [IdentifiedConfiguration] = []
        var hashes: Set<String> = []
        for base in bases {
            for source in sources {
                let layered = try source.adjusted(base)
                let configuration = IdentifiedConfiguration(layered.configuration)
                guard hashes.insert(configuration.hash.hex).inserted else { continue }
                configurations.append(configuration)
            }
        }
        return configurations
    }

    /// What is asked of every configuration.
    func question(to end: Int64?) throws -> WhatIf.Question {
        let first = from?.milliseconds ?? .min
        let last = end.map { $0 - 1 } ?? .max
        guard first <= last else {
            throw Failure(.usage, "--from does not lie before --to: no candle can be in between")
        }
        var question = WhatIf.Question()
        question.entries = first...last
        question.hasDrift = !noDrift
        question.listsLabels = labels
        question.listsChecks = checks
        question.threads = threads ?? Processors.count
        return question
    }
}

/// The end of a replay on the command line: a point in the log, or of a what-if a market time.
struct ReplayEnd: ExpressibleByArgument {
    let point: Point?
    let time: MarketTime?
    private let text: String

    init?(argument: String) {
        text = argument
        point = Point(argument: argument)
        time = MarketTime(argument: argument)
        if point == nil, time == nil { return nil }
    }

    /// The point, of a plain replay.
    func asPoint() throws -> Point {
        guard let point else {
            throw Failure(
                .usage, "--to \(text): expected a position, an RFC 3339 time, -6h or HEAD~n")
        }
        return point
    }

    /// The market time, of a what-if.
    func asTime() throws -> MarketTime {
        guard let time else {
            throw Failure(
                .usage,
                "--to \(text): a what-if ends at a market time, RFC 3339 or epoch milliseconds; a "
                    + "point in the log is named by --as-of")
        }
        return time
    }
}
