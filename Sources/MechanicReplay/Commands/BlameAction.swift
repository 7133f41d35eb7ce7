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
            if several labellings pause, or else the one that began last and has ended: those
            after it ask for it again, and change nothing while trading is paused.

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
        let (blame, pause): (DecisionBlame, OperationsLog.Pause?) = try options.withState {
            view, state, position in
            let only = try options.config.map {
                try Decider.select($0, in: state, view, position).labelling.hash
            }
            let pause = try self.pause(view, state, of: only, position)
            let decision = try pause?.decision ?? found(view, state, of: only, position)
            let blame = try DecisionBlame.of(
                view, market: state.market, decision, asOf: position)
            return (blame, pause)
        }
        let answer = DecisionBlameTree(blame, action: action, pause: pause)
        try BlamePrinter(blame, kind: "action", options.output).print(answer.members, answer.tree)
    }

    /// The pause that is meant, where nothing chooses another decision; nil if there never was one.
    /// Trading is paused by any labelling, so that all are looked at unless one is named.
    private func pause(
        _ view: borrowing StoreView, _ state: MarketState, of only: Hash256?,
        _ position: GlobalPosition
    ) throws -> OperationsLog.Pause? {
        guard action == .pauseTrading, end == nil, decision == nil else { return nil }
        let pauses = try OperationsLog.pauses(view, market: state.market, through: position)
            .filter { only == nil || $0.decision.value.labelsHash == only }
        let inForce = pauses.filter { $0.end == nil }
        for other in inForce.dropFirst() {
            let (value, hash) = (other.decision.value, other.decision.value.labelsHash.hex)
            options.output.console.say(
                "also paused since \(UTCTime.text(milliseconds: value.end)) under labels "
                    + "\(hash.prefix(16)): --config \(hash.prefix(16))")
        }
        return inForce.first ?? pauses.last
    }

    /// The newest decision that is asked for: of the labelling that is named, else of the newest one
    /// activated, else of any.
    private func found(
        _ view: borrowing StoreView, _ state: MarketState, of only: Hash256?,
        _ position: GlobalPosition
    ) throws -> DriftLog.Entry<Decision> {
        let newest = state.configuration.newest?.labelsHash
        let all = try OperationsLog.decisions(view, market: state.market, through: position)
            .filter { only == nil || $0.value.labelsHash == only }
        let matching = all.filter { entry in
            action.map { entry.value[$0] != nil } ?? true
                && end.map { entry.value.end == $0.milliseconds } ?? true
                && decision.map { entry.position.number == $0 } ?? true
        }
        if let found = matching.last(where: { $0.value.labelsHash == newest }) ?? matching.last {
            return found
        }
        let asked = Decision.Action.allCases.filter { action in
            all.contains { $0.value[action] != nil }
        }
        let under = only.map { " under \($0.hex.prefix(16))" } ?? ""
        throw Failure(
            .noInput,
            "\(state.market) has no such decision\(under) as of position \(position); "
                + (all.isEmpty
                    ? "there is none: an update that checks drift decides"
                    : "there are \(all.count), the newest at position \(all[all.count - 1].position), "
                        + "for \(asked.map(\.rawValue).joined(separator: ", "))"))
    }
}

extension Decision.Action: ExpressibleByArgument {}
