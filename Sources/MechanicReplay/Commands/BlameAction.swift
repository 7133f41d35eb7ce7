public import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
public import Projections

/// `blame action`.
struct BlameAction: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "action", abstract: "Name the events behind a decision.",
        discussion: """
            EXAMPLES
              mechanic-replay blame action --symbol BTC/USDT:USDT
              mechanic-replay blame action pause_trading --symbol BTC/USDT:USDT
              mechanic-replay blame action retrain --symbol BTC/USDT:USDT \\
                --end 2025-10-10T18:00Z --format json

            Of pause_trading the decision is meant that began the pause in force, the oldest
            if several labellings pause, or else the newest that ended: those after it ask for
            it again, and change nothing while trading is paused.

            Told are the check that was decided on, those before it whose severity holds
            the level, the decision before, and what let trading go on. What the check
            rests on, `mechanic-replay blame drift --check VERSION` tells.
            """)

    @Argument(
        help: ArgumentHelp(
            "The newest decision that asks for it: monitor, notify, retrain, reduce_positions or "
                + "pause_trading (default: any).", valueName: "action"))
    var action: Decision.Action?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The decision on the check whose window ends then (default: the newest).",
            valueName: "time"))
    var end: MarketTime?

    @Option(help: ArgumentHelp("The decision at this position.", valueName: "position"))
    var decision: UInt64?

    @OptionGroup var options: BlameOptions

    func run() throws {
        let blame = try options.withState { view, state, position in
            if let pause = try pause(view, state, position) {
                return try DecisionBlame.of(view, market: state.market, pause, asOf: position)
            }
            let hash = try Decider.select(options.config, in: state, view, position).labelling.hash
            return try DecisionBlame.of(
                view, market: state.market, try found(view, state.market, hash, position),
                asOf: position)
        }
        let answer = DecisionBlameTree(blame, action: action)
        try BlamePrinter(blame, kind: "action", options.output).print(answer.members, answer.tree)
    }

    /// The decision that began a pause, where nothing chooses another one; nil if there never was one.
    /// Trading is paused by any labelling, so that all are looked at unless one is named.
    private func pause(
        _ view: borrowing StoreView, _ state: MarketState, _ position: GlobalPosition
    ) throws -> DriftLog.Entry<Decision>? {
        guard action == .pauseTrading, end == nil, decision == nil else { return nil }
        let only = try options.config.map {
            try Decider.select($0, in: state, view, position).labelling.hash
        }
        let pauses = try OperationsLog.pauses(view, market: state.market, through: position)
            .filter { only == nil || $0.decision.value.labelsHash == only }
        let inForce = pauses.filter { $0.end == nil }
        guard let pause = inForce.first ?? pauses.last else { return nil }
        if let ended = pause.end {
            options.output.console.say(
                "this pause has ended: trading was resumed at position \(ended.position), "
                    + "\(UTCTime.text(microseconds: ended.recordedAt)), by \(ended.value.by)")
        }
        for other in inForce.dropFirst() {
            let value = other.decision.value
            options.output.console.say(
                "also paused since \(UTCTime.text(milliseconds: value.end)) under labels "
                    + "\(value.labelsHash.hex.prefix(16)): --config \(value.labelsHash.hex.prefix(16))"
            )
        }
        return pause.decision
    }

    private func found(
        _ view: borrowing StoreView, _ market: MarketID, _ hash: Hash256,
        _ position: GlobalPosition
    ) throws -> DriftLog.Entry<Decision> {
        let all = try OperationsLog.decisions(view, market: market, labels: hash, through: position)
        let found = all.last { entry in
            action.map { entry.value[$0] != nil } ?? true
                && end.map { entry.value.end == $0.milliseconds } ?? true
                && decision.map { entry.position.number == $0 } ?? true
        }
        if let found { return found }
        let asked = Decision.Action.allCases.filter { action in
            all.contains { $0.value[action] != nil }
        }
        throw Failure(
            .noInput,
            "\(market) has no such decision under \(hash.hex.prefix(16)) as of position \(position); "
                + (all.isEmpty
                    ? "there is none: an update that checks drift decides"
                    : "there are \(all.count), the newest at position \(all[all.count - 1].position), "
                        + "for \(asked.map(\.rawValue).joined(separator: ", "))"))
    }
}

extension Decision.Action: ExpressibleByArgument {}
