internal import EventFormat
public import EventStorage
public import Market
internal import Projections
internal import SystemIO

/// Many markets that are imported and updated together: what changes becomes visible in one commit.
///
/// Every market's events are those that it would have alone, and come in the order of the requests;
/// the number of threads changes nothing but the time. Not thread-safe: one group works on one
/// thread and starts others itself.
public final class MarketGroup {
    /// The store.
    public let store: EventStore
    /// How many threads load and label.
    public let threads: Int
    private var updaters: [MarketID: Updater] = [:]

    /// What one market is asked to do.
    public typealias Request = (market: MarketID, request: UpdateRequest)

    /// A group; nothing is read yet.
    ///
    /// - Precondition: `threads` is positive.
    public init(store: EventStore, threads: Int = 1) {
        precondition(threads > 0, "somebody must do the work")
        self.store = store
        self.threads = threads
    }

    /// The updater of a market, warm after its first update.
    public func updater(_ market: MarketID) -> Updater {
        if let known = updaters[market] { return known }
        let updater = Updater(store: store, market: market)
        updater.threads = threads
        updaters[market] = updater
        return updater
    }

    /// Updates markets in one commit, or in as few as 32 MiB allow; see ``Updater/update(_:at:)``.
    ///
    /// Markets that must catch up come last, each with commits of its own.
    ///
    /// - Parameters:
    ///   - requests: one for each market, in the order in which their events shall come.
    ///   - now: the clock, microseconds UTC.
    /// - Returns: the reports, in the order of the requests.
    /// - Complexity: O(new candles × log open trades) beside the commit; a market that is not warm
    ///   is loaded first.
    public func update(_ requests: [Request], at now: Int64) throws -> [UpdateReport] {
        let jobs = requests.map { MarketJob(updater($0.market), $0.request) }
        try warmUp(jobs.map(\.updater))
        share(jobs)
        return try Self.update(jobs, in: store, at: now, threads: threads)
    }

    /// Computes the hashes of configurations once: most markets ask for the same ones.
    private func share(_ jobs: [MarketJob]) {
        guard let first = jobs.first else { return }
        let known = first.updater.identified(first.request.configurations)
        for job in jobs where job.request.configurations == first.request.configurations {
            job.updater.known = known
        }
    }

    /// Loads the markets that are not warm, or were written by others since, on several threads:
    /// updates do so themselves.
    public func prepare(_ markets: [MarketID]) throws { try warmUp(markets.map(updater)) }

    func warmUp(_ updaters: [Updater]) throws {
        let cold = try store.read { view in
            try updaters.filter { try $0.warm?.isCurrent(view, $0.market) != true }
        }
        let markets = cold.map { ($0.market, $0.snapshotInterval) }
        let store = store
        let loaded = try Parallel.map(cold.count, threads: threads) { index in
            try store.read {
                try Warm($0, market: markets[index].0, snapshotInterval: markets[index].1)
            }
        }
        for (updater, warm) in zip(cold, loaded) { updater.warm = warm }
    }

    static func update(
        _ jobs: [MarketJob], in store: EventStore, at now: Int64, threads: Int
    ) throws -> [UpdateReport] {
        precondition(
            Set(jobs.map(\.updater.market)).count == jobs.count, "a market has one request")
        var reports: [UpdateReport?] = Array(repeating: nil, count: jobs.count)
        var pending = Array(jobs.indices)
        var catchUps: [Int] = []
        while !pending.isEmpty {
            let (step, receipt) = try Updater.commit(
                pending.map { jobs[$0].updater }, in: store, at: now
            ) { commit in
                try update(jobs, pending, at: now, threads: threads, &commit)
            }
            for (index, var report) in step.reports {
                report.position = receipt.head.position
                reports[index] = report
            }
            catchUps += step.catchUps
            pending = step.left
        }
        for index in catchUps {
            reports[index] = try jobs[index].updater.catchUp(
                jobs[index].sorted, jobs[index].request, at: now)
        }
        return reports.compactMap { $0 }
    }

    /// What one commit did, and what it left to others.
    private struct Step: Sendable {
        var reports: [(index: Int, report: UpdateReport)] = []
        var catchUps: [Int] = []
        var left: [Int] = []
    }

    /// Updates as many markets as one commit takes.
    private static func update(
        _ jobs: [MarketJob], _ pending: [Int], at now: Int64, threads: Int,
        _ commit: inout Commit
    ) throws -> Step {
        var step = Step()
        var taken: [Int] = []
        var bytes = 0
        for index in pending {
            // Asked inside the commit: another process may have written a moment ago.
            let planned = try jobs[index].updater.withWarm {
                try jobs[index].updater.plannedBytes(
                    jobs[index].sorted, jobs[index].request, at: now, commit, $0)
            }
            guard let planned else {
                step.catchUps.append(index)
                continue
            }
            guard taken.isEmpty || bytes + planned <= jobs[index].updater.maximumCommitBytes / 2
            else {
                step.left.append(index)
                continue
            }
            bytes += planned
            taken.append(index)
        }
        var arrived: [(delta: CandleDelta, cause: EventID, works: Int)] = []
        var works: [LabelWork] = []
        for index in taken {
            let part = try jobs[index].updater.withWarm {
                try jobs[index].updater.arrive(jobs[index], at: now, &commit, &$0)
            }
            arrived.append((part.delta, part.cause, part.works.count))
            works += part.works
        }
        // The works hold the rows that are changed next: only if they are gone nothing is copied.
        var outcomes = try LabelWork.run(consume works, threads: threads)[...]
        for (index, part) in zip(taken, arrived) {
            let own = Array(outcomes.prefix(part.works))
            outcomes = outcomes.dropFirst(part.works)
            let report = try jobs[index].updater.withWarm {
                try jobs[index].updater.complete(
                    part.delta, cause: part.cause, own, &commit, &$0)
            }
            step.reports.append((index, report))
        }
        return step
    }
}
