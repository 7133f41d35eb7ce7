import Digest
import DriftStatistics
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// History under other configurations: the recorded one changes nothing, another one gives what a store
/// updated under it records.
struct WhatIfTests {
    /// Runs a history as of a position, compared with one of its labellings.
    private func ask(
        _ bench: Bench, _ configurations: [LabelingConfiguration],
        labelling: Hash256? = nil, at position: GlobalPosition? = nil,
        _ change: (inout WhatIf.Question) -> Void = { _ in }
    ) throws -> WhatIf? {
        var question = WhatIf.Question()
        question.listsLabels = true
        question.listsChecks = true
        change(&question)
        let market = bench.market
        return try bench.store.read { view in
            let position = try position ?? view.head().position
            let state = try MarketState.outline(view, market: market, through: position)
            let hash = try labelling ?? #require(state.configuration.newest?.labelsHash)
            guard let index = state.labelling(hash), state.labellings[index].through != nil else {
                return nil
            }
            let deciding = DriftSchedule.deciding(state).first { $0.labelsHash == hash }
            let recorded =
                deciding ?? IdentifiedConfiguration(state.labellings[index].configuration)
            return try WhatIf.run(
                view, state, state.labellings[index], recorded: recorded,
                (configurations.isEmpty ? [recorded.configuration] : configurations)
                    .map(IdentifiedConfiguration.init), question, at: position)
        }
    }

    /// Nothing differs but what was revised since, which is counted apart.
    private func expectNoDifference(_ answer: WhatIf, _ comment: Comment) {
        let row = answer.rows[0]
        #expect(row.changes.isEmpty, comment)
        #expect(row.difference.isEmpty && row.difference.changes.isEmpty, comment)
        #expect(row.driftDifference?.severities == 0, comment)
        #expect(row.driftDifference?.decisions == 0, comment)
        #expect(row.driftDifference?.changes == [], comment)
        let compared = answer.record.drift?.checks ?? 0
        if row.driftDifference?.hasOwnSchedule == false {
            #expect((row.driftDifference?.compared ?? 0) <= compared, comment)
        }
        #expect(row.labels == answer.record.labels, comment)
        if row.driftDifference?.hasOwnSchedule == false {
            #expect(row.drift?.checks == answer.record.drift?.checks, comment)
        }
        guard answer.record.restatedChecks == 0 else { return }
        #expect(row.drift == answer.record.drift, comment)
    }

    @Test(arguments: UInt64(1)...20)
    func theRecordedConfigurationChangesNothing(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let bench = try Bench(history.market, [history.configuration])
        var ends: [GlobalPosition] = []
        for poll in history.polls() {
            try bench.update(poll.rows, now: poll.now)
            ends.append(try bench.store.head().position)
        }
        for position in ends.shuffled(using: &history.random).prefix(4) + ends.suffix(1) {
            let comment: Comment = "seed \(seed) as of \(position)"
            let answer = try #require(try ask(bench, [], at: position))
            #expect(answer.record.staleLabels == 0, comment)
            #expect(answer.record.restatedChecks == 0, comment)
            #expect(
                answer.rows[0].driftDifference?.compared == answer.record.drift?.checks, comment)
            expectNoDifference(answer, comment)
        }
    }

    /// With revisions and late rows a check is counted apart exactly where what it rests on says so.
    @Test(arguments: UInt64(100)...120)
    func whatWasRevisedSinceIsCountedApart(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let bench = try Bench(history.market, [history.configuration])
        var ends: [GlobalPosition] = []
        for poll in history.troubledPolls() {
            try bench.update(poll.rows, now: poll.now)
            ends.append(try bench.store.head().position)
        }
        for position in ends.shuffled(using: &history.random).prefix(4) {
            expectNoDifference(
                try #require(try ask(bench, [], at: position)), "seed \(seed) as of \(position)")
        }
        let answer = try #require(try ask(bench, []))
        expectNoDifference(answer, "seed \(seed)")
        #expect(answer.record.restatedChecks == (try revisedChecks(bench)), "seed \(seed)")
        let span = history.truth[history.truth.count - 1].time - history.truth[0].time
        if span < RollingWindow.length { #expect(answer.record.staleLabels == 0, "seed \(seed)") }
    }

    /// The checks that ``InputBasis/revisions(_:)`` finds revised, themselves or their baselines.
    private func revisedChecks(_ bench: Bench) throws -> Int {
        let hash = IdentifiedConfiguration(bench.configurations[0]).labelsHash
        let market = bench.market
        return try bench.store.read { view in
            let checks = try DriftLog.checks(
                view, market: market, labels: hash, through: try view.head().position)
            return try checks.count { check in
                if try !check.value.current.revisions(view).isEmpty { return true }
                guard check.value.baseline > 0 else { return false }
                let baseline = try DriftLog.baseline(
                    view, market: market, labels: hash, version: check.value.baseline)
                return try !baseline.value.basis.revisions(view).isEmpty
            }
        }
    }

    /// Configurations that come and go, imports that leave labels behind, jumps and restarts.
    @Test(arguments: UInt64(1)...15)
    func wildHistoriesToo(_ seed: UInt64) throws {
        let history = WildHistory(seed: seed)
        let exact = try ExactBench(history.market, "seed \(seed)")
        var ends: [GlobalPosition] = []
        for step in history.steps {
            switch step {
            case .update(let rows, let now, let activating):
                try exact.update(rows, now: now, activating: activating)
            case .importing(let rows, let now): try exact.importCandles(rows, now: now)
            case .deactivate(let configuration): try exact.deactivate(configuration)
            case .restart(let reopens):
                if reopens { try exact.bench.reopen() } else { exact.bench.startUpdater() }
            }
            ends.append(try exact.bench.store.head().position)
        }
        var random = SplitMix64(seed: seed)
        let labellings = try exact.bench.updater.state().labellings.map(\.hash)
        for position in ends.shuffled(using: &random).prefix(5) + ends.suffix(1) {
            for labelling in labellings {
                let answer = try ask(exact.bench, [], labelling: labelling, at: position)
                guard let answer else { continue }
                expectNoDifference(answer, "seed \(seed) as of \(position), \(labelling)")
            }
        }
    }

    /// A second store, updated under another configuration at the same moments, records what the first
    /// one is told: by the schedule of the record where that is the same, else by its own.
    @Test(arguments: UInt64(200)...220)
    func anotherConfigurationGivesWhatASecondStoreRecords(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        var other = history.configuration
        other.takeProfitBps = [15, 80, 300].randomElement(using: &history.random)!
        other.minPnlBps = 2
        other.drift.alpha = 0.3
        other.drift.labelShare = 0.02
        other.drift.holdChecks = history.random.pick(1...5)
        other.drift.baseline = history.random.chance(50) ? .fixed : .rolling
        if history.random.chance(50) {
            other.drift.checkHours = [1, 12, 48].randomElement(using: &history.random)!
            other.drift.currentDays = history.random.pick(1...20)
        }
        let bench = try Bench(history.market, [history.configuration])
        let second = try Bench(history.market, [other])
        for poll in history.polls() {
            try bench.update(poll.rows, now: poll.now)
            try second.update(poll.rows, now: poll.now)
        }
        let answer = try #require(try ask(bench, [other]))
        let recorded = try #require(try ask(second, [])).record
        #expect(answer.rows[0].labels == recorded.labels, "seed \(seed)")
        #expect(answer.rows[0].drift == recorded.drift, "seed \(seed)")
        let own = try #require(answer.rows[0].driftDifference).hasOwnSchedule
        let policy = history.configuration.drift
        #expect(
            own
                == (policy.checkHours != other.drift.checkHours
                    || policy.currentDays != other.drift.currentDays),
            "seed \(seed)")
        // And the other way round the same entries differ.
        let back = try #require(try ask(second, [history.configuration]))
        #expect(back.rows[0].difference.changed == answer.rows[0].difference.changed)
        #expect(back.rows[0].difference.metaLost == answer.rows[0].difference.metaGained)
        #expect(back.rows[0].difference.onlyHere == answer.rows[0].difference.onlyRecorded)
    }

    /// Two configurations of one labelling decide in turn: either gives what a store records that was
    /// updated under it throughout, whichever of the two it is compared with.
    @Test(arguments: UInt64(500)...512)
    func configurationsThatTookTurns(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        var other = history.configuration
        other.drift.alpha = 0.3
        other.drift.psi = 3
        other.drift.holdChecks = history.random.pick(1...5)
        if history.random.chance(60) {
            other.drift.checkHours = [1, 12, 48].randomElement(using: &history.random)!
        }
        if history.random.chance(30) {
            other.drift.baseline = other.drift.baseline == .fixed ? .rolling : .fixed
        }
        let both = [history.configuration, other]
        let mixed = try Bench(history.market, [history.configuration])
        let benches = try both.map { try Bench(history.market, [$0]) }
        let polls = history.polls()
        for (index, poll) in polls.enumerated() {
            let half = UpdateRequest(
                candles: CandleColumns(poll.rows),
                configurations: [both[index < polls.count / 2 ? 0 : 1]])
            _ = try mixed.updater.update(half, at: poll.now * 1_000)
            for bench in benches { try bench.update(poll.rows, now: poll.now) }
        }
        let answer = try #require(try ask(mixed, both))
        #expect(answer.record.configuration.configuration == other, "seed \(seed)")
        for (row, bench) in zip(answer.rows, benches) {
            let recorded = try #require(try ask(bench, [])).record
            #expect(row.labels == recorded.labels, "seed \(seed)")
            #expect(row.drift == recorded.drift, "seed \(seed)")
        }
        let checks = try mixed.store.read { view in
            try DriftLog.checks(
                view, market: history.market, labels: answer.record.configuration.labelsHash,
                through: try view.head().position)
        }
        let ofOthers = checks.count {
            $0.value.configurationHash != answer.record.configuration.hash
        }
        #expect(answer.record.otherChecks == ofOthers && ofOthers > 0, "seed \(seed)")
        guard other.drift.checkHours == history.configuration.drift.checkHours else { return }
        // At the moments of the record every check is compared, but for one that the turn made due.
        for row in answer.rows {
            let compared = row.driftDifference?.compared ?? 0
            #expect(compared >= checks.count - 1, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(300)...306)
    func threadsAndCompanyDoNotShow(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let bench = try Bench(history.market, [history.configuration])
        for poll in history.troubledPolls() { try bench.update(poll.rows, now: poll.now) }
        let head = try bench.store.head()
        let configurations = [10.0, 40, 90].flatMap { profit in
            [3, 9].map { days in
                var configuration = history.configuration
                configuration.takeProfitBps = profit
                configuration.drift.currentDays = days
                return configuration
            }
        }
        let together = try #require(try ask(bench, configurations))
        for threads in [2, 3, 8] {
            #expect(together == (try ask(bench, configurations) { $0.threads = threads }))
        }
        let single = try configurations.map { try #require(try ask(bench, [$0])).rows[0] }
        #expect(together.rows == single, "seed \(seed)")
        #expect(try bench.store.head() == head)
    }

    /// What lies in two halves of market time adds up to the whole.
    @Test(arguments: UInt64(400)...406)
    func rangesAddUp(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let bench = try Bench(history.market, [history.configuration])
        for poll in history.polls() { try bench.update(poll.rows, now: poll.now) }
        var other = history.configuration
        other.stopLossBps = 33
        let middle = history.truth[history.truth.count / 2].time
        let whole = try #require(try ask(bench, [other])).rows[0]
        let parts = try [Int64.min...middle - 1, middle...Int64.max].map { range in
            try #require(try ask(bench, [other]) { $0.entries = range }).rows[0]
        }
        func sum(_ value: (WhatIf.Row) -> Int?) -> Int {
            parts.reduce(0) { $0 + (value($1) ?? 0) }
        }
        #expect(sum(\.labels.closed) == whole.labels.closed, "seed \(seed)")
        #expect(sum(\.labels.open) == whole.labels.open, "seed \(seed)")
        #expect(sum(\.labels.meta) == whole.labels.meta, "seed \(seed)")
        #expect(sum(\.difference.changed) == whole.difference.changed, "seed \(seed)")
        #expect(sum(\.drift?.checks) == whole.drift?.checks, "seed \(seed)")
        #expect(sum(\.drift?.alerts) == whole.drift?.alerts, "seed \(seed)")
        #expect(sum(\.driftDifference?.severities) == whole.driftDifference?.severities)
        #expect(
            parts.flatMap(\.difference.changes) == whole.difference.changes, "seed \(seed)")
        let labelsOnly = try #require(
            try ask(bench, [other]) {
                $0.hasDrift = false
                $0.entries = middle...Int64.max
            })
        #expect(labelsOnly.rows[0].labels == parts[1].labels)
        #expect(labelsOnly.rows[0].difference == parts[1].difference)
        #expect(labelsOnly.rows[0].drift == nil && labelsOnly.record.drift == nil)
    }
}
