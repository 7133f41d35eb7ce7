internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

extension Updater {
    /// Bytes that an update may add for each candle and labelling, all told.
    static let bytesPerLabel = 72

    /// One update: records candles, labels what can be labelled, and says so, in one commit.
    ///
    /// A catch-up (a bulk import, a first labelling of a long history) becomes a series of commits
    /// of at most 32 MiB, each complete to a market minute. An update that changes nothing adds
    /// nothing.
    ///
    /// - Parameter now: the clock, microseconds UTC.
    /// - Complexity: O(new candles × log open trades) beside the commit.
    public func update(_ request: UpdateRequest, at now: Int64) throws -> UpdateReport {
        let sorted = request.candles.sortedByTime()
        var report = UpdateReport()
        let (outcome, receipt) = try commit(at: now) { commit, warm -> Done? in
            // Asked inside the commit: another process may have written a moment ago.
            guard try isOrdinary(sorted, request, at: now, commit, warm) else { return nil }
            let delta = try compare(
                sorted, rejected: request.rejected, at: now, commit, &warm)
            let cause = try record(delta, &commit, &warm)
            try activate(request, &commit, &warm)
            guard let newest = warm.state.window.newest else {
                return Done(delta: delta, labellings: [])
            }
            let candles = warm.state.window.candles
            let labellings = try label(
                candles, through: newest, arrival: Arrival(delta, cause: cause), &commit, &warm)
            return Done(delta: delta, labellings: labellings)
        }
        guard let done = outcome else { return try catchUp(sorted, request, at: now) }
        report.add(done.delta)
        report.labellings = done.labellings
        report.newEvents = receipt.newEvents
        report.position = receipt.head.position
        report.newest = warm?.state.window.newest
        return report
    }

    /// What the commit of an ordinary update did.
    private struct Done: Sendable {
        let delta: CandleDelta
        let labellings: [UpdateCompletion.Labelling]
    }

    /// Whether everything that labels need lies inside the window once the rows are in it, and one
    /// commit can hold what comes out.
    private func isOrdinary(
        _ candles: CandleColumns, _ request: UpdateRequest, at now: Int64,
        _ commit: borrowing Commit, _ warm: borrowing Warm
    ) throws -> Bool {
        let interval = market.timeframe.milliseconds
        // Rows that have not closed yet are left out, however far ahead they lie.
        let closed = candles.time[..<candles.firstIndex(atOrAfter: now / 1_000 - interval + 1)]
        let window = warm.state.window
        guard let newest = [window.newest, closed.last].compactMap({ $0 }).max() else {
            return true
        }
        let cutoff = newest - RollingWindow.length
        let active = max(1, warm.state.configuration.active.count + request.configurations.count)
        var pending = closed.count
        // One that becomes active again with this update may lie far behind.
        let again = identified(request.configurations).compactMap {
            warm.state.labelling($0.labelsHash)
        }
        let labellings = again.map { warm.state.labellings[$0] } + warm.state.activeLabellings
        for labelling in labellings {
            guard let through = labelling.through,
                max(labelling.startsAt, through - labelling.configuration.timeoutMilliseconds)
                    > cutoff
            else { return false }
            pending += Int((newest - through) / interval)
        }
        let isOpening =
            warm.state.labellings.isEmpty
            || identified(request.configurations).contains {
                warm.state.labelling($0.labelsHash) == nil
            }
        if isOpening {
            let oldest = try History.oldestCandle(commit.view, market: market)
            let first = [oldest, closed.first].compactMap { $0 }.min()
            guard (first ?? newest) > cutoff else { return false }
            pending += window.candles.count
        }
        return pending * active * Self.bytesPerLabel <= maximumCommitBytes / 2
    }
}
