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
        try MarketGroup.update([MarketJob(self, request)], in: store, at: now, threads: threads)[0]
    }

    /// The first part of an update: what comes in, and which labellings there are.
    func arrive(
        _ job: MarketJob, at now: Int64, _ commit: inout Commit, _ warm: inout Warm
    ) throws -> Arrived {
        let delta = try compare(
            job.sorted, rejected: job.request.rejected, at: now, commit.view, &warm)
        let cause = try record(delta, &commit, &warm)
        try activate(job.request, &commit, &warm)
        guard let newest = warm.state.window.newest else { return Arrived(delta: delta) }
        let works = try labelWorks(through: newest, delta, commit.view, &warm)
        return Arrived(delta: delta, cause: cause, works: works)
    }

    /// What the first part of an update leaves to be labelled.
    struct Arrived {
        let delta: CandleDelta
        var cause = EventID.none
        var works: [LabelWork] = []
    }

    /// The last part of an update: the labels that came out.
    func complete(
        _ delta: CandleDelta, cause: EventID, _ outcomes: [LabelWork.Outcome],
        _ commit: inout Commit, _ warm: inout Warm
    ) throws -> UpdateReport {
        var report = UpdateReport()
        report.add(delta)
        if let newest = warm.state.window.newest {
            let recorded = try record(
                outcomes, through: newest, arrival: Arrival(delta, cause: cause), &commit, &warm)
            report.labellings = recorded.labellings
            report.drift = recorded.drift
            report.newest = newest
        }
        report.newEvents = warm.newEvents
        return report
    }

    /// The bytes that an ordinary update may add; nil where it must be a catch-up: something that
    /// labels need lies outside the window once the rows are in it, or one commit cannot hold what
    /// comes out.
    func plannedBytes(
        _ candles: CandleColumns, _ request: UpdateRequest, at now: Int64,
        _ commit: borrowing Commit, _ warm: borrowing Warm
    ) throws -> Int? {
        let interval = market.timeframe.milliseconds
        // Rows that have not closed yet are left out, however far ahead they lie.
        let closed = candles.time[..<candles.firstIndex(atOrAfter: now / 1_000 - interval + 1)]
        let window = warm.state.window
        guard let newest = [window.newest, closed.last].compactMap({ $0 }).max() else {
            return 0
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
            else { return nil }
            pending += Int((newest - through) / interval)
        }
        let asked = identified(request.configurations) + warm.state.configuration.active
        let isOpening =
            warm.state.labellings.isEmpty
            || asked.contains { warm.state.labelling($0.labelsHash) == nil }
        if isOpening {
            let oldest = try History.oldestCandle(commit.view, market: market)
            let first = [oldest, closed.first].compactMap { $0 }.min()
            guard (first ?? newest) > cutoff else { return nil }
            pending += window.candles.count
        }
        let bytes = pending * active * Self.bytesPerLabel
        return bytes <= maximumCommitBytes / 2 ? bytes : nil
    }
}
