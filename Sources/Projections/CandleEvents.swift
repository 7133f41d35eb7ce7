internal import Digest
public import EventFormat
public import Market

/// One row of `candles.revised`.
public struct CandleRevision: Equatable, Sendable {
    /// Why a row is a revision.
    public enum Kind: UInt8, Sendable {
        /// The minute had other values before.
        case changed = 1
        /// The minute was missing before.
        case late = 2
    }

    /// Why.
    public var kind: Kind
    /// The candle as it is now.
    public var candle: Candle
    /// The candle as it was; all zero but the stamp for a late arrival.
    public var previous: Candle

    /// A revision.
    public init(kind: Kind, candle: Candle, previous: Candle) {
        self.kind = kind
        self.candle = candle
        self.previous = previous
    }
}

/// Candles as payloads and back.
public enum CandleEvents {
    /// `candles.recorded` events of ascending candles, one for each UTC day.
    public static func recorded(_ candles: [Candle]) -> [EventData] {
        byDay(candles, stamp: \.time).map { day, rows in
            EventData(
                type: .candlesRecorded,
                payload: ColumnPayload.encode(
                    layout: .candles, dayStart: day, rows: rows.count,
                    word: { column, row in word(rows[rows.startIndex + row], column) }))
        }
    }

    /// `candles.revised` events of revisions in the order given, one for each UTC day's run.
    public static func revised(_ revisions: [CandleRevision]) -> [EventData] {
        byDay(revisions, stamp: \.candle.time).map { day, rows in
            EventData(
                type: .candlesRevised,
                payload: ColumnPayload.encode(
                    layout: .candleRevisions, dayStart: day, rows: rows.count,
                    word: { column, row in
                        let revision = rows[rows.startIndex + row]
                        return column < 6
                            ? word(revision.candle, column) : word(revision.previous, column - 5)
                    }, byte: { _, row in rows[rows.startIndex + row].kind.rawValue }))
        }
    }

    /// Calls `body` with every candle of a `candles.recorded` payload.
    @inlinable static func forEachRecorded(
        _ columns: borrowing ColumnPayload, _ body: (Candle) -> Void
    ) {
        for row in 0..<columns.rows { body(candle(columns, row, first: 1)) }
    }

    /// Calls `body` with every revision of a `candles.revised` payload.
    package static func forEachRevision(
        _ columns: borrowing ColumnPayload, _ body: (CandleRevision) throws -> Void
    ) throws {
        for row in 0..<columns.rows {
            guard let kind = CandleRevision.Kind(rawValue: columns.byte(0, row)) else {
                throw FormatError("row \(row) of a revision is of kind \(columns.byte(0, row))")
            }
            try body(
                CandleRevision(
                    kind: kind, candle: candle(columns, row, first: 1),
                    previous: candle(columns, row, first: 6)))
        }
    }

    /// Calls `body` with every candle that an event of the candle stream sets.
    public static func forEachCandle(
        _ event: borrowing EventView, _ body: (Candle) -> Void
    ) throws {
        if event.currentType == .candlesRecorded {
            forEachRecorded(try event.columns(.candles), body)
        } else {
            try forEachRevision(try event.columns(.candleRevisions)) { body($0.candle) }
        }
    }

    /// The stamps of a `candles.revised` event; none of any other.
    public static func revisedStamps(_ event: borrowing EventView) throws -> [Int64] {
        guard event.currentType == .candlesRevised else { return [] }
        var stamps: [Int64] = []
        let columns = try event.columns(.candleRevisions)
        try forEachRevision(columns) { stamps.append($0.candle.time) }
        return stamps
    }

    @usableFromInline static func candle(
        _ columns: borrowing ColumnPayload, _ row: Int, first: Int
    ) -> Candle {
        Candle(
            time: columns.integer(0, row), open: columns.number(first, row),
            high: columns.number(first + 1, row), low: columns.number(first + 2, row),
            close: columns.number(first + 3, row), volume: columns.number(first + 4, row))
    }

    private static func word(_ candle: Candle, _ column: Int) -> UInt64 {
        switch column {
        case 0: UInt64(bitPattern: candle.time)
        case 1: candle.open.bitPattern
        case 2: candle.high.bitPattern
        case 3: candle.low.bitPattern
        case 4: candle.close.bitPattern
        default: candle.volume.bitPattern
        }
    }
}

/// Cuts rows into runs of one UTC day and at most 1,440 rows, with the day's midnight.
func byDay<Row>(
    _ rows: [Row], stamp: (Row) -> Int64
) -> [(day: Int64, rows: ArraySlice<Row>)] {
    var runs: [(day: Int64, rows: ArraySlice<Row>)] = []
    var start = 0
    while start < rows.count {
        let day = UTCDay(of: stamp(rows[start]))
        var end = start + 1
        while end < rows.count, end - start < ColumnPayload.maximumRows,
            UTCDay(of: stamp(rows[end])) == day
        {
            end += 1
        }
        runs.append((day.start, rows[start..<end]))
        start = end
    }
    return runs
}
