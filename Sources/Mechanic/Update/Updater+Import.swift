internal import EventFormat
internal import EventStorage
public import Market
internal import Projections

extension Updater {
    /// Records candles; labels nothing.
    ///
    /// - Parameters:
    ///   - candles: well-formed rows in file order.
    ///   - rejected: rows that were no candles, to be counted.
    ///   - now: the clock, microseconds UTC: a candle that has not closed by then is left out.
    /// - Returns: what became of each row. A batch sent again adds nothing.
    /// - Complexity: O(rows log rows), one commit for every 32 MiB.
    public func importCandles(
        _ candles: CandleColumns, rejected: Int = 0, at now: Int64
    ) throws -> UpdateReport {
        var request = UpdateRequest(candles: candles)
        request.rejected = rejected
        return try MarketGroup.importCandles([MarketJob(self, request)], in: store, at: now)[0]
    }

    /// Compares rows with the window and, before it, with the log.
    func compare(
        _ candles: CandleColumns, rejected: Int, at now: Int64, _ view: borrowing StoreView,
        _ warm: inout Warm
    ) throws -> CandleDelta {
        // Day by day: an old row among new ones does not need what lies between.
        var index = 0
        while index < candles.count {
            let start = UTCDay(of: candles.time[index]).start
            let end = start + UTCDay.milliseconds
            try warm.state.load(from: start, through: end - 1, view)
            index = candles.firstIndex(atOrAfter: end)
        }
        return try CandleDelta(
            candles, rejected: rejected, at: now, market: market, view,
            window: warm.state.window, archive: &warm.archive)
    }

    /// Adds the events of a delta.
    ///
    /// - Returns: the id of the last one; none if nothing changed.
    func record(
        _ delta: CandleDelta, _ commit: inout Commit, _ warm: inout Warm
    ) throws -> EventID {
        var last = EventID.none
        if let newest = delta.recorded.last?.time, let cutoff = warm.state.window.cutoff {
            // The days in which the window's edge comes to lie lose some of their rows.
            let edge = newest - RollingWindow.length
            try warm.state.load(from: cutoff, through: edge, commit.view)
        }
        if !delta.revisions.isEmpty { warm.drift.noteRevision() }
        let events = CandleEvents.recorded(delta.recorded) + CandleEvents.revised(delta.revisions)
        for event in events {
            last = try record(event, to: .candles(market), &commit, &warm)
        }
        return last
    }
}
