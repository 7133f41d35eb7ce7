import EventFormat
import EventStorage
import LMDB
import Market
import Mechanic
import Projections
import Testing

/// Projections that are gone or damaged, events that no fold can take, and other streams beside.
struct StoreDamageTests {
    static let rows = CatchUpTests.candles(150, seed: 21)

    /// A store with rows and labels, and its projections' keys.
    private func filled() throws -> Bench {
        let bench = try Bench(CatchUpTests.daily, [.days(6)])
        try bench.update(Array(Self.rows[..<120]))
        return bench
    }

    /// What may befall the projections' records.
    enum Harm: CaseIterable {
        case all, record, recordBit, recordVersion, windowDay, windowDayBit, labelDay, labelDayBit
        case labelDayCount, labelDayLength, strangeDay
    }

    @Test(arguments: Harm.allCases)
    func damagedProjectionsCostAFoldAndAreReported(_ harm: Harm) throws {
        let bench = try filled()
        let before = try bench.digests()
        try bench.reopen { path in
            let environment = try Environment(path: path)
            try environment.harm(harm, market: bench.market)
        }
        #expect(try bench.digests() == before)
        let replay = try Replay.run(bench.store, checks: true)
        #expect(replay.difference != nil)
        if harm != .strangeDay {
            #expect(replay.difference?.hasPrefix("binance/BTC-USDT:USDT/1d: ") == true)
        }
        #expect(
            try bench.store.read { try $0.checkProjections() }.findings.isEmpty == (harm == .all))
        try bench.update(Array(Self.rows[120...]))
        // The next commit mends what it writes; all of it is read again then.
        try bench.check("after \(harm)")
        #expect(try bench.store.read { try $0.checkProjections() }.findings == [])
        try bench.checkLabels(Self.rows, "after \(harm)")
        let whole = try Bench(CatchUpTests.daily, [.days(6)])
        try whole.update(Self.rows)
        #expect(try bench.digests().ofHistory == whole.digests().ofHistory)
    }

    @Test func anUnknownEventFailsClosedWithItsPosition() throws {
        // A newer type of each kind of stream: candles, labels, configuration and operations.
        for type in [EventType.candlesRecorded, .labelsClosed, .configurationActivated] {
            let bench = try filled()
            var patched: UInt64 = 0
            try bench.reopen { path in
                let environment = try Environment(path: path)
                patched = try environment.makeUnknown(type)
            }
            #expect(patched > 0)
            let position = GlobalPosition(patched)
            func expectRefusal(_ body: () throws -> Void) {
                let error = #expect(throws: EventStoreError.self) { try body() }
                #expect(error?.code == .unknownEvent && error?.position == position)
                for part in ["position \(patched): ", "/1d/", "type 99 version 1", "skip"] {
                    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
                }
            }
            expectRefusal { _ = try Replay.run(bench.store) }
            expectRefusal { _ = try bench.updater.state() }
            let head = try bench.store.head()
            expectRefusal { try bench.update(Array(Self.rows[120...])) }
            #expect(try bench.store.head() == head)
        }
    }

    @Test func streamsOfNoMarketArePassedOver() throws {
        let bench = try filled()
        let before = try bench.digests()
        let names = [
            "notes", "binance/BTC-USDT:USDT/1d", "binance/BTC-USDT:USDT/1d/other",
            "binance/BTC-USDT:USDT/1d/candles/more", "binance/BTC-USDT:USDT/7h/candles",
            "Binance/BTC-USDT:USDT/1d/candles",
        ]
        try bench.store.append(at: 0) { commit in
            for name in names {
                try commit.append(
                    EventData(type: .updateCompleted, payload: Array("{}".utf8)),
                    to: #require(StreamID(name)), expecting: .noStream)
            }
        }
        #expect(try bench.digests() == before)
        try bench.update(Array(Self.rows[120...]))
        let replay = try Replay.run(bench.store, checks: true)
        #expect(replay.markets.map(\.market) == [bench.market] && replay.difference == nil)
        try bench.check("beside other streams")
    }

    @Test func twoMarketsInOneStoreDoNotMix() throws {
        let bench = try Bench(CatchUpTests.daily, [.days(6)])
        // The name of one begins with that of the other.
        let name = try #require(MarketID("binance/BTC-USDT/1d"))
        let other = Updater(store: bench.store, market: name)
        let others = CatchUpTests.candles(150, seed: 22)
        for start in stride(from: 0, to: 150, by: 10) {
            try bench.update(Array(Self.rows[start..<start + 10]))
            _ = try other.update(
                UpdateRequest(
                    candles: CandleColumns(others[start..<start + 10]), configurations: [.days(2)]),
                at: CatchUpTests.later)
        }
        let one = try Bench(CatchUpTests.daily, [.days(6)])
        try one.update(Self.rows)
        let two = try Bench(name, [.days(2)])
        try two.update(others)
        #expect(try bench.digests().ofHistory == one.digests().ofHistory)
        #expect(try other.digests().ofHistory == two.digests().ofHistory)
        try bench.check("two markets")
        #expect(try Replay.run(bench.store, checks: true).markets.count == 2)
    }
}

extension Environment {
    /// Runs `body` in a write transaction and commits.
    func change(_ body: (inout WriteTransaction) throws -> Void) throws {
        try write(
            { (transaction) throws in (result: try body(&transaction), commits: true) },
            orThrow: { $0 as any Error })
    }

    /// The projections' entries whose keys begin with a letter.
    private func entries(
        _ letter: String, _ transaction: borrowing WriteTransaction, _ database: Database
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        var entries: [(key: [UInt8], value: [UInt8])] = []
        try transaction.scan(
            database, from: SealedRecord.key(.current, Array(letter.utf8)),
            { (key, value) throws in
                guard key.copy().dropFirst().starts(with: letter.utf8) else { return false }
                entries.append((key.copy(), value.copy()))
                return true
            }, orThrow: { $0 as any Error })
        return entries
    }

    func harm(_ harm: StoreDamageTests.Harm, market: MarketID) throws {
        try change { transaction in
            let database = try transaction.database(Keys.Database.projections)
            let record = SealedRecord.key(.current, MarketRecord.key(market))
            func changeValue(_ letter: String, _ body: (inout [UInt8]) -> Void) throws {
                let entries = try entries(letter, transaction, database)
                var (key, value) = entries[entries.count / 2]
                body(&value)
                try transaction.put(database, key, value)
                key.removeAll()
            }
            func remove(_ letter: String) throws {
                let entries = try entries(letter, transaction, database)
                try transaction.delete(database, entries[entries.count / 2].key)
            }
            switch harm {
            case .all: try transaction.clear(database)
            case .record: try transaction.delete(database, record)
            case .recordBit: try changeValue("M") { $0[24] ^= 1 }
            case .recordVersion: try changeValue("M") { $0[0] ^= 2 }
            case .windowDay: try remove("W")
            case .windowDayBit: try changeValue("W") { $0[20] ^= 8 }
            case .labelDay: try remove("L")
            case .labelDayBit: try changeValue("L") { $0[39] ^= 128 }
            case .labelDayCount: try changeValue("L") { $0[0] ^= 3 }
            case .labelDayLength: try changeValue("L") { $0.append(0) }
            case .strangeDay:
                let (key, value) = try entries("W", transaction, database)[0]
                var other = key
                other[key.count - 1] ^= 0xFF
                other[key.count - 2] ^= 0xFF
                try transaction.put(database, other, value)
            }
        }
    }

    /// Gives the last event of a type a type number that no program knows.
    func makeUnknown(_ type: EventType) throws -> UInt64 {
        var found: UInt64 = 0
        try change { transaction in
            let database = try transaction.database(Keys.Database.events)
            var stored: [UInt8] = []
            try transaction.scan(
                database, from: [],
                { (key, value) throws in
                    guard EventView(checked: value).type == type else { return true }
                    found = UInt64(bigEndian: key.load(UInt64.self, at: 0))
                    stored = value.copy()
                    return true
                }, orThrow: { $0 as any Error })
            stored[Frame.byteCount + 2] = 99
            try transaction.put(database, Keys.event(GlobalPosition(found)), stored)
        }
        return found
    }
}
