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
              mechanic-replay bisect --symbol BTC/USDT:USDT paused
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

            Severity, level, pauses, alerts and a label are read from the events that say
            them: the answer is the first commit of all after --from, also of what came and
            went. Counts of rows and meta_share are searched by halves, about log2(commits)
            states: the answer is the first where what became true stayed true up to --to,
            else some commit after which it holds and before which it does not (json:
            "exact" is false). Exit 1 if it holds at --from already ("outcome" is
            "already") or is not found ("never").
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
            let mustBe = predicate.needsLabelling && !state.labellings.isEmpty
            guard config != nil || mustBe else { return nil as LabelState? }
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
        let step = found.outcome.step
        if store.identity.clock == .simulated { output.console.say("simulated clock") }
        var printer = output.report
        printer.member("outcome", .string(found.outcome.name))
        printer.member("exact", .bool(found.isExact))
        if case .found = found.outcome {
            printer.member("holds_at_to", .bool(found.holdsAtEnd))
        }
        printer.add("predicate", .text(predicate.description))
        printer.add("market", .text(market.description))
        printer.add(
            "position", .position(step.position), people: "\(step.position), the end of the commit")
        guard case .found(_, let cause) = found.outcome else {
            // People read the message.
            if Format.resolve(output.format, inPipe: .json) != .table {
                printer.add("value", .text(step.value))
                finish(&printer, found)
            }
            throw Failure(.difference, Self.message(found, predicate))
        }
        let frame = try store.read { try $0.frame(at: step.position) }
        printer.add("recorded_at_us", .recorded(frame.appendedAt))
        printer.add("commit", .integer(Int64(clamping: frame.commit)))
        printer.add("value", .text(step.value))
        let event = "position \(cause.position), \(cause.type)"
        printer.line("event", "\(event), \(cause.stream) \(cause.version)")
        printer.member("event_position", .integer(cause.position.number))
        printer.member("event_type", .string(cause.type))
        printer.member("event_stream", .string(cause.stream.description))
        printer.member("event_version", .integer(cause.version.number))
        finish(&printer, found)
        if !found.holdsAtEnd {
            output.console.say("it does not hold at position \(found.to) any more")
        }
        if !found.isExact {
            output.console.say(
                "searched by halves: the first such commit if, once true, it stayed true")
        }
    }

    private func finish(_ printer: inout ReportPrinter, _ found: Bisection) {
        printer.add("from", .position(found.from))
        printer.add("to", .position(found.to))
        printer.add("steps", .integer(Int64(found.steps)))
        printer.finish()
    }

    private static func message(_ found: Bisection, _ predicate: Predicate) -> String {
        let step = found.outcome.step
        if case .holdsBefore = found.outcome {
            return
                "\(predicate) holds at position \(step.position) already (\(step.value)): choose an "
                + "earlier --from, or ask for the opposite (steps: \(found.steps))"
        }
        guard found.isExact else {
            return
                "\(predicate) does not hold at position \(step.position) (\(step.value)): choose "
                + "another --to (steps: \(found.steps))"
        }
        return "\(predicate) holds after no commit from position \(found.from) to \(found.to) "
            + "(\(step.value) there)"
    }
}

extension Bisection.Outcome {
    /// The state that it is about.
    fileprivate var step: Bisection.Step {
        switch self {
        case .found(let step, _), .holdsBefore(let step), .never(let step): step
        }
    }

    fileprivate var name: String {
        switch self {
        case .found: "found"
        case .holdsBefore: "already"
        case .never: "never"
        }
    }
}
