internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

extension Updater {
    /// An update too long for one commit: the candles are imported, then labelled from the log in
    /// commits of at most 32 MiB, each complete to a market minute.
    func catchUp(
        _ candles: CandleColumns, _ request: UpdateRequest, at now: Int64
    ) throws -> UpdateReport {
        var report = UpdateReport()
        if !candles.isEmpty { report = try importCandles(candles, at: now) }
        report.rows.rejected = request.rejected
        var arrival = Arrival(report)
        while true {
            let (step, receipt) = try commit(at: now) { commit, warm in
                guard warm.state.window.newest != nil else { return Step() }
                try warm.state.load(commit.view)
                try activate(request, &commit, &warm)
                let history = try history(commit, warm)
                guard let target = target(history, warm) else { return Step() }
                let outcomes = try LabelWork.run(
                    labelWorks(history, through: target, nil, commit.view, &warm),
                    threads: threads)
                let recorded = try record(
                    outcomes, history, through: target, arrival: arrival, &commit, &warm)
                return Step(recorded: recorded, isLast: target == warm.state.window.newest)
            }
            // Told once, by the first commit.
            arrival = Arrival()
            report.add(step.recorded.labellings)
            report.drift += step.recorded.drift
            report.newEvents += receipt.newEvents
            report.position = receipt.head.position
            if step.isLast { break }
        }
        report.newest = warm?.state.window.newest
        return report
    }

    /// What one commit of a catch-up did.
    private struct Step: Sendable {
        var recorded = Recorded()
        var isLast = true
    }

    /// The candles that the labellings still need, from the log.
    private func history(
        _ commit: borrowing Commit, _ warm: borrowing Warm
    ) throws -> DayGrid<Candle> {
        var first = warm.state.window.cutoff ?? .min
        for labelling in warm.state.activeLabellings {
            let needed =
                labelling.through.map { $0 - labelling.configuration.timeoutMilliseconds }
                ?? labelling.startsAt
            first = min(first, needed)
        }
        let day = UTCDay(of: max(first, Self.farPast)).number
        return try History.candles(commit.view, market: market, days: day...Int32.max)
    }

    /// The stamp that this commit is complete to: as many candles as 32 MiB of labels allow.
    private func target(_ history: DayGrid<Candle>, _ warm: borrowing Warm) -> Int64? {
        guard let newest = warm.state.window.newest else { return nil }
        // A labelling that is not active stays where it is: it must not hold up the others.
        let labellings = warm.state.activeLabellings
        let limit = max(
            1, maximumCommitBytes / 2 / Self.bytesPerLabel / max(1, labellings.count))
        let from = labellings.map { $0.through.map { $0 + 1 } ?? $0.startsAt }.min() ?? newest
        var count = 0
        var target = newest
        history.forEach(from: from) { candle in
            count += 1
            if count == limit { target = candle.time }
        }
        return target
    }
}
