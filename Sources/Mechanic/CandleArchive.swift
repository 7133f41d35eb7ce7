internal import EventStorage
internal import Market
internal import Projections

/// Candles of days before the window, read when a row is compared with one of them.
struct CandleArchive {
    private var days: [Int32: DayGrid<Candle>] = [:]

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

    /// Forgets everything: candles were added, or a batch is done.
    mutating func clear() { days.removeAll() }
}
