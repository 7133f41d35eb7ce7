internal import ArgumentParser
internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import Mechanic
internal import SystemIO

/// `replay`: the log folded again.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Fold the log again and print what comes out.",
        discussion: """
            EXAMPLES
              mechanic-replay replay
              mechanic-replay replay --check
              mechanic-replay replay --to 2025-10-10T21:17Z --format json
              mechanic-replay replay --from-snapshot --to HEAD~24

            The same events give the same digests, on any machine, at any time. With
            --check every projection is compared with what the store holds; a difference is
            named and is exit 1. Projections of another version are no difference: they are
            named, and `mechanic-replay rebuild` makes them anew.
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Up to this point; default the newest commit.", valueName: "point"))
    var to: Point?

    @Flag(help: "Compare with what the store holds; exit 1 at a difference.")
    var check = false

    @Flag(help: "From the newest snapshot; where there is none, from position 1.")
    var fromSnapshot = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if check, to != nil {
            throw Failure(
                .usage, "--check compares with the store's newest state: leave out --to")
        }
        let store = try store.open()
        let bar = ProgressBar("replay", unit: "events", console: output.console)
        let started = SystemClock.monotonicNanoseconds()
        let replay = try Replay.run(
            store, to: to?.point ?? .head, checks: check, fromSnapshots: fromSnapshot
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
