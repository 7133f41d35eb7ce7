internal import ArgumentParser
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// `log`: the events, newest first, or those to come.
struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the events, newest first, or follow those to come.",
        discussion: """
            EXAMPLES
              mechanic-replay log --limit 20
              mechanic-replay log --symbol BTC/USDT:USDT --type update.completed
              mechanic-replay log --as-of 2025-10-10T21:20Z --limit 5 --format jsonl
              mechanic-replay log --follow --limit 10
              mechanic-replay log --follow --type alert.raised --for 1h --format jsonl

            --follow prints events as other processes commit them, the oldest first, each
            line at once; with --limit the newest so many first. It ends with --for (exit 0)
            or an interrupt (exit 130). It keeps the store open: `compact` and `restore` wait
            for it, as long as their --wait says, and then end with exit 75.
            """)

    @Option(
        help: ArgumentHelp("Only events of this type, such as labels.closed.", valueName: "type"))
    var type: String?

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit: Int?

    @Flag(help: "Go on with new events as they are committed.")
    var follow = false

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("With --follow: end after so long, such as 90s.", valueName: "duration"))
    var duration: Span?

    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var market: OptionalMarketOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    static let columns = [
        "position", "type", "stream", "version", "rows", "recorded_at_us", "hash",
    ]

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit: must not be negative") }
        if duration != nil, !follow { throw ValidationError("--for goes with --follow") }
        if follow, asOf.asOf != nil {
            throw ValidationError("--follow begins at the newest event: leave out --as-of")
        }
        if follow, output.format == .json {
            throw ValidationError("--follow prints line by line: choose jsonl, csv or table")
        }
        guard let type, EventType.find(name: type) == nil else { return }
        let names = EventType.all.map(\.name).joined(separator: ", ")
        throw ValidationError("--type \(type): expected one of \(names)")
    }

    func run() throws {
        let store = try store.open()
        let filter = EventFilter(type: type, market: try market.market())
        // One may wait for a market that is yet to come.
        if !follow, let market = filter.market { try store.read { try market.mustExist(in: $0) } }
        if follow {
            var follower = LogFollower(store, filter, output)
            return try follower.run(newest: limit ?? 0, duration: duration)
        }
        var printer = output.rows(Self.columns)
        try store.read { view in
            // A time or a distance names a commit; a position names the very event.
            let isPosition = if case .position = asOf.point { true } else { false }
            let last =
                try isPosition ? view.event(upTo: asOf.point) : view.resolve(asOf.point)
            output.console.say(asOf: last, .head, store)
            try filter.newest(limit ?? .max, through: last, view) { printer.add($0) }
        }
        printer.finish()
    }
}

/// Which events are listed, and how one is.
struct EventFilter {
    let type: String?
    let market: MarketID?

    /// The cells of an event; nil if it is not listed.
    func cells(_ event: borrowing EventView, at position: GlobalPosition) throws -> [Cell]? {
        let envelope = try event.envelope()
        let name = event.type?.name ?? "type \(envelope.typeNumber)"
        if let type, name != type { return nil }
        if let market, MarketStream(envelope.stream)?.market != market { return nil }
        return [
            .position(position), .text(name), .text(envelope.stream.description),
            .count(envelope.streamVersion.number),
            try event.rows().map { .integer(Int64($0)) } ?? .none,
            .recorded(envelope.recordedAt), .text(event.frame.eventHash.hex),
        ]
    }

    /// Calls `body` with the newest events up to a position, the newest first.
    ///
    /// - Complexity: O(events passed over + result).
    func newest(
        _ count: Int, through last: GlobalPosition, _ view: borrowing StoreView,
        _ body: ([Cell]) -> Void
    ) throws {
        var left = count
        var number = last.number
        while number > 0, left > 0 {
            defer { number -= 1 }
            let position = GlobalPosition(number)
            guard let event = try view.event(at: position) else {
                throw Failure(
                    .difference,
                    "position \(position): the event is missing; run `mechanic-replay verify`")
            }
            guard let cells = try cells(event, at: position) else { continue }
            left -= 1
            body(cells)
        }
    }
}

extension EventView {
    /// How many rows a payload of columns holds; nil for others.
    func rows() throws -> Int? {
        guard case .columns(let layout)? = type?.encoding else { return nil }
        return try columns(layout).rows
    }
}
