public import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
public import Mechanic
internal import Projections

/// `diff`: what changed between two points.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show what changed in the state between two points.",
        discussion: """
            EXAMPLES
              mechanic-replay diff HEAD~1 HEAD --symbol BTC/USDT:USDT
              mechanic-replay diff -24h HEAD --only labels --format csv
              mechanic-replay diff 2025-10-10T14:00Z HEAD --symbol BTC/USDT:USDT \\
                --from 2025-10-10T13:00Z --to 2025-10-10T14:00Z
              mechanic-replay diff @before HEAD --only config
              mechanic-replay diff 1200 1300 --limit 0

            Net: what is at the later point and was not so at the earlier one, in whatever
            order the points are given. Each row says how many events touched the thing, which
            one last (position, type: it made the thing what it is) and which one first: a
            label that closed and was revised is 'closed', first by one event and last by
            another. 'reverted' is what events touched
            and left as it was: no change. Rows that only left the window are no change.
            The points are moments of knowledge; --from and --to choose candles and labels by
            market time. A position inside a commit means the state before that commit.

            json has one object with summary and changes, jsonl and csv a line for each
            change; the summary is a message then.
            """)

    @Argument(help: ArgumentHelp("One point.", valueName: "point"))
    var first: Point

    @Argument(help: ArgumentHelp("Another point.", valueName: "point"))
    var second: Point

    @Option(help: ArgumentHelp("Only this part of the state.", valueName: "part"))
    var only: StateChange.Part?

    @Option(
        help: ArgumentHelp(
            "Only this labelling: a preset, a file or the beginning of a hash; needs --symbol.",
            valueName: "preset|file|hash"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "At most so many rows (default: 40 in a table, else all); the summary counts all.",
            valueName: "count"))
    var limit: Int?

    @Flag(help: "Exit 1 where anything changed.")
    var exitCode = false

    @OptionGroup var range: RangeOptions
    @OptionGroup var market: OptionalMarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    private var hasRange: Bool { range.from != nil || range.to != nil }

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit: must not be negative") }
        if config != nil, market.symbol == nil {
            throw ValidationError("--config selects a market's labelling: say which with --symbol")
        }
        if hasRange, let only, only != .candles, only != .labels {
            throw ValidationError(
                "--only \(only.rawValue): --from and --to choose candles and labels by market time")
        }
        if only == .tags, market.symbol != nil {
            throw ValidationError("--only tags: they are of the whole store: leave out --symbol")
        }
    }

    func run() throws {
        var options = StateDiff.Options()
        options.market = try market.market()
        if hasRange {
            options.stamps = try range.stamps
            options.parts = [.candles, .labels]
        }
        if let only { options.parts = [only] }
        let store = try store.open()
        if let market = options.market {
            options.labels = try store.read { view in
                try market.mustExist(in: view)
                let points = [try view.resolve(first.point), try view.resolve(second.point)]
                guard let config, let later = points.max() else { return nil }
                let state = try MarketState.outline(view, market: market, through: later)
                return try Decider.select(config, in: state, view, later).labelling.hash
            }
        }
        let diff = try StateDiff.run(
            store, from: first.point, to: second.point, options: options)
        output.console.say(
            "from position \(diff.from.position) to \(diff.to.position), "
                + (diff.events == 1 ? "1 event" : "\(Number.grouped(diff.events)) events")
                + (diff.isReversed ? " (the points were given the other way round)" : ""))
        for (point, end) in zip(
            [first.point, second.point],
            diff.isReversed ? [diff.to, diff.from] : [diff.from, diff.to])
        {
            guard case .position(let asked) = point, asked != end.position else { continue }
            output.console.say(
                "position \(asked) lies inside a commit: taken is the state before it, at \(end.position)"
            )
        }
        if store.identity.clock == .simulated { output.console.say("simulated clock") }
        DiffPrinter(diff, limit: limit, output).print()
        if exitCode, !diff.isSame {
            throw Failure(
                .difference,
                "the states at position \(diff.from.position) and \(diff.to.position) differ")
        }
    }
}

extension StateChange.Part: ExpressibleByArgument {}
