internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// `ack`: somebody has seen an alert.
struct Acknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Note that you have seen an alert.",
        discussion: """
            EXAMPLES
              mechanic-replay ack 3 --symbol BTC/USDT:USDT
              mechanic-replay ack 3 --symbol BTC/USDT:USDT --by ann --note "fees changed"

            The alert stays open until the level of drift falls; it is delivered no more.
            `alerts` shows the numbers of those that are open.
            """)

    @Argument(help: ArgumentHelp("The alert's number.", valueName: "alert"))
    var alert: UInt64

    @Option(help: ArgumentHelp("What you found out, or will do.", valueName: "text"))
    var note: String?

    @OptionGroup var person: OperatorOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let name = try person.name()
        let store = try store.open()
        let updater = Updater(store: store, market: try market.market())
        try store.read { try updater.market.mustExist(in: $0) }
        let position = try updater.acknowledge(
            alert: alert, by: name, note: note, at: try updater.clock())
        var printer = output.report
        printer.add("market", .text(updater.market.description))
        printer.add("alert", .integer(Int64(clamping: alert)))
        printer.add("acknowledged_by", .text(name))
        printer.add("note", .text(note))
        printer.add("position", .integer(Int64(position.number)))
        printer.finish()
    }
}

/// `resume`: somebody lets trading go on.
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let trading go on that drift had paused.",
        discussion: """
            EXAMPLES
              mechanic-replay resume --symbol BTC/USDT:USDT
              mechanic-replay resume --symbol BTC/USDT:USDT --by ann --reason "retrained"

            A pause never ends by itself. Trading that was resumed is paused again only by
            a new episode: when the level has fallen below severe and rises once more.
            """)

    @Option(help: ArgumentHelp("Why it may go on.", valueName: "text"))
    var reason: String?

    @OptionGroup var person: OperatorOptions
    @OptionGroup var market: MarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let name = try person.name()
        let store = try store.open()
        let updater = Updater(store: store, market: try market.market())
        try store.read { try updater.market.mustExist(in: $0) }
        let (position, labellings) = try updater.resume(
            by: name, reason: reason, at: try updater.clock())
        var printer = output.report
        printer.add("market", .text(updater.market.description))
        printer.add("resumed_by", .text(name))
        printer.add("reason", .text(reason))
        printer.member("paused", false)
        for hash in labellings { printer.line("labels", hash.hex) }
        printer.member("labels_hashes", .array(labellings.map { .string($0.hex) }))
        printer.add("position", .integer(Int64(position.number)))
        printer.finish()
    }
}
