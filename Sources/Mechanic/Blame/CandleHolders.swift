internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// Which events hold the values of a market's minutes, and which held them before.
struct CandleHolders {
    /// A value of a minute.
    struct Value {
        let position: GlobalPosition
        let version: UInt64
        let candle: Candle
    }

    /// By stamp, in the order of the log.
    private var values: [Int64: [Value]] = [:]

    /// Reads what was recorded of some minutes up to a position.
    ///
    /// - Complexity: O(events of these days).
    init(
        _ view: borrowing StoreView, _ market: MarketID, _ stamps: ClosedRange<Int64>,
        through last: GlobalPosition
    ) throws {
        let days = UTCDay(of: stamps.lowerBound).number...UTCDay(of: stamps.upperBound).number
        var values = values
        try History.forEachEvent(view, of: .candles(market), days: days, through: last) { event in
            let (position, version) = (event.frame.position, event.streamVersion.number)
            try CandleEvents.forEachCandle(event) { candle in
                guard stamps.contains(candle.time) else { return }
                values[candle.time, default: []].append(
                    Value(position: position, version: version, candle: candle))
            }
        }
        self.values = values
    }

    /// The stamps of all minutes that ever had a value, ascending.
    var stamps: [Int64] { values.keys.sorted() }

    /// The value that counts as of a version of the stream; nil if there was none yet.
    func value(_ stamp: Int64, _ version: UInt64) -> Value? {
        values[stamp]?.last { $0.version <= version }
    }

    /// The values before that one.
    func before(_ stamp: Int64, _ version: UInt64) -> [Value] {
        (values[stamp]?.filter { $0.version <= version } ?? []).dropLast()
    }

    /// The values that came later.
    func after(_ stamp: Int64, _ version: UInt64) -> [Value] {
        values[stamp]?.filter { $0.version > version } ?? []
    }

    /// The candles as of a version, ascending.
    func series(_ version: UInt64) -> CandleSeries {
        var series = CandleSeries()
        series.merge(stamps.compactMap { value($0, version)?.candle })
        return series
    }
}
