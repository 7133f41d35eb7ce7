internal import Digest
internal import EventFormat
public import EventStorage
internal import Labeling
public import Market

extension MarketState {
    /// The state of a market as of the newest commit.
    ///
    /// Reads the record and, through the index of days, only the events of the window. A record
    /// that is missing, stale, damaged or of another version costs a fold of the whole log, never
    /// truth.
    ///
    /// - Returns: the state, and what the store keeps of it.
    /// - Complexity: O(events of the window).
    public static func load(
        _ view: borrowing StoreView, market: MarketID
    ) throws -> (state: MarketState, saved: SavedDays) {
        var saved = SavedDays()
        saved.window = try days(view, under: MarketRecord.windowDays(market))
        let streams = try view.streams(prefix: "\(market)/")
        if let bytes = try view.projection(MarketRecord.key(market)),
            let record = MarketRecord(bytes),
            streams.allSatisfy({ $0.head.position <= record.position })
        {
            var state = MarketState(market: market)
            try state.restore(record, view, try LogReader(view), streams, &saved)
            // Digests of days are taken from the store as they are: a damaged one shows here.
            if MarketRecord(&state, hasher: SHA256()) == record { return (state, saved) }
        }
        let head = try view.head()
        let fold = try LogFold.fold(view, through: head.position, market: market)
        let state = fold[market]
        for labelling in state.labellings {
            saved.labels[labelling.hash] = try days(
                view, under: MarketRecord.labelDays(market, labelling.hash))
        }
        return (state, saved)
    }

    private mutating func restore(
        _ record: MarketRecord, _ view: borrowing StoreView, _ reader: LogReader,
        _ streams: [(id: StreamID, head: StreamHead)], _ saved: inout SavedDays
    ) throws {
        window.newest = record.newest
        var opened: [(position: GlobalPosition, stream: MarketStream, head: StreamHead)] = []
        for (id, head) in streams {
            guard let stream = MarketStream(id) else { continue }
            switch stream {
            case .candles: try fold(stream, head, daysFrom: window.cutoff, view, reader)
            case .configuration: try foldWhole(stream, head, view, reader)
            case .labels:
                if let first = try view.position(of: StreamVersion(1), in: head) {
                    opened.append((first, stream, head))
                }
            case .operations: break
            }
        }
        // Labellings stand in the order in which they were opened, as in a fold.
        for (position, stream, _) in opened.sorted(by: { $0.position < $1.position }) {
            try apply(at: position, stream, view, reader)
        }
        for (_, stream, head) in opened {
            try fold(stream, head, daysFrom: window.cutoff, view, reader)
        }
        slide()
        for labelling in record.labellings {
            guard let index = self.labelling(labelling.hash) else { continue }
            labellings[index].through = labelling.through
            labellings[index].candlesVersion = labelling.candlesVersion
            let days: [DayGrid<Label>.Day] = try Self.days(
                view, under: MarketRecord.labelDays(market, labelling.hash))
            for day in days { labellings[index].labels.adopt(day) }
            saved.labels[labelling.hash] = days
        }
        for day in saved.window { window.candles.adopt(day) }
        candlesVersion = record.candlesVersion
        position = record.position
    }

    /// Folds the events of a stream that hold rows after a cutoff.
    private mutating func fold(
        _ stream: MarketStream, _ head: StreamHead, daysFrom cutoff: Int64?,
        _ view: borrowing StoreView, _ reader: LogReader
    ) throws {
        guard let cutoff else { return }
        let first = UTCDay(of: cutoff).number
        let entries = try view.positions(in: head, days: first...Int32.max)
        for position in entries.map(\.position).sorted() {
            try apply(at: position, stream, view, reader)
        }
    }

    private mutating func foldWhole(
        _ stream: MarketStream, _ head: StreamHead, _ view: borrowing StoreView, _ reader: LogReader
    ) throws {
        guard head.version > .none else { return }
        for number in 1...head.version.number {
            guard let position = try view.position(of: StreamVersion(number), in: head) else {
                throw EventStoreError(
                    .corrupted,
                    "version \(number) of \(stream.id) is not in the index; run "
                        + "`mechanic-replay verify`")
            }
            try apply(at: position, stream, view, reader)
        }
    }

    private mutating func apply(
        at position: GlobalPosition, _ stream: MarketStream, _ view: borrowing StoreView,
        _ reader: LogReader
    ) throws {
        guard let event = try view.event(at: position) else {
            throw EventStoreError(
                .corrupted,
                "position \(position): the event is missing; run "
                    + "`mechanic-replay verify`", position: position)
        }
        try reader.read(event, at: position) { try apply($0, of: stream) }
    }
}
