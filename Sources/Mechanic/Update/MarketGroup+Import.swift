internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

extension MarketGroup {
    /// Records candles of markets in one commit, or in as few as 32 MiB allow; labels nothing.
    ///
    /// - Parameters:
    ///   - requests: one for each market; configurations do not matter.
    ///   - now: the clock, microseconds UTC: a candle that has not closed by then is left out.
    /// - Returns: what became of the rows, in the order of the requests. A batch sent again adds
    ///   nothing.
    /// - Complexity: O(rows log rows).
    public func importCandles(_ requests: [Request], at now: Int64) throws -> [UpdateReport] {
        let jobs = requests.map { MarketJob(updater($0.market), $0.request) }
        try warmUp(jobs.map(\.updater))
        return try Self.importCandles(jobs, in: store, at: now)
    }

    /// Rows that one commit takes of one market, by their place among the market's.
    private typealias Piece = (job: Int, rows: Range<Int>)

    static func importCandles(
        _ jobs: [MarketJob], in store: EventStore, at now: Int64
    ) throws -> [UpdateReport] {
        var reports = jobs.map { job in
            var report = UpdateReport()
            report.rows.rejected = job.request.rejected
            return report
        }
        for pieces in commits(jobs) {
            let updaters = pieces.map { jobs[$0.job].updater }
            let (deltas, receipt) = try Updater.commit(updaters, in: store, at: now) { commit in
                var deltas: [(delta: CandleDelta, events: Int)] = []
                for piece in pieces {
                    let job = jobs[piece.job]
                    let isAll = piece.rows == 0..<job.sorted.count
                    try job.updater.withWarm { warm in
                        let delta = try job.updater.compare(
                            isAll ? job.sorted : job.sorted.slice(piece.rows), rejected: 0,
                            at: now, commit.view, &warm)
                        _ = try job.updater.record(delta, &commit, &warm)
                        deltas.append((delta, warm.newEvents))
                    }
                }
                return deltas
            }
            for (piece, (delta, events)) in zip(pieces, deltas) {
                reports[piece.job].add(delta)
                reports[piece.job].newEvents += events
                reports[piece.job].position = receipt.head.position
                reports[piece.job].newest = jobs[piece.job].updater.warm?.state.window.newest
            }
        }
        return reports
    }

    /// Cuts the rows into commits of at most 32 MiB; a market is in a commit once.
    private static func commits(_ jobs: [MarketJob]) -> [[Piece]] {
        var commits: [[Piece]] = []
        var rows = Int.max
        for (index, job) in jobs.enumerated() {
            // A revised row takes 89 bytes, and its share of the frame, header and hashes of its
            // event.
            let limit = max(1, job.updater.maximumCommitBytes / 96)
            let time = job.sorted.time
            var start = 0
            repeat {
                var end = min(start + limit, time.count)
                // The rows of one stamp stay together: only so a repetition of them is seen.
                while end > 0, end < time.count, time[end] == time[end - 1] { end += 1 }
                if start > 0 || rows > limit - (end - start) {
                    commits.append([])
                    rows = 0
                }
                commits[commits.count - 1].append((index, start..<end))
                rows += end - start
                start = end
            } while start < time.count
        }
        return commits
    }
}
