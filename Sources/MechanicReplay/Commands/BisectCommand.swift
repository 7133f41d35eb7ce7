internal import ArgumentParser
internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// `bisect`: the first commit after which something is true.
struct BisectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bisect",
        abstract: "Find the first commit after which something is true of a market.",
        discussion: """
            EXAMPLES
              mechanic-replay bisect --symbol BTC/USDT:USDT 'drift.severity>=critical'
              mechanic-replay bisect --symbol BTC/USDT:USDT 'level>=severe' --from -30d
              mechanic-replay bisect --symbol BTC/USDT:USDT label 2025-10-10T21:18Z
              mechanic-replay bisect --symbol BTC/USDT:USDT \\
                'label 2025-10-10T21:18Z.exit_reason=tp' --verbose

            PREDICATES
              candles alerts               a count: candles>100000
              labels.open labels.closed    a count: labels.open>100
              meta_share                   a share: meta_share<0.3
              drift.severity level         none, warning, critical, severe, or
                                           insufficient_data: level>=severe
              paused                       stands alone
              label TIME                   the label of this entry is there
              label TIME.exit_reason       tp, sl or timeout, with = or !=
              label TIME.FIELD             exit_price, pnl_gross_bps, pnl_net_bps,
                                           costs_bps, meta_label or ambiguous

            Compare with < <= = != >= >. Candles and labels are those of the rolling
            window (label TIME is of any time); labels, drift and level are those of the
            labelling that --config selects. What is not there yet compares as false.

            Only about log2(commits) states are looked at. "First" means something for a
            predicate that, once true, stays true from --from to --to. For any other the
            answer is some commit after which it holds and before which it does not. If it
            holds at --from already, or does not at --to, that is said (exit 1).
            """)

    @Argument(
        help: ArgumentHelp(
            "What shall be true; quote it, as a shell redirects at < and >.",
            valueName: "predicate"))
    var words: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Search after this point (default: the empty log).", valueName: "point"))
    var from: Point?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Search up to this point (default: the newest commit).", valueName: "point"))
    var to: Point?

    @Option(
        help: ArgumentHelp(
            "Which labelling: a preset, a TOML or JSON file or the beginning of a hash (default: the "
                + "newest activated).", valueName: "preset|file|hash"))
    var config: String?

    @Flag(help: "Tell every state that is looked at.")
    var verbose = false

    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let predicate: Predicate
        do throws(Predicate.Invalid) {
            predicate = try Predicate(words.joined(separator: " "))
        } catch {
            throw Failure(.usage, error.description)
        }
        let market = try market.market()
        let store = try store.open()
        let labelling = try store.read { view in
            try market.mustExist(in: view)
            let last = try view.resolve(to?.point ?? .head)
            let state = try MarketState.outline(view, market: market, through: last)
            return try Decider.select(config, in: state, view, last).labelling
        }
        let console = output.console
        var number = 0
        let found = try Bisection.run(
            predicate, of: market, labelling, store,
            from: from?.point ?? .position(.start), to: to?.point ?? .head
        ) { step in
            number += 1
            guard verbose else { return }
            console.say(
                "step \(number): position \(step.position): \(step.holds ? "yes" : "no"), "
                    + step.value)
        }
        try print(found, predicate, market, store)
    }

    private func print(
        _ found: Bisection, _ predicate: Predicate, _ market: MarketID, _ store: EventStore
    ) throws {
        switch found.outcome {
        case .holdsBefore(let step):
            throw Failure(
                .difference,
                "\(predicate) holds at position \(step.position) already (\(step.value)): choose an "
                    + "earlier --from, or ask for the opposite (steps: \(found.steps))")
        case .never(let step):
            throw Failure(
                .difference,
                "\(predicate) does not hold at position \(step.position) (\(step.value)): choose "
                    + "another --to (steps: \(found.steps))")
        case .found(let step, let cause):
            let frame = try store.read { try $0.frame(at: step.position) }
            if store.identity.clock == .simulated { output.console.say("simulated clock") }
            var printer = output.report
            printer.add("predicate", .text(predicate.description))
            printer.add("market", .text(market.description))
            printer.add("position", .position(step.position))
            printer.add("recorded_at_us", .recorded(frame.appendedAt))
            printer.add("commit", .integer(Int64(clamping: frame.commit)))
            printer.add("value", .text(step.value))
            printer.line(
                "event",
                "position \(cause.position), \(cause.type), \(cause.stream) \(cause.version)")
            printer.member(
                "event",
                [
                    "position": .integer(cause.position.number), "type": .string(cause.type),
                    "stream": .string(cause.stream.description),
                    "version": .integer(cause.version.number),
                ])
            printer.add("from", .position(found.from))
            printer.add("to", .position(found.to))
            printer.add("steps", .integer(Int64(found.steps)))
            printer.finish()
        }
    }
}
