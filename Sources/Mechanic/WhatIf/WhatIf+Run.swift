internal import Digest
internal import DriftStatistics
public import EventFormat
public import EventStorage
internal import Labeling
public import Market
public import Projections
internal import SystemIO

extension WhatIf {
    /// Runs a market's history under some configurations.
    ///
    /// - Parameters:
    ///   - state: the market as it was known at `position`; its rows are not looked at.
    ///   - labelling: what is compared with. Candles after its newest labelled one do not count, so that
    ///     what is imported and not yet labelled is missing on neither side.
    ///   - recorded: the configuration that decides about it.
    ///   - configurations: those to run; the recorded one may be among them.
    ///   - progress: called on this thread.
    /// - Throws: ``OperationError`` where the labelling has no labelled candle.
    /// - Complexity: O(events of the market), then for every configuration that of ``BatchLabeler`` and
    ///   O(labels); for drift O(candles of both periods) for each check of every different schedule, and
    ///   a sum over the labels of both periods for each check of every configuration. Memory O(candles)
    ///   for every thread.
    public static func run(
        _ view: borrowing StoreView, _ state: MarketState, _ labelling: LabelState,
        recorded: IdentifiedConfiguration, _ configurations: [IdentifiedConfiguration],
        _ question: Question = Question(), at position: GlobalPosition,
        progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws -> WhatIf {
        guard let through = labelling.through else {
            throw OperationError(
                "\(state.market) is not labelled yet under \(recorded.hash.hex.prefix(16)) as of "
                    + "position \(position); `mechanic-replay update` labels it")
        }
        let keys = configurations.map { CheckPlan.Key($0.configuration.drift) }
        var history = try WhatIfHistory(
            view, state.market, labelling, through: through, question, schedules: keys,
            at: position)
        try history.noteStale(recorded.configuration, threads: question.threads)
        let run = Run(history: history, recorded: recorded, question: question)
        let record = Record(
            configuration: recorded,
            labelledFrom: labelling.startsAt == LabelState.fromTheBeginning
                ? nil : labelling.startsAt,
            labels: history.summary(history.labels, from: labelling.startsAt),
            staleLabels: history.stale.count, drift: history.drift?.summary(history.ends),
            restatedChecks: history.drift?.checks.count {
                $0.isRestated && history.ends.contains($0.value.end)
            } ?? 0,
            otherChecks: history.drift?.checks.count {
                $0.value.configurationHash != recorded.hash
            } ?? 0)
        return WhatIf(
            market: state.market, position: position, through: through,
            candles: history.columns.count, entries: history.entries, record: record,
            rows: try run.rows(configurations, keys, progress))
    }
}

/// A history under many configurations: those with the same schedule share their prices, those with
/// the same labels share these.
private struct Run: Sendable {
    let history: WhatIfHistory
    let recorded: IdentifiedConfiguration
    let question: WhatIf.Question

    /// Pieces of work between two calls for progress.
    private var wave: Int { question.threads * 4 }

    func rows(
        _ configurations: [IdentifiedConfiguration], _ keys: [CheckPlan.Key],
        _ progress: (Int, Int) -> Void
    ) throws -> [WhatIf.Row] {
        var rows = [WhatIf.Row?](repeating: nil, count: configurations.count)
        var done = 0
        for (plan, group) in try groups(configurations, keys) {
            let members = group.map { configurations[$0] }
            let checks = try plan.map { try self.checks($0, of: members) }
            let shared = Self.groups(of: members.map(\.labelsHash))
            for first in stride(from: 0, to: shared.count, by: wave) {
                let part = Array(shared[first..<min(first + wave, shared.count)])
                let found = try Parallel.map(part.count, threads: question.threads) { index in
                    try self.rows(part[index].map { members[$0] }, checks)
                }
                for (indices, results) in zip(part, found) {
                    for (index, row) in zip(indices, results) { rows[group[index]] = row }
                    done += indices.count
                }
                progress(done, configurations.count)
            }
        }
        return rows.compactMap(\.self)
    }

    /// The configurations by when they check and what they compare; all of them where nobody asks.
    private func groups(
        _ configurations: [IdentifiedConfiguration], _ keys: [CheckPlan.Key]
    ) throws -> [(plan: CheckPlan?, group: [Int])] {
        guard let record = history.drift else { return [(nil, Array(configurations.indices))] }
        let candles = history.candles
        let ends = history.ends.upperBound
        // Where a baseline stays, labels decide which one: each configuration has a plan of its own.
        let shared = Self.groups(of: keys).flatMap { (group: [Int]) -> [[Int]] in
            keys[group[0]].baseline == .rolling ? [group] : group.map { [$0] }
        }
        let plans = try Parallel.map(shared.count, threads: question.threads) { index in
            let configuration = configurations[shared[index][0]].configuration
            let labels =
                configuration.drift.baseline == .fixed
                ? history.series(history.labels(configuration)) : nil
            return CheckPlan(
                configuration.drift, record, candles, labels, through: ends)
        }
        var groups: [(plan: CheckPlan?, group: [Int])] = []
        for (plan, members) in zip(plans, shared) {
            if let index = groups.firstIndex(where: { $0.plan == plan }) {
                groups[index].group += members
            } else {
                groups.append((plan, members))
            }
        }
        return groups
    }

    /// The indices of equal values, in the order of the first of each.
    private static func groups<Value: Hashable>(of values: [Value]) -> [[Int]] {
        var places: [Value: Int] = [:]
        var groups: [[Int]] = []
        for (index, value) in values.enumerated() {
            if let place = places[value] {
                groups[place].append(index)
            } else {
                places[value] = groups.count
                groups.append([index])
            }
        }
        return groups
    }

    /// When some configurations of one schedule check, and how prices compare there.
    private struct Checks: Sendable {
        let plan: CheckPlan
        let prices: [PriceComparison]
    }

    private func checks(
        _ plan: CheckPlan, of members: [IdentifiedConfiguration]
    ) throws -> Checks {
        let minimum = members.map(\.configuration.drift.minimumRows).min() ?? 1
        let chunks = PriceBoard.chunks(of: plan, threads: question.threads)
        let prices = try Parallel.map(chunks.count, threads: question.threads) { index in
            PriceBoard.comparisons(
                plan.steps[chunks[index]], history.candles, minimumRows: minimum)
        }
        return Checks(plan: plan, prices: prices.flatMap(\.self))
    }

    /// The rows of configurations with the same labels.
    private func rows(
        _ members: [IdentifiedConfiguration], _ checks: Checks?
    ) throws -> [WhatIf.Row] {
        guard let first = members.first else { return [] }
        let labels = history.labels(first.configuration)
        let summary = history.summary(labels)
        let difference = LabelDifference(
            labels.entries(in: history.entries), from: history.labels.entries(in: history.entries),
            stale: history.stale, lists: question.listsLabels)
        let series = checks.map { _ in history.series(labels) }
        return try members.map { configuration in
            let fold = try fold(configuration, checks, series)
            return WhatIf.Row(
                configuration: configuration,
                changes: WhatIf.Row.Change.all(
                    configuration.configuration, from: recorded.configuration),
                labels: summary, difference: difference, drift: fold?.summary,
                driftDifference: fold?.difference)
        }
    }

    private func fold(
        _ configuration: IdentifiedConfiguration, _ checks: Checks?, _ labels: LabelSeries?
    ) throws -> DriftFold? {
        guard let record = history.drift, let checks, let labels else { return nil }
        var fold = DriftFold(
            configuration, history.market, record, ends: history.ends, lists: question.listsChecks)
        let hold = max(
            configuration.configuration.drift.holdChecks, recorded.configuration.drift.holdChecks)
        try fold.run(checks.plan, checks.prices, labels, hold: hold)
        return fold
    }
}
