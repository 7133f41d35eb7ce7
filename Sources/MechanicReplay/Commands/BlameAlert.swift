internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import Mechanic
internal import Projections

/// `blame alert`.
struct BlameAlert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert", abstract: "Name the events behind an alert.",
        discussion: """
            EXAMPLES
              mechanic-replay blame alert 1 --symbol BTC/USDT:USDT
              mechanic-replay blame alert 2 --symbol BTC/USDT:USDT --format json

            Told are the decision that raised it, what that rests on, the alert that has
            the number before, and the one that it takes the place of.
            `mechanic-replay alerts --all` lists what became of alerts.
            """)

    @Argument(help: ArgumentHelp("The alert's number.", valueName: "alert"))
    var alert: UInt64

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let market = try market.market()
        let store = try store.open()
        if store.identity.clock == .simulated { output.console.say("simulated clock") }
        let blame = try store.read { view in
            try market.mustExist(in: view)
            return try AlertBlame.of(
                view, market: market, alert: alert, asOf: try view.resolve(asOf.point))
        }
        let answer = AlertBlameTree(blame)
        try BlamePrinter(blame, kind: "alert", output).print(answer.members, answer.tree)
    }
}
