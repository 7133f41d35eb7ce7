internal import ArgumentParser
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// `drift`: what changed in a market.
struct DriftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Compare a market with its baseline, or list past checks.",
        discussion: """
            EXAMPLES
              mechanic-replay drift --symbol BTC/USDT:USDT
              mechanic-replay drift --symbol BTC/USDT:USDT --as-of -24h --format json
              mechanic-replay drift --symbol BTC/USDT:USDT --fail-on severe || alarm
              mechanic-replay drift --symbol BTC/USDT:USDT \\
                --current 2025-10-04..2025-10-11 --reference 2025-09-15..2025-10-04
              mechanic-replay drift --symbol BTC/USDT:USDT --history --format csv
              mechanic-replay drift --symbol BTC/USDT:USDT --history --monitor

            Four tests compare the current window, which ends at the newest close, with the
            baseline: KS on returns, PSI on closes, the share of profitable labels, their
            mean costs. As many as drifted make the severity: none, warning, critical,
            severe. A test without enough data says so and counts for nothing; where no
            test has enough, the severity is insufficient_data, which is no all-clear.

            Nothing is recorded, and --as-of computes the report anew of what was known
            then: updates record their checks, and --history lists those. A recorded check
            is followed by a decision. The level in force is the worst severity of the last
            drift_hold_checks checks (4) that had enough data; level severe pauses trading
            until somebody says `mechanic-replay resume`. The report ends with the command
            that gives it again.

            Exit 1: the severity is at or above --fail-on. Exit 2: --fail-on is given and
            no test had enough data to tell.
            """)

    @Option(
        help: ArgumentHelp(
            "Whose labels and limits: a preset, a TOML or JSON file or the beginning of a hash "
                + "(default: the newest activated).", valueName: "preset|file|hash"))
    var config: String?

    @OptionGroup var inquiry: InquiryOptions
    @OptionGroup var history: HistoryOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if history.history, inquiry.isGiven {
            throw ValidationError(
                "--history lists checks as they were recorded: --profile, --labels, --current, "
                    + "--reference and --fail-on are of a new one")
        }
        if !history.history, history.isGiven {
            throw ValidationError("--from, --to and --monitor choose from the --history")
        }
    }

    func run() throws {
        let market = try market.market()
        if history.history {
            return try printHistory(market)
        }
        let store = try store.open()
        let answer = try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            let decider = inquiry.adjusted(try Decider.select(config, in: state, view, position))
            let answer = try DriftInquiry.ask(
                view, state, decider.labelling, decider.configuration,
                current: inquiry.current?.range, reference: inquiry.reference?.range, at: position)
            warn(answer.check, state)
            return DriftAnswer(
                market: market, decider: decider, inquiry: answer, position: position,
                newest: state.drift[decider.labelling.hash],
                labels: inquiry.labels)
        }
        output.console.say(rounding: asOf.point, to: answer.position)
        if store.identity.clock == .simulated { output.console.say("simulated clock") }
        if Format.resolve(output.format, inPipe: .json) == .table {
            DriftReport(answer, isPlain: output.isPlain).print()
        } else {
            var printer = output.report
            answer.add(to: &printer)
            printer.finish()
        }
        try judge(answer)
    }

    /// A window that reaches beyond the data is compared by what is there; that must be known.
    private func warn(_ check: DriftCheck, _ state: MarketState) {
        guard let newest = state.window.newest else { return }
        let close = newest + state.market.timeframe.milliseconds
        if check.end > close {
            output.console.say(
                "warning: the current window ends after the newest close, "
                    + UTCTime.text(milliseconds: close))
        }
    }

    private func judge(_ answer: DriftAnswer) throws {
        guard let limit = inquiry.failOn?.severity else { return }
        let check = answer.check
        guard check.severity != .insufficientData else {
            throw Failure(
                .cannotRun,
                "\(answer.market): --fail-on \(limit.rawValue) cannot tell: \(check.summary)")
        }
        guard check.severity >= limit else { return }
        throw Failure(
            .difference,
            "\(answer.market): \(check.severity.title) is at or above --fail-on "
                + "\(limit.rawValue): \(check.summary)")
    }

    private func printHistory(_ market: MarketID) throws {
        let store = try store.open()
        let stamps = try history.range.stamps
        let table = try store.read { view in
            try market.mustExist(in: view)
            let (state, position) = try MarketState.load(view, market: market, asOf: asOf.point)
            let hash = try Decider.select(config, in: state, view, position).labelling.hash
            return try DriftHistoryTable(
                view, market, labels: hash, ends: stamps, monitors: history.monitor, position)
        }
        output.console.say(asOf: table.position, asOf.point, store)
        table.print(output)
    }
}
