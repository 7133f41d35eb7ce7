internal import ArgumentParser
internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import Mechanic
internal import SystemIO

/// `replay`: the log folded again.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Ask what other settings would have given, or fold the log again.",
        discussion: """
            EXAMPLES
              mechanic-replay replay --symbol BTC/USDT:USDT --with runner
              mechanic-replay replay --symbol BTC/USDT:USDT \\
                --set take_profit_bps=10,15,20 --set stop_loss_bps=5,10,15 --sort net
              mechanic-replay replay --symbol BTC/USDT:USDT --set drift_alpha=0.01 --checks
              mechanic-replay replay --symbol BTC/USDT:USDT --with new.toml \\
                --from 2025-10-01 --to 2025-10-11 --labels --format csv
              mechanic-replay replay
              mechanic-replay replay --check
              mechanic-replay replay --to 2025-10-10T21:17Z --format json
              mechanic-replay replay --from-snapshot --to HEAD~24

            What if: --with and --set run the candles of one market under other
            configurations and print each beside the record. Labels are made anew; drift
            is checked at the moments of the recorded checks, or where a policy has another
            schedule or configurations took turns, at those updates at which its own checks
            would have been due; levels, pauses and alerts follow by the rules of updates.
            Nothing is recorded. Market time is chosen by --from and --to (entries from --from
            on and before --to, checks whose window ends after --from and not after --to),
            what was known then by --as-of. Labels and checks that rest on candles revised
            after they were recorded are left out on both sides.

            COLUMNS OF THE TABLE (csv, jsonl and json have more)
              labels, changed     closed labels; entries whose label differs in anything, also
                                  in its exit price only, or is on one side only
              meta %              the share of labels worth taking
              net mean, p5 …      the result of one label after costs, basis points; trades
                                  overlap, so that their sum is no profit
              none … severe       drift checks by severity (too short: insufficient data)
              checks changed      of those that can be compared, how many have another
                                  severity; decisions: another level or other actions
              paused from         the check that paused trading first; before: it was
                                  paused when the range began

            Without --with and --set the log is folded again. The same events give the same digests, on any machine, at any time. With
            --check every projection is compared with what the store holds; a difference is
            named and is exit 1. Projections of another version are no difference: they are
            named, and `mechanic-replay rebuild` makes them anew.
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Up to this point, default the newest commit; of a what-if up to this market time.",
            valueName: "point|time"))
    var to: ReplayEnd?

    @Flag(help: "Compare with what the store holds; exit 1 at a difference.")
    var check = false

    @Flag(help: "From the newest snapshot; where there is none, from position 1.")
    var fromSnapshot = false

    @OptionGroup var whatIf: WhatIfOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try whatIf.check()
        if whatIf.isAsked { return try runWhatIf() }
        if check, to != nil {
            throw Failure(
                .usage, "--check compares with the store's newest state: leave out --to")
        }
        let store = try store.open()
        let bar = ProgressBar("replay", unit: "events", console: output.console)
        let started = SystemClock.monotonicNanoseconds()
        let replay = try Replay.run(
            store, to: try to?.asPoint().point ?? .head, checks: check, fromSnapshots: fromSnapshot
        ) { done, total in
            bar.update(Int(done), of: Int(total))
        }
        let milliseconds = Double(SystemClock.monotonicNanoseconds() - started) / 1e6
        bar.finish()
        if fromSnapshot { sayWhereItBegan(replay) }
        var printer = output.report
        printer.add("position", .integer(Int64(replay.position.number)))
        printer.add(
            "events", .integer(Int64(replay.events)), people: Number.grouped(replay.events))
        DigestPrinter.add(replay.markets, as: "projections", to: &printer)
        printer.add("ms", .number(milliseconds), people: Number.fixed(milliseconds, 1))
        if check {
            printer.member("check", .string(verdict(replay)))
            printer.member("difference", replay.difference.map { .string($0) } ?? .null)
            if replay.difference == nil {
                printer.line(
                    "check", replay.outdated.isEmpty ? "same as in the store" : verdict(replay))
            }
        }
        printer.finish()
        if let difference = replay.difference {
            throw Failure(
                .difference,
                "\(difference); the log decides: check it with `mechanic-replay verify`, and the next "
                    + "update that adds an event writes the projections anew")
        }
    }

    private func runWhatIf() throws {
        if check || fromSnapshot {
            throw Failure(
                .usage, "--check and --from-snapshot are of a plain replay: leave them out")
        }
        try WhatIfReplay(
            options: whatIf, end: try to?.asTime(), store: store, output: output
        ).run()
    }

    private func verdict(_ replay: Replay) -> String {
        if replay.difference != nil { return "different" }
        return replay.outdated.isEmpty ? "same" : "rebuild needed"
    }

    private func sayWhereItBegan(_ replay: Replay) {
        for (market, position) in zip(replay.markets.map(\.market), replay.resumed) {
            output.console.say(
                position == .start
                    ? "\(market): no usable snapshot, replayed from its first event"
                    : "\(market): from the snapshot at position \(position)")
        }
    }
}
