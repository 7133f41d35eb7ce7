import Digest
import EventFormat
import EventStorage
import LMDB
import Market
import Mechanic
import Projections
import Testing

/// A replay may begin at any snapshot, and gives the same as from the beginning; one that is gone,
/// damaged or of another program costs time, never truth.
struct SnapshotTests {
    /// A store whose updates keep a snapshot every few events.
    private func filled(seed: UInt64) throws -> Bench {
        var history = RandomHistory(seed: seed, candles: 100...250)
        let bench = try Bench(history.market, [history.configuration])
        bench.snapshotInterval = 16
        for poll in history.troubledPolls() {
            try bench.update(poll.rows, now: poll.now)
            if history.random.chance(20) { bench.startUpdater() }
        }
        return bench
    }

    private func positions(_ bench: Bench) throws -> [UInt64] {
        let prefix = MarketRecord.snapshots(bench.market)
        return try bench.store.read { view in
            var found: [UInt64] = []
            try view.forEachProjection(prefix: prefix) { key, _ in
                found.append(key.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
            }
            return found
        }
    }

    private func expectSame(
        _ bench: Bench, at point: TimePoint, from start: UInt64, _ comment: Comment
    ) throws {
        let whole = try Replay.run(bench.store, to: point)
        let short = try Replay.run(bench.store, to: point, fromSnapshots: true)
        #expect(short.position == whole.position, comment)
        #expect(short.markets.map(\.digests) == whole.markets.map(\.digests), comment)
        #expect(short.markets.map(\.market) == whole.markets.map(\.market), comment)
        #expect(short.resumed.map(\.number) == whole.markets.map { _ in start }, comment)
        if start > 0 { #expect(short.events < whole.events, comment) }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func everySnapshotGivesWhatTheBeginningGives(seed: UInt64) throws {
        let bench = try filled(seed: seed)
        let kept = try positions(bench)
        let head = try bench.store.head().position.number
        #expect(kept.count >= 2 && kept.count <= Int(head / 16), "seed \(seed)")
        // A record is kept where the market's events first pass a multiple of the distance.
        let progress = try bench.store.read { view in
            try kept.map { position in
                let key = MarketRecord.snapshot(bench.market, GlobalPosition(position))
                let record = try #require(MarketRecord(try view.projection(key), skips: 0))
                return record.labellings.reduce(record.candlesVersion) { $0 + $1.labelsVersion }
            }
        }
        #expect(Set(progress.map { $0 / 16 }).count == kept.count, "seed \(seed)")
        #expect(progress == progress.sorted())
        for (index, position) in kept.enumerated() {
            let next = index + 1 < kept.count ? kept[index + 1] - 1 : head
            for target in Set([position, (position + next) / 2, next]) {
                try expectSame(
                    bench, at: .position(GlobalPosition(target)), from: position,
                    "seed \(seed), to \(target)")
            }
        }
        if let first = kept.first {
            let before = TimePoint.position(GlobalPosition(first - 1))
            try expectSame(bench, at: before, from: 0, "seed \(seed)")
        }
        let checked = try Replay.run(bench.store, checks: true, fromSnapshots: true)
        #expect(checked.difference == nil, "seed \(seed)")
    }

    /// Damage, other versions and other decisions: the snapshot before is taken, or none.
    @Test func aSnapshotOfNoUseIsPassedOver() throws {
        let bench = try filled(seed: 3)
        let kept = try positions(bench)
        let last = try #require(kept.last)
        try expectSame(bench, at: .head, from: last, "all")
        let prefix = MarketRecord.snapshots(bench.market)
        func key(_ position: UInt64) -> [UInt8] {
            var key = prefix
            key.append(bigEndian: position)
            return key
        }
        func change(_ position: UInt64, _ body: @escaping ([UInt8]) -> [UInt8]?) throws {
            try bench.reopen { path in
                try Environment(path: path).change { transaction in
                    let database = try transaction.database(Keys.Database.projections)
                    let stored = SealedRecord.key(.current, key(position))
                    let value = try #require(try transaction.value(database, stored)?.copy())
                    if let changed = body(value) {
                        try transaction.put(database, stored, changed)
                    } else {
                        try transaction.delete(database, stored)
                    }
                }
            }
        }
        func value(_ position: UInt64) throws -> [UInt8]? {
            try bench.store.read { try $0.projection(key(position)).bytes }
        }
        /// Writes another value under a snapshot's key, soundly sealed.
        func forge(_ position: UInt64, _ body: (inout [UInt8]) -> Void) throws {
            var forged = try #require(try value(position))
            body(&forged)
            let sealed = SealedRecord.seal(forged, key: key(position), hasher: SHA256())
            try change(position) { _ in sealed }
        }
        var at = kept.count - 1
        for harm in 0..<7 where at > 0 {
            switch harm {
            case 0: try change(kept[at]) { $0.dropLast(9) + $0.suffix(9).map { $0 ^ 1 } }
            case 1: try change(kept[at]) { _ in nil }
            case 2: try forge(kept[at]) { $0[0] += 1 }
            // A program that knew more types, one that passed over more, a digest, a position.
            case 3: try forge(kept[at]) { $0[12] += 1 }
            case 4: try forge(kept[at]) { $0[20] += 1 }
            case 5: try forge(kept[at]) { $0[60] ^= 1 }
            default: try forge(kept[at]) { $0[24] ^= 1 }
            }
            at -= 1
            try expectSame(bench, at: .head, from: kept[at], "harm \(harm)")
        }
        #expect(at < kept.count - 2)
    }

    @Test func marketsAreTakenUpWhereEachOfThemStands() throws {
        let bench = try Bench(CatchUpTests.daily, [.days(6)])
        bench.snapshotInterval = 32
        let name = try #require(MarketID("binance/BTC-USDT/1d"))
        let late = try #require(MarketID("kraken/ETH-USDT/1d"))
        let others = CatchUpTests.candles(150, seed: 22)
        let rows = CatchUpTests.candles(150, seed: 21)
        func update(_ market: MarketID, _ rows: ArraySlice<Candle>) throws {
            let updater = Updater(store: bench.store, market: market)
            updater.snapshotInterval = 48
            _ = try updater.update(
                UpdateRequest(candles: CandleColumns(rows), configurations: [.days(2)]),
                at: CatchUpTests.later)
        }
        for start in stride(from: 0, to: 150, by: 10) {
            try bench.update(Array(rows[start..<start + 10]))
            if start < 100 { try update(name, others[start..<start + 10]) }
        }
        let last = try bench.store.head().position
        try update(late, others[..<10])
        let whole = try Replay.run(bench.store)
        let short = try Replay.run(bench.store, fromSnapshots: true)
        #expect(short.markets.map(\.digests) == whole.markets.map(\.digests))
        #expect(whole.markets.map(\.market) == [bench.market, name, late])
        #expect(short.markets.map(\.market) == whole.markets.map(\.market))
        #expect(short.resumed[0] > short.resumed[1] && short.resumed[1] > .start)
        // It is too young to have one.
        #expect(short.resumed[2] == .start && short.events < whole.events)
        let before = try Replay.run(bench.store, to: .position(last), fromSnapshots: true)
        #expect(before.markets.map(\.market) == [bench.market, name])
    }
}
