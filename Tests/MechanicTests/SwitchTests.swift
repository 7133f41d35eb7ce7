import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Configurations switched off and on again, while candles come, come late and change.
struct SwitchTests {
    /// Histories shorter than the window, in random batches with revisions and late candles.
    @Test(arguments: UInt64(1)...60)
    func switchingBackFindsTheOldLabels(_ seed: UInt64) throws {
        let (history, polls) = Self.history(seed)
        var random = SplitMix64(seed: seed)
        // Labelled once at least: who is opened later starts later.
        let away = random.pick(1...polls.count)
        let back = random.pick(away...polls.count)
        let (one, other) = (history.configuration, LabelingConfiguration.days(5))
        let still = try Bench(history.market, [one])
        let bench = try Bench(history.market, [])
        _ = try bench.updater.activate(one, at: 0)
        for (index, poll) in polls.enumerated() {
            if index == away { try leave(one, for: other, in: bench, &random) }
            if index == back {
                try comeBack(to: one, in: bench, now: polls[index - 1].now, "seed \(seed)")
            }
            try still.update(poll.rows, now: poll.now)
            try bench.update(poll.rows, now: poll.now)
            if random.chance(10) { bench.startUpdater() }
        }
        let now = polls.last?.now ?? 0
        if away == polls.count { try leave(one, for: other, in: bench, &random) }
        if back == polls.count { try comeBack(to: one, in: bench, now: now, "seed \(seed)") }
        #expect(try bench.digest(of: one) == still.digest(of: one), "seed \(seed)")
        #expect(
            try bench.audit("seed \(seed)").labels[one.labelsHash]
                == still.audit("seed \(seed)").labels[one.labelsHash], "seed \(seed)")
        // The other one too goes on where it stopped.
        _ = try bench.updater.activate(other, at: now * 1_000)
        try bench.update([], now: now)
        let candles = try bench.audit("seed \(seed)").candles
        try bench.checkLabels(Array(candles.values), "seed \(seed)")
        try bench.check("seed \(seed)")
    }

    /// The first history from a seed on that has three batches at least within the window.
    private static func history(
        _ seed: UInt64
    ) -> (history: RandomHistory, polls: [RandomHistory.Poll]) {
        var seed = seed
        while true {
            var history = RandomHistory(seed: seed, candles: 30...85)
            let end = history.truth[0].time + RollingWindow.length
            let polls = history.troubledPolls().filter { $0.now < end }
            if polls.count >= 3 { return (history, polls) }
            seed += 1_000
        }
    }

    /// One is left for another: in one commit, or in two.
    private func leave(
        _ one: LabelingConfiguration, for other: LabelingConfiguration, in bench: Bench,
        _ random: inout SplitMix64
    ) throws {
        let commits = try bench.store.head().commit
        if random.chance(50) {
            #expect(try bench.updater.activate(other, only: true, at: 0).isNew)
            #expect(try bench.store.head().commit == commits + 1)
        } else {
            #expect(try bench.updater.activate(other, at: 0).isNew)
            #expect(try bench.updater.deactivate(one, at: 0).isNew)
            #expect(try bench.updater.deactivate(one, at: 0).isNew == false)
        }
        let state = try bench.updater.state()
        #expect(state.configuration.active.map(\.hash) == [other.hash])
    }

    /// Activates one again: the events of labels that this adds are exactly those that the literal
    /// rules ask for.
    private func comeBack(
        to one: LabelingConfiguration, in bench: Bench, now: Int64, _ comment: Comment
    ) throws {
        let hash = one.labelsHash
        let events = try bench.events(of: one)
        let before = try bench.audit(comment)
        let state = try bench.updater.state()
        let old = state.labelling(hash).map { state.labellings[$0] }
        _ = try bench.updater.activate(one, only: true, at: now * 1_000)
        let report = try bench.update([], now: now)
        guard let through = old?.through else { return }
        let candles = before.candles.values.sorted { $0.time < $1.time }
        let expected = Self.changes(
            before.labels[hash] ?? [:], through: through, candles, bench.market, one)
        #expect(try bench.events(of: one) == events + UInt64(expected.count), comment)
        let done = try #require(report.labellings.first { $0.labelsHash == hash })
        #expect(done.closed == expected[.closed], comment)
        #expect(done.revised == expected[.revised], comment)
        #expect(done.retracted == expected[.retracted], comment)
    }

    private enum Change: Hashable {
        case closed, revised, retracted
    }

    /// Rows by kind, and the events they make: one for each kind and day of entries.
    private struct Changes {
        private var days: [Change: [Int32: Int]] = [:]

        mutating func add(_ change: Change, _ entry: Int64) {
            days[change, default: [:]][UTCDay(of: entry).number, default: 0] += 1
        }

        subscript(change: Change) -> Int { days[change]?.values.reduce(0, +) ?? 0 }

        var count: Int { days.values.reduce(0) { $0 + $1.count } }
    }

    /// What the labels known lack, from the candles as they are now.
    private static func changes(
        _ known: [Int64: Label], through: Int64, _ candles: [Candle], _ market: MarketID,
        _ configuration: LabelingConfiguration
    ) -> Changes {
        func labels(_ candles: [Candle]) -> [Int64: Label] {
            let labels = LiteralLabeler.labels(
                of: candles, timeframe: market.timeframe, configuration: configuration)
            return Dictionary(
                uniqueKeysWithValues: labels.compactMap { $0 }.map { ($0.entryTime, $0) })
        }
        // First what changed among the candles that were labelled, then what came after them.
        let then = labels(candles.filter { $0.time <= through })
        var changes = Changes()
        for (entry, label) in known where then[entry] != label {
            changes.add(then[entry] == nil ? .retracted : .revised, entry)
        }
        for entry in labels(candles).keys where known[entry] == nil || then[entry] == nil {
            changes.add(.closed, entry)
        }
        return changes
    }

    @Test func anInactiveLabellingIsNotCarriedOn() throws {
        let rows = LeafTests.rows
        let (one, other) = (LabelingConfiguration.days(1), LabelingConfiguration.days(2))
        let bench = try Bench(LeafTests.hourly, [])
        _ = try bench.updater.activate(one, at: 0)
        try bench.update(Array(rows[..<100]))
        let events = try bench.events(of: one)
        _ = try bench.updater.activate(other, only: true, at: 0)
        for row in rows[100...] { try bench.update([row]) }
        #expect(try bench.events(of: one) == events)
        let state = try bench.updater.state()
        #expect(state.labellings.map(\.through) == [rows[99].time, rows[199].time])
        let standings = try bench.store.read { view in
            let market = LeafTests.hourly
            return try ConfigurationStanding.all(
                view, market: market, through: try view.head().position)
        }
        #expect(standings.map(\.configuration.hash) == [one.hash, other.hash])
        #expect(standings.map(\.isActive) == [false, true])
        try bench.check("one is inactive")
        try bench.audit("one is inactive")
    }

    @Test func standingsTellSinceWhen() throws {
        let bench = try Bench(LeafTests.hourly, [])
        let (one, other) = (LabelingConfiguration.days(1), LabelingConfiguration.days(2))
        func standings() throws -> [String] {
            try bench.store.read { view in
                try ConfigurationStanding.all(
                    view, market: LeafTests.hourly, through: try view.head().position
                ).map { standing in
                    let name = standing.configuration.hash == one.hash ? "one" : "other"
                    return "\(name) \(standing.isActive) \(standing.position)"
                }
            }
        }
        #expect(try standings() == [])
        _ = try bench.updater.activate(one, at: 0)
        _ = try bench.updater.activate(other, at: 0)
        #expect(try standings() == ["one true 1", "other true 2"])
        // Once more: it is the newest now, active since the first time.
        _ = try bench.updater.activate(one, at: 0)
        #expect(try standings() == ["other true 2", "one true 1"])
        _ = try bench.updater.activate(other, only: true, at: 0)
        #expect(try standings() == ["other true 2", "one false 4"])
        #expect(try bench.updater.state().configuration.newest?.hash == other.hash)
        _ = try bench.updater.deactivate(other, at: 0)
        #expect(try standings() == ["one false 4", "other false 5"])
    }
}

extension Bench {
    /// The digest of one labelling's state.
    fileprivate func digest(of configuration: LabelingConfiguration) throws -> Hash256? {
        try digests().first { $0.labelling == configuration.labelsHash }?.digest
    }
}
