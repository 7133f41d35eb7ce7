internal import Digest
public import EventFormat
public import EventStorage
public import Labeling
public import Market

/// Rows of whole days read from the log as they are now recorded, inside the window or before it.
public enum History {
    /// The candles of a range of days.
    ///
    /// - Parameters:
    ///   - last: later events are passed over; nil for none.
    ///   - version: so are those of a higher stream version.
    /// - Complexity: O(events of these days).
    public static func candles(
        _ view: borrowing StoreView, market: MarketID, days: ClosedRange<Int32>,
        through last: GlobalPosition? = nil, version: UInt64 = .max
    ) throws -> DayGrid<Candle> {
        var grid = DayGrid<Candle>(timeframe: market.timeframe)
        try forEachEvent(view, of: .candles(market), days: days, through: last) { event in
            guard event.streamVersion.number <= version else { return }
            switch event.currentType {
            case .candlesRecorded:
                let columns = try event.columns(.candles)
                try checkStamps(columns, on: market.timeframe)
                CandleEvents.forEachRecorded(columns) { grid.set($0) }
            case .candlesRevised:
                let columns = try event.columns(.candleRevisions)
                try checkStamps(columns, on: market.timeframe)
                try CandleEvents.forEachRevision(columns) { grid.set($0.candle) }
            default: throw FormatError("type \(event.typeNumber) is no candles")
            }
        }
        return grid
    }

    /// Every value ever recorded of a day's candles, by stamp, the newest last.
    ///
    /// - Complexity: O(events of the day).
    public static func candleValues(
        _ view: borrowing StoreView, market: MarketID, day: Int32
    ) throws -> [Int64: [Candle]] {
        var values: [Int64: [Candle]] = [:]
        try forEachEvent(view, of: .candles(market), days: day...day, through: nil) { event in
            if event.currentType == .candlesRecorded {
                CandleEvents.forEachRecorded(try event.columns(.candles)) {
                    values[$0.time, default: []].append($0)
                }
            } else {
                try CandleEvents.forEachRevision(try event.columns(.candleRevisions)) {
                    values[$0.candle.time, default: []].append($0.candle)
                }
            }
        }
        return values
    }

    /// The closed labels of a labelling whose entries lie in a range of days.
    ///
    /// - Parameters:
    ///   - last: later events are passed over; nil for none.
    ///   - version: so are those of a higher stream version.
    /// - Complexity: O(events of these days).
    public static func labels(
        _ view: borrowing StoreView, market: MarketID, labelling: LabelState,
        days: ClosedRange<Int32>, through last: GlobalPosition? = nil, version: UInt64 = .max
    ) throws -> DayGrid<Label> {
        var grid = DayGrid<Label>(timeframe: market.timeframe)
        let stream = MarketStream.labels(market, hash: labelling.hash)
        try forEachEvent(view, of: stream, days: days, through: last) { event in
            guard event.streamVersion.number <= version else { return }
            switch event.currentType {
            case .labelsClosed, .labelsRetracted:
                let columns = try event.columns(.labels)
                try checkStamps(columns, on: market.timeframe)
                let isClosed = event.currentType == .labelsClosed
                for row in 0..<columns.rows {
                    let label = try LabelEvents.label(columns, row)
                    if isClosed {
                        grid.set(label)
                    } else {
                        grid.remove(label.entryTime)
                    }
                }
            case .labelsRevised:
                let columns = try event.columns(.labelRevisions)
                try checkStamps(columns, on: market.timeframe)
                for row in 0..<columns.rows {
                    grid.set(try LabelEvents.revision(columns, row).label)
                }
            default: throw FormatError("type \(event.typeNumber) is no labels")
            }
        }
        return grid
    }

    /// The stamp of the first candle ever recorded of a market; nil if there is none.
    public static func oldestCandle(
        _ view: borrowing StoreView, market: MarketID
    ) throws -> Int64? {
        guard let head = try view.head(of: MarketStream.candles(market).id) else { return nil }
        let days = try view.positions(in: head, days: Int32.min...Int32.max)
        guard let first = days.first?.day else { return nil }
        return try candles(view, market: market, days: first...first).oldest
    }

    /// The stamps of candles revised or late in the events after a version of the candle stream.
    public static func revisedStamps(
        _ view: borrowing StoreView, market: MarketID, after version: UInt64
    ) throws -> [Int64] {
        guard let head = try view.head(of: MarketStream.candles(market).id),
            head.version.number > version
        else { return [] }
        let reader = try LogReader(view)
        var stamps: [Int64] = []
        for number in version + 1...head.version.number {
            guard let position = try view.position(of: StreamVersion(number), in: head),
                let event = try view.event(at: position)
            else { throw missing(number, of: .candles(market)) }
            try reader.read(event, at: position) { stamps += try CandleEvents.revisedStamps($0) }
        }
        return stamps
    }

    /// Calls `body` with every candle of a range of days that changed or was added after a version of
    /// the candle stream, in the order of the log.
    ///
    /// - Complexity: O(candle events of these days).
    static func forEachChange(
        _ view: borrowing StoreView, market: MarketID, days: ClosedRange<Int32>,
        after version: UInt64,
        _ body: (_ position: GlobalPosition, _ kind: CandleRevision.Kind, _ stamp: Int64) -> Void
    ) throws {
        try forEachEvent(view, of: .candles(market), days: days, through: nil) { event in
            guard event.streamVersion.number > version else { return }
            let position = event.frame.position
            if event.currentType == .candlesRecorded {
                CandleEvents.forEachRecorded(try event.columns(.candles)) {
                    body(position, .late, $0.time)
                }
            } else {
                try CandleEvents.forEachRevision(try event.columns(.candleRevisions)) {
                    body(position, $0.kind, $0.candle.time)
                }
            }
        }
    }

    static func forEachEvent(
        _ view: borrowing StoreView, of stream: MarketStream, days: ClosedRange<Int32>,
        through last: GlobalPosition?, _ body: (borrowing EventView) throws -> Void
    ) throws {
        guard let head = try view.head(of: stream.id) else { return }
        let reader = try LogReader(view)
        let entries = try view.positions(in: head, days: days)
        for position in entries.map(\.position).sorted() where position <= last ?? position {
            guard let event = try view.event(at: position) else {
                throw missing(position.number, of: stream)
            }
            try reader.read(event, at: position, body)
        }
    }

    static func missing(_ number: UInt64, of stream: MarketStream) -> EventStoreError {
        EventStoreError(
            .corrupted,
            "an event of \(stream.id) is missing (\(number)); run `mechanic-replay verify`")
    }
}
