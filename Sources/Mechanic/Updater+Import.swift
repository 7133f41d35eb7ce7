internal import EventFormat
internal import EventStorage
public import Market
internal import Projections

extension Updater {
    /// Rows of a commit of a bulk import. A revised row takes 89 bytes, and its share of the frame,
    /// header and hashes of its event.
    var rowsPerCommit: Int { max(1, maximumCommitBytes / 96) }

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
        var report = UpdateReport()
        report.rows.rejected = rejected
        let sorted = candles.sortedByTime()
        var start = 0
        repeat {
            var end = min(start + rowsPerCommit, sorted.count)
            // The rows of one stamp stay together: only so a repetition of them is seen.
            while end > 0, end < sorted.count, sorted.time[end] == sorted.time[end - 1] { end += 1 }
            let rows = start == 0 && end == sorted.count ? sorted : sorted.slice(start..<end)
            let (delta, receipt) = try commit(at: now) { commit, warm in
                let delta = try compare(rows, rejected: 0, at: now, commit.view, &warm)
                _ = try record(delta, &commit, &warm)
                return delta
            }
            report.add(delta)
            report.newEvents += receipt.newEvents
            report.position = receipt.head.position
            start = end
        } while start < sorted.count
        report.newest = warm?.state.window.newest
        return report
    }

    /// Compares rows with the window and, before it, with the log.
    func compare(
        _ candles: CandleColumns, rejected: Int, at now: Int64, _ view: borrowing StoreView,
        _ warm: inout Warm
    ) throws -> CandleDelta {
        defer { warm.archive.clear() }
        if let first = candles.time.first, let last = candles.time.last {
            try warm.state.load(from: first, through: last, view)
        }
        let window = warm.state.window
        return try CandleDelta(
            candles, rejected: rejected, closedBy: now / 1_000, timeframe: market.timeframe,
            newest: window.newest,
            existing: { stamp in
                if window.reaches(stamp) { return window.candles[stamp] }
                return try warm.archive.candle(at: stamp, view, market: market)
            },
            values: { try warm.archive.values(at: $0, view, market: market) })
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
        let events = CandleEvents.recorded(delta.recorded) + CandleEvents.revised(delta.revisions)
        for event in events {
            last = try record(event, to: .candles(market), &commit, &warm)
        }
        return last
    }
}
