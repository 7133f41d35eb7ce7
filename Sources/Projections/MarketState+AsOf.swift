internal import Digest
public import EventFormat
public import EventStorage
public import Market

extension MarketState {
    /// The state of a market as it was known at a point, with the rows of its window.
    ///
    /// - Returns: the state and the end of the commit that the point names.
    /// - Complexity: O(events of the window up to the point + events of the market since the snapshot
    ///   before it), wherever in the log the point lies.
    public static func load(
        _ view: borrowing StoreView, market: MarketID, asOf point: TimePoint
    ) throws -> (state: MarketState, position: GlobalPosition) {
        let position = try view.resolve(point)
        if try view.head().position == position {
            return (try load(view, market: market).state, position)
        }
        return (try load(view, market: market, through: position), position)
    }

    /// The state of a market after the event at a position, with the rows of its window.
    ///
    /// - Parameter position: may lie inside a commit, whose state nobody else ever sees.
    /// - Complexity: as ``load(_:market:asOf:)``.
    package static func load(
        _ view: borrowing StoreView, market: MarketID, through position: GlobalPosition
    ) throws -> MarketState {
        var state = try outline(view, market: market, through: position)
        try state.takeRows(view)
        return state
    }

    /// The state of a market as it was known at a position, without its rows: what is active, how far
    /// labels are, baselines, drift and operations.
    ///
    /// Begins at the newest snapshot before the position and folds what the market recorded since. A
    /// snapshot is believed by its check alone; `replay --check` and `verify --deep` compare states with
    /// folds of the whole log.
    ///
    /// - Parameter position: the end of a commit; inside one it is a state that nobody else ever sees.
    /// - Complexity: O(log events + changes of configuration + events of the market since the snapshot).
    public static func outline(
        _ view: borrowing StoreView, market: MarketID, through position: GlobalPosition
    ) throws -> MarketState {
        let reader = try LogReader(view)
        let streams = try view.streams(prefix: "\(market)/")
        var state = MarketState(market: market)
        var first = GlobalPosition.start
        if let record = try newestSnapshot(view, market, through: position, reader) {
            state.window.newest = record.newest
            _ = try state.foldOpenings(through: record.position, view, reader, streams)
            try state.adopt(record)
            first = record.position
        }
        for (place, stream) in try events(streams, after: first, through: position, view) {
            try state.apply(at: place, stream, view, reader)
        }
        state.window.candles = DayGrid(timeframe: market.timeframe)
        for index in state.labellings.indices {
            state.labellings[index].labels = DayGrid(timeframe: market.timeframe)
        }
        return state
    }

    /// The newest record that stood at a position or before it; nil if none is kept.
    private static func newestSnapshot(
        _ view: borrowing StoreView, _ market: MarketID, through last: GlobalPosition,
        _ reader: LogReader
    ) throws -> MarketRecord? {
        // That of the newest commit is no snapshot yet.
        if case .record(let record) = try MarketRecord.stored(
            view, market, skips: reader.skips.count), record.position <= last
        {
            return record
        }
        let prefix = MarketRecord.snapshots(market)
        var below = MarketRecord.snapshot(market, GlobalPosition(last.number + 1))
        while let key = try view.lastProjection(below: below, prefix: prefix) {
            below = key
            if let record = MarketRecord(try view.projection(key), skips: reader.skips.count),
                key == MarketRecord.snapshot(market, record.position)
            {
                return record
            }
        }
        return nil
    }

    /// The events of some streams between two positions, in the order of the log.
    ///
    /// - Complexity: O(streams × log² events + result).
    private static func events(
        _ streams: [(id: StreamID, head: StreamHead)], after first: GlobalPosition,
        through last: GlobalPosition, _ view: borrowing StoreView
    ) throws -> [(position: GlobalPosition, stream: MarketStream)] {
        var found: [(position: GlobalPosition, stream: MarketStream)] = []
        for (id, head) in streams {
            guard let stream = MarketStream(id), head.position > first else { continue }
            var version = try view.version(after: first, in: head)
            while version.number <= head.version.number {
                guard let position = try view.position(of: version, in: head) else {
                    throw History.missing(version.number, of: stream)
                }
                guard position <= last else { break }
                found.append((position, stream))
                version = version.next
            }
        }
        return found.sorted { $0.position < $1.position }
    }

    /// Reads the rows of the window as they were known at the state's position.
    private mutating func takeRows(_ view: borrowing StoreView) throws {
        guard let cutoff = window.cutoff, let newest = window.newest else { return }
        let days = UTCDay(of: cutoff).number...UTCDay(of: newest).number
        window.candles = try History.candles(
            view, market: market, days: days, through: position)
        window.candles.evict(through: cutoff)
        for index in labellings.indices {
            labellings[index].labels = try History.labels(
                view, market: market, labelling: labellings[index], days: days, through: position)
            labellings[index].labels.evict(through: cutoff)
        }
    }
}

extension StoreView {
    /// The first version of a stream whose event lies after a position; the one after its last if none
    /// does.
    ///
    /// - Complexity: O(log² events).
    package func version(
        after position: GlobalPosition, in stream: StreamHead
    ) throws(EventStoreError) -> StreamVersion {
        var (low, high) = (UInt64(0), stream.version.number)
        while low < high {
            let middle = (low + high + 1) / 2
            let place = try self.position(of: StreamVersion(middle), in: stream)
            if let place, place <= position { low = middle } else { high = middle - 1 }
        }
        return StreamVersion(low + 1)
    }
}
