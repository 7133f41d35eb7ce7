import CanonicalJSON
import Digest
import DriftStatistics
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// What changed between two points is the difference of two naive folds, whatever happened in between.
///
/// `EXPLORE_SEEDS=500 swift test --filter StateDiffTests` runs so many seeds.
struct StateDiffTests {
    /// A row as it was and as it is.
    private struct Pair<Value: Equatable>: Equatable {
        let old: Value?
        let new: Value?
    }

    @Test(arguments: Explorer.seeds(12)) func netChangesAreThoseOfTwoFolds(_ seed: UInt64) throws {
        let explorer = try Explorer(seed: seed)
        let ends = try explorer.commitEnds()
        var random = SplitMix64(seed: seed &* 7)
        for number in 0..<4 {
            let one = number == 0 ? ends[0] : ends.randomElement(using: &random)!
            let other = number == 0 ? ends.last! : ends.randomElement(using: &random)!
            let comment = "seed \(seed), \(one) and \(other)"
            let diff = try StateDiff.run(
                explorer.bench.store, from: .position(one), to: .position(other))
            #expect(diff.isReversed == (one > other), "\(comment)")
            #expect(diff.from.position == min(one, other), "\(comment)")
            let back = try StateDiff.run(
                explorer.bench.store, from: .position(other), to: .position(one))
            #expect(back.counts == diff.counts, "\(comment)")
            let (before, after) = (
                try explorer.fold(diff.from.position), try explorer.fold(diff.to.position)
            )
            try checkRows(diff, explorer, before, after, comment)
            checkConfigurations(diff, before, after, comment)
            checkWatch(diff, before, after, comment)
            try checkStale(diff, explorer, before, after, comment)
            try checkTouches(diff, explorer, comment)
            try checkRange(diff, explorer, &random, comment)
        }
    }

    /// A range of market time, which is read by its days, gives the rows that the whole has of it.
    private func checkRange(
        _ diff: StateDiff, _ explorer: Explorer, _ random: inout SplitMix64, _ comment: String
    ) throws {
        let stamps = try explorer.rows(diff.to.position).candles.keys.sorted()
        guard let one = stamps.randomElement(using: &random),
            let other = stamps.randomElement(using: &random)
        else { return }
        var options = StateDiff.Options()
        options.stamps = min(one, other)...max(one, other)
        options.parts = [.candles, .labels]
        let part = try StateDiff.run(
            explorer.bench.store, from: .position(diff.from.position),
            to: .position(diff.to.position), options: options)
        let expected = diff.changes.filter { change in
            switch change.subject {
            case .candle(let stamp, _, _), .label(let stamp, _, _):
                options.stamps!.contains(stamp)
            case .labelling: true
            default: false
            }
        }
        #expect(part.changes.map { "\($0)" } == expected.map { "\($0)" }, "\(comment)")
    }

    private func checkRows(
        _ diff: StateDiff, _ explorer: Explorer, _ before: MarketState, _ after: MarketState,
        _ comment: String
    ) throws {
        let old = try explorer.rows(diff.from.position)
        let new = try explorer.rows(diff.to.position)
        func reaches(_ stamp: Int64) -> Bool {
            [before, after].contains { state in
                guard let newest = state.window.newest else { return false }
                return stamp <= newest && stamp > newest - RollingWindow.length
            }
        }
        var candles: [Int64: Pair<Candle>] = [:]
        for stamp in Set(old.candles.keys).union(new.candles.keys) where reaches(stamp) {
            let pair = Pair(old: old.candles[stamp], new: new.candles[stamp])
            if pair.old != pair.new { candles[stamp] = pair }
        }
        var found: [Int64: Pair<Candle>] = [:]
        for change in diff.changes {
            guard case .candle(let stamp, let old, let new) = change.subject else { continue }
            #expect((change.kind == .reverted) == (old == new), "\(comment)")
            if change.kind != .reverted { found[stamp] = Pair(old: old, new: new) }
        }
        #expect(found == candles, "candles: \(comment)")

        var labels: [Hash256: [Int64: Pair<Label>]] = [:]
        for hash in Set(old.labels.keys).union(new.labels.keys) {
            let (one, other) = (old.labels[hash] ?? [:], new.labels[hash] ?? [:])
            for stamp in Set(one.keys).union(other.keys) where reaches(stamp) {
                let pair = Pair(old: one[stamp], new: other[stamp])
                if pair.old != pair.new { labels[hash, default: [:]][stamp] = pair }
            }
        }
        var changed: [Hash256: [Int64: Pair<Label>]] = [:]
        for change in diff.changes where change.kind != .reverted {
            guard case .label(let stamp, let old, let new) = change.subject else { continue }
            changed[try #require(change.hash), default: [:]][stamp] = Pair(old: old, new: new)
        }
        #expect(changed == labels, "labels: \(comment)")
        let opened = diff.changes.filter { $0.kind == .opened }.compactMap(\.hash)
        #expect(
            opened == after.labellings.map(\.hash).filter { before.labelling($0) == nil },
            "\(comment)")

        // The rows that were compared are those of the folds.
        for (state, rows) in [(before, old), (after, new)] {
            state.window.candles.forEach { #expect(rows.candles[$0.time] == $0) }
            for labelling in state.labellings {
                labelling.labels.forEach {
                    #expect(rows.labels[labelling.hash]?[$0.entryTime] == $0)
                }
            }
        }
    }

    private func checkConfigurations(
        _ diff: StateDiff, _ before: MarketState, _ after: MarketState, _ comment: String
    ) {
        let (old, new) = (before.configuration.active, after.configuration.active)
        func hashes(_ kind: StateChange.Kind) -> Set<Hash256> {
            Set(diff.changes.filter { $0.part == .config && $0.kind == kind }.compactMap(\.hash))
        }
        #expect(
            hashes(.activated) == Set(new.filter { !old.contains($0) }.map(\.hash)), "\(comment)")
        #expect(
            hashes(.deactivated) == Set(old.filter { !new.contains($0) }.map(\.hash)), "\(comment)")
        let isReordered = diff.changes.contains { $0.kind == .reordered }
        #expect(
            isReordered == (old.filter { new.contains($0) } != new.filter { old.contains($0) }),
            "\(comment)")
    }

    /// A check is stale by minutes that it looked at, not by those after its window.
    private func checkStale(
        _ diff: StateDiff, _ explorer: Explorer, _ before: MarketState, _ after: MarketState,
        _ comment: String
    ) throws {
        var revised: Set<Int64> = []
        try explorer.bench.store.read { view in
            let first = GlobalPosition(diff.from.position.number + 1)
            try view.forEachEvent(from: first, through: diff.to.position) { _, event in
                revised.formUnion(try CandleEvents.revisedStamps(event))
                return true
            }
        }
        let expected = after.labellings.map(\.hash).filter { hash in
            guard let old = before.drift[hash], let new = after.drift[hash] else { return false }
            return old.version == new.version
                && revised.contains { $0 >= new.from && $0 < new.end }
        }
        let stale = diff.changes.filter { $0.kind == .stale && $0.part == .drift }
        #expect(Set(stale.map(\.hash)) == Set(expected), "stale: \(comment)")
    }

    private func checkWatch(
        _ diff: StateDiff, _ before: MarketState, _ after: MarketState, _ comment: String
    ) {
        let changes = diff.changes.filter { $0.kind != .reverted }
        func hashes(_ kinds: StateChange.Kind...) -> Set<Hash256?> {
            Set(changes.filter { kinds.contains($0.kind) && $0.part != .candles }.map(\.hash))
        }
        func expect(_ differs: (Hash256) -> Bool) -> Set<Hash256?> {
            Set(after.labellings.map(\.hash).filter(differs))
        }
        let (was, isNow) = (before.operations, after.operations)
        #expect(
            hashes(.level)
                == expect { was[$0]?.level != isNow[$0]?.level },
            "level: \(comment)")
        #expect(
            hashes(.paused, .resumed)
                == expect { was[$0]?.pausedSince != isNow[$0]?.pausedSince }, "pause: \(comment)")
        #expect(
            hashes(.recorded)
                == expect { before.baselines[$0]?.version != after.baselines[$0]?.version },
            "baselines: \(comment)")
        #expect(
            hashes(.checked) == expect { before.drift[$0]?.version != after.drift[$0]?.version },
            "checks: \(comment)")

        func numbers(_ kind: StateChange.Kind) -> [UInt64] {
            changes.compactMap { change in
                guard change.kind == kind, case .alert(let number, _, _) = change.subject else {
                    return nil
                }
                return number
            }
        }
        let (old, new) = (was.alerts.map(\.number), isNow.alerts.map(\.number))
        #expect(numbers(.raised) == new.filter { !old.contains($0) }.sorted(), "\(comment)")
        #expect(numbers(.resolved) == old.filter { !new.contains($0) }.sorted(), "\(comment)")
        let seen = isNow.alerts.filter { alert in
            was.alerts.contains { one in
                one.number == alert.number
                    && (one.acknowledgedBy != alert.acknowledgedBy || one.note != alert.note)
            }
        }
        #expect(numbers(.acknowledged) == seen.map(\.number).sorted(), "\(comment)")
    }

    /// Every change names an event between the points, and the state has it from then on.
    private func checkTouches(
        _ diff: StateDiff, _ explorer: Explorer, _ comment: String
    ) throws {
        try explorer.bench.store.read { view in
            for change in diff.changes {
                let touch = change.touch
                #expect(touch.events > 0, "\(change): \(comment)")
                #expect(
                    touch.position > diff.from.position && touch.position <= diff.to.position,
                    "\(comment)")
                let event = try #require(try view.event(at: touch.position)?.recorded())
                #expect(event.type?.name == touch.type, "\(comment)")
                #expect(event.envelope.recordedAt == touch.recordedAt, "\(comment)")
            }
        }
        let things = diff.counts.reduce(0) { $0 + $1.things }
        #expect(things == diff.changes.count, "\(comment)")
    }

    /// A → B → A is no change, and says how many events touched the minute.
    @Test func whatCameBackIsReverted() throws {
        let history = RandomHistory(seed: 11)
        let bench = try Bench(history.market, [history.configuration])
        try bench.update(history.truth)
        let before = try bench.store.head().position
        let old = history.truth[history.truth.count - 3]
        var other = old
        other.volume += 1
        let now = history.truth.last!.time + history.market.timeframe.milliseconds
        try bench.update([other], now: now)
        try bench.update([old], now: now)
        let diff = try StateDiff.run(bench.store, from: .position(before), to: .head)
        let candles = diff.changes.filter { $0.part == .candles }
        #expect(candles.map(\.kind) == [.reverted])
        #expect(candles.first?.touch.events == 2)
        #expect(candles.first?.touch.type == "candles.revised")
        let half = try StateDiff.run(bench.store, from: .position(before), to: .commitsBack(1))
        #expect(half.changes.filter { $0.part == .candles }.map(\.kind) == [.changed])
        #expect(!half.isSame)
        let none = try StateDiff.run(bench.store, from: .head, to: .head)
        #expect(none.isSame && none.changes.isEmpty && none.counts.isEmpty && none.events == 0)
    }

    /// A baseline set and released between two points tells both, and minutes that one event revised
    /// are one event.
    @Test func baselinesTellTheirReleasesAndCountEvents() throws {
        let market = try DriftMarket([DriftMarket.configuration { $0.checkRows = 1_000 }])
        try market.run(240)
        let store = market.bench.store!
        let updater = market.bench.updater!
        let start = try store.head().position
        let range = DriftMarket.stamp(24)..<DriftMarket.stamp(100)
        _ = try updater.setBaseline(range, market.configuration, at: market.now)
        for hours in [[30, 35, 40], [60]] {
            let candles = hours.map { market.candle($0, price: 4_000) }
            try market.bench.update(candles, now: market.end)
        }
        var options = StateDiff.Options()
        options.parts = [.baselines]
        let set = try StateDiff.run(store, from: .position(start), to: .head, options: options)
        #expect(set.changes.map(\.kind) == [.recorded])
        let stale = try StateDiff.run(store, from: .commitsBack(2), to: .head, options: options)
        #expect(stale.changes.map(\.kind) == [.stale])
        #expect(stale.changes.map(\.touch.events) == [2])
        _ = try updater.releaseBaseline(market.configuration, by: "ada", at: market.now)
        let both = try StateDiff.run(store, from: .position(start), to: .head, options: options)
        #expect(both.changes.map(\.kind) == [.recorded, .released])
        #expect(both.changes.last?.touch.type == "baseline.released")
    }

    @Test func leavesAndParts() throws {
        let history = RandomHistory(seed: 3)
        var second = history.configuration
        second.takeProfitBps += 7
        second.minPnlBps = 1
        let bench = try Bench(history.market, [history.configuration])
        try bench.update(history.truth)
        let before = try bench.store.head().position
        _ = try bench.updater.update(
            UpdateRequest(candles: CandleColumns(), configurations: [second]),
            at: try bench.store.head().appendedAt + 1)
        _ = try bench.updater.deactivate(
            history.configuration, at: try bench.store.head().appendedAt + 1)
        var options = StateDiff.Options()
        options.market = history.market
        options.parts = [.config]
        let diff = try StateDiff.run(
            bench.store, from: .position(before), to: .head, options: options)
        #expect(diff.changes.map(\.kind) == [.activated, .deactivated])
        guard case .configuration(let found, let leaves)? = diff.changes.first?.subject else {
            return #expect(Bool(false), "no configuration")
        }
        #expect(found == IdentifiedConfiguration(second))
        #expect(leaves.map(\.name) == ["min_pnl_bps", "take_profit_bps"])
        #expect(leaves[0].old == 0 && leaves[0].new == 1)
        // Another market has no changes; one labelling only its own.
        options.market = market
        #expect(
            try StateDiff.run(bench.store, from: .position(before), to: .head, options: options)
                .isSame)
        options.market = history.market
        options.parts = [.labels]
        options.labels = second.labelsHash
        let labels = try StateDiff.run(
            bench.store, from: .position(.start), to: .head, options: options)
        #expect(labels.changes.contains { $0.kind == .closed })
        #expect(labels.changes.allSatisfy { $0.hash == second.labelsHash })
    }

    @Test func tags() throws {
        let bench = try Explorer(seed: 2).bench
        let before = try bench.store.head().position
        let now = try bench.store.head().appendedAt
        for (name, point) in [
            ("a", TimePoint.head), ("b", .commitsBack(2)), ("b", .commitsBack(1)),
        ] {
            _ = try Tagging.set(
                bench.store, TagName(name)!, at: point, by: "ada", note: nil, moves: true, now: now)
        }
        _ = try Tagging.set(
            bench.store, TagName("c")!, at: .head, by: "ada", note: nil, moves: false, now: now)
        _ = try Tagging.delete(bench.store, TagName("c")!, by: "ada", note: nil, now: now)
        let diff = try StateDiff.run(bench.store, from: .position(before), to: .head)
        #expect(diff.changes.map(\.kind) == [.set, .set, .reverted])
        #expect(diff.changes.map(\.touch.events) == [1, 2, 2])
        let later = try StateDiff.run(bench.store, from: .commitsBack(3), to: .commitsBack(2))
        #expect(later.changes.map(\.kind) == [.moved])
    }
}
