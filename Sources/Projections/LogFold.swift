public import EventFormat
public import EventStorage
public import Market

/// The fold of a log: the state of every market, or of one, at a position.
public struct LogFold: Sendable {
    /// The states, in the order in which their markets first appear.
    public internal(set) var markets: [MarketState] = []
    /// Where each market was taken up: its events up to there are in its state already.
    public private(set) var resumed: [GlobalPosition] = []
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
    /// - Returns: the index of the market whose state it changed; nil if it is passed over.
    /// - Throws: as ``LogReader/read(_:at:_:)``.
    @discardableResult
    public mutating func apply(
        _ event: borrowing EventView, at position: GlobalPosition
    ) throws -> Int? {
        let name = event.streamName.copy()
        if streams[name] == nil { streams[name] = .some(resolve(name)) }
        guard let (stream, index) = streams[name]!, position > resumed[index] else { return nil }
        let reader = reader
        let before = events
        try reader.read(event, at: position) {
            try markets[index].apply($0, of: stream)
            events += 1
        }
        return events > before ? index : nil
    }

    private mutating func resolve(_ name: [UInt8]) -> (MarketStream, Int)? {
        guard let id = StreamID(String(decoding: name, as: UTF8.self)),
            let stream = MarketStream(id), only == nil || stream.market == only
        else { return nil }
        if let index = markets.firstIndex(where: { $0.market == stream.market }) {
            return (stream, index)
        }
        markets.append(MarketState(market: stream.market))
        resumed.append(.start)
        return (stream, markets.count - 1)
    }

    /// Takes up every market at a state that is known.
    ///
    /// - Parameter state: the state of a market at or before `last`; nil where none is known.
    /// - Returns: the first position that is to be folded now.
    /// - Complexity: O(streams) beside what `state` costs.
    mutating func resume(
        _ view: borrowing StoreView, through last: GlobalPosition,
        _ state: (MarketID) throws -> MarketState?
    ) throws -> GlobalPosition {
        var first = last.number + 1
        // Streams are numbered in the order of their first events, which is that of the markets.
        for (id, head) in try view.streams(prefix: "").sorted(by: {
            $0.head.number < $1.head.number
        }) {
            guard let market = MarketStream(id)?.market, only == nil || market == only,
                !markets.contains(where: { $0.market == market }),
                let begins = try view.position(of: StreamVersion(1), in: head), begins <= last
            else { continue }
            let known = try state(market)
            markets.append(known ?? MarketState(market: market))
            resumed.append(known?.position ?? .start)
            first = min(first, known.map { $0.position.number + 1 } ?? begins.number)
        }
        return GlobalPosition(first)
    }

    /// Folds the log from position 1 to the end of a commit.
    ///
    /// - Parameters:
    ///   - catalog: the types that the fold knows.
    ///   - fromSnapshots: begin each market at its newest sound snapshot, if it has one.
    ///   - progress: called now and then with the events done and all events.
    /// - Throws: `EventStoreError` with the position of an event that cannot be folded.
    /// - Complexity: O(events).
    public static func fold(
        _ view: borrowing StoreView, through last: GlobalPosition, market: MarketID? = nil,
        catalog: EventCatalog = .product, fromSnapshots: Bool = false,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> LogFold {
        var fold = LogFold(try LogReader(view, catalog: catalog), market: market)
        var first = GlobalPosition(1)
        if fromSnapshots {
            let reader = fold.reader
            first = try fold.resume(view, through: last) {
                try MarketState.snapshot(view, market: $0, through: last, reader)
            }
        }
        try view.forEachEvent(from: first, through: last) { position, event in
            try fold.apply(event, at: position)
            if position.number.isMultiple(of: 512) { progress(position.number, last.number) }
            return true
        }
        return fold
    }
}
