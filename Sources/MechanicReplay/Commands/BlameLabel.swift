internal import ArgumentParser
internal import Market
internal import Mechanic
internal import Projections

/// `blame label`.
struct BlameLabel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Name the events behind a label.",
        discussion: """
            EXAMPLES
              mechanic-replay blame label 2025-10-10T21:17Z --symbol BTC/USDT:USDT
              mechanic-replay blame label 1760131020000 --symbol BTC/USDT:USDT --config runner
              mechanic-replay blame label 2025-10-10T21:17Z --symbol BTC/USDT:USDT \\
                --as-of HEAD~1 --format csv

            Told are the configuration, the update and its program, the event of the label
            itself, and the events that hold its candles: entry, those that touched
            nothing, the deciding one. Where a minute was revised, the revision is told,
            and what it replaced as history. A trade still open rests on all candles since
            its entry.
            """)

    @Argument(help: ArgumentHelp("When the entry candle opened.", valueName: "time"))
    var entry: MarketTime

    @OptionGroup var options: BlameOptions

    func run() throws {
        let blame = try options.withState { view, state, position in
            try LabelBlame.of(
                view, market: state.market,
                try Decider.select(options.config, in: state, view, position).labelling,
                entry: entry.milliseconds, asOf: position)
        }
        let answer = LabelBlameTree(blame)
        try BlamePrinter(blame, kind: "label", options.output).print(answer.members, answer.tree)
    }
}
