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

            Of pause_trading the decision is meant that began the newest pause: those after it
            ask for it again, and change nothing while trading is paused.

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
            let hash = try Decider.select(options.config, in: state, view, position).labelling.hash
            return try DecisionBlame.of(
                view, market: state.market, try found(view, state.market, hash, position),
                asOf: position)
        }
        let answer = DecisionBlameTree(blame, action: action)
        try BlamePrinter(blame, kind: "action", options.output).print(answer.members, answer.tree)
    }

    private func found(
        _ view: borrowing StoreView, _ market: MarketID, _ hash: Hash256,
        _ position: GlobalPosition
    ) throws -> DriftLog.Entry<Decision> {
        let all = try OperationsLog.decisions(view, market: market, labels: hash, through: position)
        if action == .pauseTrading, end == nil, decision == nil,
            let began = try OperationsLog.pause(
                view, market: market, labels: hash, through: position)
        {
            return began
        }
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
