internal import EventStorage
internal import Market
internal import Projections

extension CandleDelta {
    /// Compares rows with the window and, before it, with the log that a view shows.
    ///
    /// - Parameters:
    ///   - candles: well-formed rows, ascending by stamp.
    ///   - now: the clock, microseconds UTC.
    ///   - archive: where days read from the log are kept meanwhile; empty afterwards.
    init(
        _ candles: CandleColumns, rejected: Int, at now: Int64, market: MarketID,
        _ view: borrowing StoreView, window: RollingWindow, archive: inout CandleArchive
    ) throws {
        defer { archive.clear() }
        try self.init(
            candles, rejected: rejected, closedBy: now / 1_000, timeframe: market.timeframe,
            newest: window.newest,
            existing: { stamp in
                if window.reaches(stamp) { return window.candles[stamp] }
                return try archive.candle(at: stamp, view, market: market)
            },
            values: { try archive.values(at: $0, view, market: market) })
    }
}
