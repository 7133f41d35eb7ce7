internal import EventStorage
internal import Market
internal import Projections

/// Candles read from the log when a row is compared with them: those of days before the window,
/// and former values.
struct CandleArchive {
    private var days: [Int32: DayGrid<Candle>] = [:]
    /// All values of one day; rows come in ascending order, so that more are not needed.
    private var values: [Int64: [Candle]] = [:]
    private var valuesDay: Int32?

    /// The candle now recorded at a stamp before the window.
    ///
    /// - Complexity: O(events of the day) the first time.
    mutating func candle(
        at stamp: Int64, _ view: borrowing StoreView, market: MarketID
    ) throws -> Candle? {
        let day = UTCDay(of: stamp).number
        if days[day] == nil {
            days[day] = try History.candles(view, market: market, days: day...day)
        }
        return days[day]![stamp]
    }

    /// All values ever recorded at a stamp, the newest last.
    ///
    /// - Complexity: O(events of the day) the first time.
    mutating func values(
        at stamp: Int64, _ view: borrowing StoreView, market: MarketID
    ) throws -> [Candle] {
        let day = UTCDay(of: stamp).number
        if valuesDay != day {
            values = try History.candleValues(view, market: market, day: day)
            valuesDay = day
        }
        return values[stamp] ?? []
    }

    /// Forgets everything: candles were added, or a batch is done.
    mutating func clear() {
        days.removeAll()
        values.removeAll()
        valuesDay = nil
    }
}
