public import EventFormat
public import EventStorage
public import Market

/// The fold of a log: the state of every market, or of one, at a position.
public struct LogFold: Sendable {
    /// The states, in the order in which their markets first appear.
    public private(set) var markets: [MarketState] = []
    /// How many events were folded.
    public private(set) var events = 0
    private let only: MarketID?
    private let reader: LogReader
    private var streams: [[UInt8]: (stream: MarketStream, index: Int)?] = [:]

    /// A fold over all markets, or over one.
    public init(_ reader: LogReader, market: MarketID? = nil) {
        self.reader = reader
        only = market
    }

    /// The state of a market; that before the first event, if there was none.
    public subscript(market: MarketID) -> MarketState {
        markets.first { $0.market == market } ?? MarketState(market: market)
    }

    /// Folds one event. Streams that belong to no market are other programs' and are passed over.
    ///
    /// - Throws: as ``LogReader/read(_:at:_:)``.
    public mutating func apply(
        _ event: borrowing EventView, at position: GlobalPosition
    ) throws {
        let name = event.streamName.copy()
        if streams[name] == nil { streams[name] = .some(resolve(name)) }
        guard let (stream, index) = streams[name]! else { return }
        let reader = reader
        try reader.read(event, at: position) {
            try markets[index].apply($0, of: stream)
            events += 1
        }
    }

    private mutating func resolve(_ name: [UInt8]) -> (MarketStream, Int)? {
        guard let id = StreamID(String(decoding: name, as: UTF8.self)),
            let stream = MarketStream(id), only == nil || stream.market == only
        else { return nil }
        if let index = markets.firstIndex(where: { $0.market == stream.market }) {
            return (stream, index)
        }
        markets.append(MarketState(market: stream.market))
        return (stream, markets.count - 1)
    }

    /// Folds the log from position 1 to the end of a commit.
    ///
    /// - Parameters:
    ///   - catalog: the types that the fold knows.
    ///   - progress: called now and then with the events done and all events.
    /// - Throws: `EventStoreError` with the position of an event that cannot be folded.
    /// - Complexity: O(events).
    public static func fold(
        _ view: borrowing StoreView, through last: GlobalPosition, market: MarketID? = nil,
        catalog: EventCatalog = .product,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> LogFold {
        var fold = LogFold(try LogReader(view, catalog: catalog), market: market)
        try view.forEachEvent(through: last) { position, event in
            try fold.apply(event, at: position)
            if position.number.isMultiple(of: 512) { progress(position.number, last.number) }
            return true
        }
        return fold
    }
}
