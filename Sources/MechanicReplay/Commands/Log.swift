internal import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Projections

/// `log`: the events, newest first.
struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the events, newest first.",
        discussion: """
            EXAMPLES
              mechanic-replay log --limit 20
              mechanic-replay log --symbol BTC/USDT:USDT --type update.completed
              mechanic-replay log --as-of 2025-10-10T21:20Z --limit 5 --format jsonl
            """)

    @Option(
        help: ArgumentHelp("Only events of this type, such as labels.closed.", valueName: "type"))
    var type: String?

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit: Int?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: OptionalMarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit: must not be negative") }
        guard let type, EventType.find(name: type) == nil else { return }
        let names = EventType.all.map(\.name).joined(separator: ", ")
        throw ValidationError("--type \(type): expected one of \(names)")
    }

    func run() throws {
        let store = try store.open()
        let market = try market.market()
        var printer = output.rows([
            "position", "type", "stream", "version", "rows", "recorded_at_us", "hash",
        ])
        try store.read { view in
            // A time or a distance names a commit; a position names the very event.
            let isPosition = if case .position = asOf.point { true } else { false }
            let last =
                try isPosition ? view.event(upTo: asOf.point) : view.resolve(asOf.point)
            output.console.say("as of position \(last)")
            if store.identity.clock == .simulated { output.console.say("simulated clock") }
            var left = limit ?? .max
            var number = last.number
            while number > 0, left > 0 {
                defer { number -= 1 }
                let position = GlobalPosition(number)
                guard let event = try view.event(at: position) else {
                    throw Failure(
                        .difference,
                        "position \(position): the event is missing; run "
                            + "`mechanic-replay verify`")
                }
                let envelope = try event.envelope()
                let name = event.type?.name ?? "type \(envelope.typeNumber)"
                if let type, name != type { continue }
                if let market, MarketStream(envelope.stream)?.market != market { continue }
                left -= 1
                printer.add([
                    .integer(Int64(number)), .text(name), .text(envelope.stream.description),
                    .integer(Int64(envelope.streamVersion.number)),
                    try event.rows().map { .integer(Int64($0)) } ?? .none,
                    .recorded(envelope.recordedAt), .text(event.frame.eventHash.hex),
                ])
            }
        }
        printer.finish()
    }
}

extension EventView {
    /// How many rows a payload of columns holds; nil for others.
    func rows() throws -> Int? {
        guard case .columns(let layout)? = type?.encoding else { return nil }
        return try columns(layout).rows
    }
}
