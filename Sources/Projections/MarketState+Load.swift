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
        let reader = try LogReader(view)
        var saved = SavedDays(skips: reader.skips.count)
        saved.window = try days(
            view, under: MarketRecord.windowDays(market), damaged: &saved.damaged)
        let streams = try view.streams(prefix: "\(market)/")
        if case .record(let record) = try MarketRecord.stored(view, market, skips: saved.skips),
            streams.allSatisfy({ $0.head.position <= record.position })
        {
            var state = try MarketState(restoring: record, of: market, view, reader, streams)
            // Digests of days are taken from the store as they are: a damaged one shows here.
            try state.adoptDays(view, &saved)
            if MarketRecord(&state, skips: saved.skips, hasher: SHA256()) == record {
                saved.position = record.position
                saved.progress = state.progress
                saved.isComplete = saved.damaged.isEmpty && state.holds(saved)
                return (state, saved)
            }
        }
        let head = try view.head()
        let fold = try LogFold.fold(view, through: head.position, market: market)
        let state = fold[market]
        for labelling in state.labellings {
            saved.labels[labelling.hash] = try days(
                view, under: MarketRecord.labelDays(market, labelling.hash),
                damaged: &saved.damaged)
        }
        return (state, saved)
    }

    /// The state at the newest sound snapshot up to a position; nil if there is none.
    ///
    /// A snapshot is believed only if the events of its window give its digests.
    ///
    /// - Complexity: O(events of the window) for each snapshot tried.
    static func snapshot(
        _ view: borrowing StoreView, market: MarketID, through last: GlobalPosition,
        _ reader: LogReader
    ) throws -> MarketState? {
        let streams = try view.streams(prefix: "\(market)/")
        let prefix = MarketRecord.snapshots(market)
        var below = MarketRecord.snapshot(market, GlobalPosition(last.number + 1))
        while let key = try view.lastProjection(below: below, prefix: prefix) {
            below = key
            guard
                let record = MarketRecord(try view.projection(key), skips: reader.skips.count),
                key == MarketRecord.snapshot(market, record.position),
                let state = try MarketState(checking: record, of: market, view, reader, streams)
            else { continue }
            return state
        }
        return nil
    }

    /// The state that a record stands for; nil where the log gives another one.
    ///
    /// - Complexity: O(events of the window), all of them hashed.
    init?(
        checking record: MarketRecord, of market: MarketID, _ view: borrowing StoreView,
        _ reader: LogReader, _ streams: [(id: StreamID, head: StreamHead)]
    ) throws {
        try self.init(restoring: record, of: market, view, reader, streams)
        let given = MarketRecord(&self, skips: reader.skips.count, hasher: SHA256())
        guard given == record else { return nil }
    }

    /// The state where a record stands, from the events of its window; its digests are not compared.
    private init(
        restoring record: MarketRecord, of market: MarketID, _ view: borrowing StoreView,
        _ reader: LogReader, _ streams: [(id: StreamID, head: StreamHead)]
    ) throws {
        self.init(market: market)
        window.newest = record.newest
        let stream = MarketStream.candles(market)
        if let head = streams.first(where: { $0.id == stream.id })?.head {
            try fold(stream, head, through: record.position, view, reader)
        }
        for (stream, head) in try foldOpenings(through: record.position, view, reader, streams) {
            try fold(stream, head, through: record.position, view, reader)
        }
        slide()
        try adopt(record)
    }

    /// Folds the configurations and the openings of labellings, in the order of a fold.
    ///
    /// - Returns: the streams of the labellings.
    /// - Complexity: O(changes of configuration + labellings).
    mutating func foldOpenings(
        through last: GlobalPosition, _ view: borrowing StoreView, _ reader: LogReader,
        _ streams: [(id: StreamID, head: StreamHead)]
    ) throws -> [(stream: MarketStream, head: StreamHead)] {
        var opened: [(position: GlobalPosition, stream: MarketStream, head: StreamHead)] = []
        for (id, head) in streams {
            guard let stream = MarketStream(id) else { continue }
            switch stream {
            case .configuration: try foldWhole(stream, head, through: last, view, reader)
            case .labels:
                let first = try view.position(of: StreamVersion(1), in: head)
                if let first, first <= last { opened.append((first, stream, head)) }
            case .candles, .drift, .operations: break
            }
        }
        // Labellings stand in the order in which they were opened, as in a fold.
        opened.sort { $0.position < $1.position }
        for (position, stream, _) in opened { try apply(at: position, stream, view, reader) }
        return opened.map { ($0.stream, $0.head) }
    }

    /// Takes what a record tells beside the rows.
    ///
    /// - Throws: what the states of drift and operations cannot be read for: a record is checked, so
    ///   that only another program could have written them.
    package mutating func adopt(_ record: MarketRecord) throws {
        for labelling in record.labellings {
            guard let index = self.labelling(labelling.hash) else { continue }
            labellings[index].through = labelling.through
            labellings[index].candlesVersion = labelling.candlesVersion
            labellings[index].labelsVersion = labelling.labelsVersion
        }
        baselines = try Baselines(record.watch[0])
        drift = try DriftHistory(record.watch[1])
        operations = try Operations(record.watch[2])
        candlesVersion = record.candlesVersion
        position = record.position
    }

    /// Whether the store holds the digests of all days.
    private mutating func holds(_ saved: SavedDays) -> Bool {
        let hasher = SHA256()
        return window.candles.digests(hasher: hasher) == saved.window
            && labellings.indices.allSatisfy { index in
                let days = labellings[index].labels.digests(hasher: hasher)
                return days == saved.labels[labellings[index].hash] ?? []
            }
    }

    /// Takes the digests of days from the store, to save hashing them.
    private mutating func adoptDays(_ view: borrowing StoreView, _ saved: inout SavedDays) throws {
        for day in saved.window { window.candles.adopt(day) }
        for index in labellings.indices {
            let hash = labellings[index].hash
            let days: [DayGrid<Label>.Day] = try Self.days(
                view, under: MarketRecord.labelDays(market, hash), damaged: &saved.damaged)
            for day in days { labellings[index].labels.adopt(day) }
            saved.labels[hash] = days
        }
    }

    /// Folds the events of a stream that hold rows of the window, up to a position.
    private mutating func fold(
        _ stream: MarketStream, _ head: StreamHead, through last: GlobalPosition,
        _ view: borrowing StoreView, _ reader: LogReader
    ) throws {
        guard let cutoff = window.cutoff, let newest = window.newest else { return }
        let days = UTCDay(of: cutoff).number...UTCDay(of: newest).number
        let entries = try view.positions(in: head, days: days)
        for position in entries.map(\.position).sorted() where position <= last {
            try apply(at: position, stream, view, reader)
        }
    }

    private mutating func foldWhole(
        _ stream: MarketStream, _ head: StreamHead, through last: GlobalPosition,
        _ view: borrowing StoreView, _ reader: LogReader
    ) throws {
        guard head.version > .none else { return }
        for number in 1...head.version.number {
            guard let position = try view.position(of: StreamVersion(number), in: head) else {
                throw EventStoreError(
                    .corrupted,
                    "version \(number) of \(stream.id) is not in the index; run "
                        + "`mechanic-replay verify`")
            }
            guard position <= last else { return }
            try apply(at: position, stream, view, reader)
        }
    }

    mutating func apply(
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
