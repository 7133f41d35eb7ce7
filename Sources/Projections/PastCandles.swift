public import EventFormat
public import EventStorage
public import Market

/// All candles of a market as they were known at a position, and which of them were revised when.
public struct PastCandles: Sendable {
    /// A minute that changed or came late.
    public struct Revision: Equatable, Sendable {
        /// The version of its event in the stream of candles.
        public let version: UInt64
        /// The candle's stamp, milliseconds UTC.
        public let stamp: Int64
    }

    /// The candles, ascending.
    public let columns: CandleColumns
    /// Every revision, in the order of the log.
    public let revisions: [Revision]

    /// Reads the candles.
    ///
    /// - Parameter last: later events are passed over.
    /// - Complexity: O(events and rows of the candle stream).
    public init(
        _ view: borrowing StoreView, market: MarketID, through last: GlobalPosition
    ) throws {
        var columns = CandleColumns()
        // Rows that do not follow the ones before them: the newest value of a stamp counts.
        var replaced: [Int64: Candle] = [:]
        var revisions: [Revision] = []
        try History.forEachEvent(
            view, of: .candles(market), days: Int32.min...Int32.max, through: last
        ) { event in
            let version = event.streamVersion.number
            switch event.currentType {
            case .candlesRecorded:
                let rows = try event.columns(.candles)
                try checkStamps(rows, on: market.timeframe)
                CandleEvents.forEachRecorded(rows) { candle in
                    if candle.time > columns.time.last ?? .min {
                        columns.append(candle)
                    } else {
                        replaced[candle.time] = candle
                    }
                }
            case .candlesRevised:
                let rows = try event.columns(.candleRevisions)
                try checkStamps(rows, on: market.timeframe)
                try CandleEvents.forEachRevision(rows) { revision in
                    replaced[revision.candle.time] = revision.candle
                    revisions.append(Revision(version: version, stamp: revision.candle.time))
                }
            default: throw FormatError("type \(event.typeNumber) is no candles")
            }
        }
        self.columns = Self.merged(columns, replaced.values.sorted { $0.time < $1.time })
        self.revisions = revisions
    }

    /// Both, ascending; of two with the same stamp the second one's.
    private static func merged(
        _ columns: CandleColumns, _ replaced: [Candle]
    ) -> CandleColumns {
        guard !replaced.isEmpty else { return columns }
        var merged = CandleColumns()
        merged.reserveCapacity(columns.count + replaced.count)
        var next = 0
        for row in 0..<columns.count {
            while next < replaced.count, replaced[next].time < columns.time[row] {
                merged.append(replaced[next])
                next += 1
            }
            if next < replaced.count, replaced[next].time == columns.time[row] {
                merged.append(replaced[next])
                next += 1
            } else {
                merged.append(columns[row])
            }
        }
        for candle in replaced[next...] { merged.append(candle) }
        return merged
    }
}

extension DayGrid<Candle> {
    /// A grid of candles.
    ///
    /// - Complexity: O(count).
    public init(_ columns: CandleColumns, timeframe: Timeframe) {
        self.init(timeframe: timeframe)
        for row in 0..<columns.count { set(columns[row]) }
    }
}
