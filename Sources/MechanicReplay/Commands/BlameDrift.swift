internal import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// `blame drift`.
struct BlameDrift: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Name the events behind a recorded drift check.",
        discussion: """
            EXAMPLES
              mechanic-replay blame drift --symbol BTC/USDT:USDT
              mechanic-replay blame drift --symbol BTC/USDT:USDT --end 2025-10-10T18:00Z
              mechanic-replay blame drift --symbol BTC/USDT:USDT --check 23 --format json

            Told are the candles and labels of the current window as of the check, those of
            the reference as of its baseline, the configuration, and why a check was due.
            The tree counts rows by day; json, jsonl and csv name every event.
            `mechanic-replay drift --history` lists the checks.
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The check whose current window ends then (default: the newest check).",
            valueName: "time"))
    var end: MarketTime?

    @Option(
        help: ArgumentHelp("The check of this version in its stream.", valueName: "version"))
    var check: UInt64?

    @OptionGroup var options: BlameOptions

    func validate() throws {
        if end != nil, check != nil {
            throw ValidationError("--end and --check both name a check: choose one")
        }
    }

    func run() throws {
        let blame = try options.withState { view, state, position in
            let hash = try Decider.select(options.config, in: state, view, position).labelling.hash
            return try DriftBlame.of(
                view, market: state.market, labels: hash,
                check: check ?? (try version(view, state.market, hash, position)), asOf: position)
        }
        let answer = DriftBlameTree(blame)
        try BlamePrinter(blame, kind: "drift", options.output).print(answer.members, answer.tree)
    }

    /// The newest check with that end.
    private func version(
        _ view: borrowing StoreView, _ market: MarketID, _ hash: Hash256,
        _ position: GlobalPosition
    ) throws -> UInt64? {
        guard let end else { return nil }
        let checks = try DriftLog.checks(view, market: market, labels: hash, through: position)
        if let found = checks.last(where: { $0.value.end == end.milliseconds }) {
            return found.version
        }
        let ends = checks.map(\.value.end)
        let near = [
            ends.last { $0 < end.milliseconds }, ends.first { $0 > end.milliseconds },
        ].compactMap { $0 }.map(UTCTime.text(milliseconds:))
        throw Failure(
            .noInput,
            "no drift check of \(market) ends at \(UTCTime.text(milliseconds: end.milliseconds)) as "
                + "of position \(position); "
                + (near.isEmpty
                    ? "there is none: `mechanic-replay update` records them"
                    : "the nearest end at \(near.joined(separator: " and "))"))
    }
}
