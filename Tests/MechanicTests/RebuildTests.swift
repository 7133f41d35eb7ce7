import EventFormat
import EventStorage
import Glibc
import LMDB
import Market
import Mechanic
import Projections
import Testing

/// Projections made anew beside the old ones: interrupted anywhere, read meanwhile, exchanged at once.
struct RebuildTests {
    static let interval: UInt64 = 16

    /// A store of two markets whose updates keep a snapshot every few events.
    private static func filled(seed: UInt64 = 5) throws -> Bench {
        var history = RandomHistory(seed: seed, candles: 80...160)
        let bench = try Bench(history.market, [history.configuration])
        bench.snapshotInterval = interval
        let polls = history.troubledPolls()
        for (index, poll) in polls.enumerated() {
            try bench.update(poll.rows, now: poll.now)
            if index == polls.count / 2 { try other(bench, CatchUpTests.candles(20, seed: 9)) }
        }
        return bench
    }

    private static func other(_ bench: Bench, _ rows: [Candle]) throws {
        let market = try #require(MarketID("kraken/ETH-USDT/1d"))
        let updater = Updater(store: bench.store, market: market)
        updater.snapshotInterval = interval
        _ = try updater.update(
            UpdateRequest(candles: CandleColumns(rows), configurations: [.days(2)]),
            at: CatchUpTests.later)
    }

    /// Every record of a slot.
    private static func records(
        _ store: EventStore, _ slot: SealedRecord.Slot = .current
    ) throws -> [[UInt8]: [UInt8]] {
        try store.read { view in
            var records: [[UInt8]: [UInt8]] = [:]
            try view.forEachProjection(prefix: [], in: slot) { key, value in
                records[key] = value?.copy() ?? []
            }
            return records
        }
    }

    @discardableResult
    private static func rebuild(_ bench: Bench, every: Int) throws -> Rebuild {
        try Rebuild.run(bench.store, interval: every, snapshotInterval: interval)
    }

    /// Spoils every record as another version of the program would have written it.
    private static func outdate(_ bench: Bench) throws {
        let records = try records(bench.store)
        try bench.store.updateProjections { update in
            for (key, value) in records {
                var value = value
                if key[0] == UInt8(ascii: "M") || key[0] == UInt8(ascii: "S") { value[0] += 1 }
                update.set(key, value)
            }
            update.publish()
        }
        bench.startUpdater()
    }

    @Test(arguments: [1, 7, 40, 100_000])
    func aRebuildGivesWhatTheUpdatesGave(every: Int) throws {
        let bench = try Self.filled()
        let before = try Self.records(bench.store)
        let head = try bench.store.head()
        let done = try Self.rebuild(bench, every: every)
        #expect(try Self.records(bench.store) == before)
        #expect(try Self.records(bench.store, .shadow).isEmpty)
        #expect(try bench.store.head() == head && done.position == head.position)
        #expect(done.markets.map(\.digests) == (try Replay.run(bench.store)).markets.map(\.digests))
        #expect((done.commits == 1) == (every > Int(head.position.number)))
        #expect(try bench.store.read { try $0.checkProjections() }.findings == [])
        try bench.check("after a rebuild")
    }

    @Test func outdatedRecordsAreToldApartFromDamage() throws {
        let bench = try Self.filled()
        let (before, digests) = (try Self.records(bench.store), try bench.digests())
        try Self.outdate(bench)
        let replay = try Replay.run(bench.store, checks: true)
        #expect(replay.difference == nil && replay.outdated.count == 2)
        // Everything works meanwhile: a state is folded, an update saves records of this version.
        #expect(try bench.digests() == digests)
        try Self.rebuild(bench, every: 50)
        #expect(try Self.records(bench.store) == before)
        let after = try Replay.run(bench.store, checks: true)
        #expect(after.difference == nil && after.outdated.isEmpty)
    }

    /// Every writing call of a rebuild fails in turn, in a process of its own, as the plan is the
    /// process's: the old records are read until the exchange, and the next try goes on.
    @Test func aRebuildThatFailsAnywhereGoesOn() async {
        await #expect(processExitsWith: .success) {
            let bench = try RebuildTests.filled()
            let before = try RebuildTests.records(bench.store)
            let digests = try bench.digests()
            try RebuildTests.outdate(bench)
            let outdated = try RebuildTests.records(bench.store)
            var (failures, resumptions) = (0, 0)
            for call in 1... {
                // Now and then from the beginning, else on from where the last one failed.
                if call % 5 == 0 { try bench.store.updateProjections { $0.startOver() } }
                Calls.fail(after: call, code: call % 2 == 0 ? EIO : ENOSPC)
                var hasFailed = false
                do {
                    let done = try RebuildTests.rebuild(bench, every: 24)
                    if done.resumedAt > .start { resumptions += 1 }
                } catch is EventStoreError {
                    hasFailed = true
                    failures += 1
                }
                if Calls.disarm().pending, call % 5 == 0, call > 100 { break }
                let records = try RebuildTests.records(bench.store)
                #expect(records == (hasFailed ? outdated : before), "call \(call)")
                // A commit that failed on the disk leaves a store that must be opened anew.
                try bench.reopen()
                #expect(try bench.digests() == digests, "call \(call)")
                #expect(try bench.store.read { try $0.checkProjections() }.findings == [])
                if !hasFailed {
                    try RebuildTests.outdate(bench)
                }
                #expect(call < 2_000, "the calls are more than the test reaches")
            }
            #expect(failures > 20 && resumptions > 5)
            try RebuildTests.rebuild(bench, every: 24)
            #expect(try RebuildTests.records(bench.store) == before)
            try bench.check("at the end")
        }
    }

    /// What a killed process leaves is taken up if it is sound and of this program, else begun anew.
    @Test func aShadowOfNoUseIsBegunAnew() async {
        await #expect(processExitsWith: .success) {
            let bench = try RebuildTests.filled()
            let before = try RebuildTests.records(bench.store)
            let progress = [UInt8(ascii: "P")]
            for harm in 0..<7 {
                try bench.store.updateProjections { $0.startOver() }
                Calls.fail(after: 60, code: ENOSPC)
                #expect(throws: EventStoreError.self) {
                    try RebuildTests.rebuild(bench, every: 24)
                }
                #expect(!Calls.disarm().pending)
                let half = try RebuildTests.records(bench.store, .shadow)
                let market = try #require(half.keys.first { $0[0] == UInt8(ascii: "M") })
                let mark = try #require(half[progress])
                switch harm {
                case 0: break
                case 1: try RebuildTests.spoil(bench, progress)
                case 2: try RebuildTests.spoil(bench, market)
                case 3: try bench.store.updateProjections { $0.set(market, nil) }
                case 4: try bench.store.updateProjections { $0.set(progress, nil) }
                default:
                    // Another version of a projection; another number of events passed over.
                    var other = mark
                    other[harm == 5 ? 4 : 20] += 1
                    try bench.store.updateProjections { [other] in $0.set(progress, other) }
                }
                let done = try RebuildTests.rebuild(bench, every: 24)
                #expect((done.resumedAt > .start) == (harm == 0), "harm \(harm)")
                #expect(try RebuildTests.records(bench.store) == before, "harm \(harm)")
                #expect(try bench.store.read { try $0.checkProjections() }.findings == [])
            }
        }
    }

    /// Flips a bit of a record of the shadow behind the store's back.
    private static func spoil(_ bench: Bench, _ key: [UInt8]) throws {
        try bench.reopen { path in
            try Environment(path: path).change { transaction in
                let database = try transaction.database(Keys.Database.projections)
                let stored = SealedRecord.key(.shadow, key)
                var value = try #require(try transaction.value(database, stored)?.copy())
                value[8] ^= 1
                try transaction.put(database, stored, value)
            }
        }
    }

    /// Updates that come while a rebuild is at work are in its records, and readers see the truth.
    @Test func updatesThatComeMeanwhileAreNotLost() throws {
        let rows = CatchUpTests.candles(200, seed: 41)
        let bench = try Bench(CatchUpTests.daily, [.days(6)])
        bench.snapshotInterval = Self.interval
        for start in stride(from: 0, to: 100, by: 2) {
            try bench.update(Array(rows[start..<start + 2]))
        }
        try Self.outdate(bench)
        var sent = 100
        var failure: (any Error)?
        let done = try Rebuild.run(
            bench.store, interval: 20, snapshotInterval: Self.interval
        ) { done, total in
            // Not in the last piece, which is folded while nobody else can write.
            guard sent < rows.count, total - done > 40 else { return }
            do {
                try bench.update(Array(rows[sent..<sent + 1]))
                sent += 1
                let folded = try Replay.run(bench.store)
                #expect(folded.markets[0].digests == (try bench.digests()))
                bench.startUpdater()
                #expect(folded.markets[0].digests == (try bench.digests()))
            } catch {
                failure = failure ?? error
            }
        }
        #expect(failure == nil)
        #expect(sent > 105)
        #expect(try bench.store.head().position == done.position)
        try bench.check("after a rebuild with updates")
        #expect(try bench.store.read { try $0.checkProjections() }.findings == [])
        try bench.update(Array(rows[sent...]))
        try bench.check("at the end")
        try bench.checkLabels(rows, "at the end")
    }

    /// An event passed over while a rebuild is at work: what was made is of another log, so to say.
    @Test func aSkipMeanwhileBeginsItAnew() throws {
        let bench = try Self.filled()
        let stranger = try bench.store.append(at: CatchUpTests.later) {
            try $0.append(
                EventData(type: SkipTests.later, payload: Array("{}".utf8)),
                to: StreamID("notes")!, expecting: .noStream)
        }.result.position
        var failure: (any Error)?
        var skips = 0
        let done = try Rebuild.run(
            bench.store, interval: 20, snapshotInterval: Self.interval
        ) { done, total in
            guard skips == 0, total - done > 40, done > 60 else { return }
            do {
                skips += 1
                _ = try Skipping.record(
                    bench.store, position: stranger, reason: "a test", by: nil,
                    at: CatchUpTests.later)
            } catch {
                failure = error
            }
        }
        #expect(failure == nil && skips == 1 && done.resumedAt == .start)
        #expect(done.position == (try bench.store.head().position))
        let replay = try Replay.run(bench.store, checks: true)
        #expect(replay.difference == nil && replay.outdated.isEmpty)
    }

    @Test func twoRebuildsDoNotMix() throws {
        let bench = try Self.filled()
        let before = try Self.records(bench.store)
        var inner: (any Error)?
        var isInside = false
        let error = #expect(throws: EventStoreError.self) {
            _ = try Rebuild.run(
                bench.store, interval: 20, snapshotInterval: Self.interval
            ) { done, total in
                guard !isInside, total - done > 40, done > 60 else { return }
                isInside = true
                do { try Self.rebuild(bench, every: 24) } catch { inner = error }
            }
        }
        #expect(inner == nil && error?.code == .locked)
        #expect(try Self.records(bench.store) == before)
    }

    @Test func anEmptyStoreAndAPoisonedOneAreNoTrouble() throws {
        let bench = try Bench(CatchUpTests.daily, [.days(6)])
        #expect(try Self.rebuild(bench, every: 5).position == .start)
        try bench.update(CatchUpTests.candles(30, seed: 3))
        let before = try Self.records(bench.store)
        let position = try bench.store.append(at: CatchUpTests.later) { [market = bench.market] in
            try $0.append(
                EventData(type: SkipTests.later, payload: Array("{}".utf8)),
                to: MarketStream.candles(market).id, expecting: .any)
        }.result.position
        let error = #expect(throws: EventStoreError.self) { try Self.rebuild(bench, every: 5) }
        #expect(error?.code == .unknownEvent && error?.position == position)
        #expect(try Self.records(bench.store) == before)
    }
}
