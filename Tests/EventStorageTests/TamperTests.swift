import EventFormat
import EventStorage
import LMDB
import Testing

/// A closed store is changed with LMDB alone, behind the store's back; verify must find it.
///
/// All values of `events`, `index`, `tree` and `meta` are inside the promise, each bit of them.
/// Outside are the records of `projections`, which can be rebuilt, and what LMDB itself keeps
/// around the entries (pages, free space).
@Suite struct TamperTests {
    let directory = TemporaryDirectory()

    /// Three streams, keys, JSON, columns of several days. With 75 rounds of four events the tree
    /// has two levels; where every byte is tried, fewer keep the test short.
    private func build(rounds: Int = 75) throws {
        let store = try directory.create()
        for round in 0..<rounds {
            try store.append(at: someTime + Int64(round)) { commit in
                try commit.append(Make.json(round), to: Make.stream("a"), expecting: .any)
                try commit.append(
                    Make.candles(day: Int32(round % 7 - 3), rows: round % 4 + 1),
                    to: Make.stream("b"), expecting: .any)
                try commit.append(
                    Make.json(round, key: [UInt8(round)]), to: Make.stream("c"), expecting: .any)
                try commit.append(Make.json(round), to: Make.stream("c"), expecting: .any)
                commit.setProjection([1], [2])
            }
        }
        #expect(try store.findings() == [])
    }

    private static let names = [
        Keys.Database.events, Keys.Database.index, Keys.Database.tree, Keys.Database.meta,
    ]

    /// All entries of a database.
    private func entries(_ name: String) throws -> [(key: [UInt8], value: [UInt8])] {
        try directory.tamper { transaction in
            var found: [(key: [UInt8], value: [UInt8])] = []
            try transaction.scan(
                try transaction.database(name), from: [],
                { (key, value) throws in
                    found.append((key.copy(), value.copy()))
                    return true
                }, orThrow: { $0 as any Error })
            return found
        }
    }

    private func put(_ name: String, _ key: [UInt8], _ value: [UInt8]?) throws {
        try directory.tamper { transaction in
            let database = try transaction.database(name)
            if let value {
                try transaction.put(database, key, value)
            } else {
                try transaction.delete(database, key)
            }
        }
    }

    /// Whether opening or verifying finds that something is wrong; it must not trap.
    private func isFound() throws -> Bool {
        do {
            return try !directory.open().verify().isClean
        } catch let error as EventStoreError {
            return error.code == .corrupted || error.code == .unsupportedFormat
        }
    }

    @Test func anUntouchedStoreIsClean() throws {
        try build()
        #expect(try !isFound())
        #expect(try directory.open().verify().checkedEvents == 300)
    }

    @Test func theReportNamesTheFirstBadPosition() throws {
        try build(rounds: 3)
        for index in [8, 4] {
            let entry = try entries(Keys.Database.events)[index]
            var value = entry.value
            value[value.count - 9] ^= 1
            try put(Keys.Database.events, entry.key, value)
        }
        let report = try directory.open().verify()
        #expect(report.firstBadPosition == GlobalPosition(5))
        #expect(report.findings.contains { $0.position == GlobalPosition(9) })
        #expect(report.checkedEvents == 12)
    }

    @Test(arguments: [1, 2] as [UInt64]) func everyFlippedBitIsFound(seed: UInt64) throws {
        try build()
        var random = SplitMix64(seed: seed)
        let all = try Self.names.map { name in
            (name, try entries(name).filter { !$0.value.isEmpty })
        }
        for _ in 0..<100 {
            let (name, entries) = all.randomElement(using: &random)!
            let entry = entries.randomElement(using: &random)!
            let bit = Int.random(in: 0..<entry.value.count * 8, using: &random)
            var value = entry.value
            value[bit / 8] ^= 1 << UInt8(bit % 8)
            try put(name, entry.key, value)
            #expect(try isFound(), "seed \(seed): \(name) \(entry.key) bit \(bit)")
            try put(name, entry.key, entry.value)
        }
        #expect(try !isFound())
    }

    @Test func everyBitOfTheFirstEventAndTheMetaIsFound() throws {
        try build(rounds: 2)
        let chosen =
            [(Keys.Database.events, try entries(Keys.Database.events)[1])]
            + (try entries(Keys.Database.meta)).map { (Keys.Database.meta, $0) }
        for (name, entry) in chosen {
            for bit in 0..<entry.value.count * 8 {
                var value = entry.value
                value[bit / 8] ^= 1 << UInt8(bit % 8)
                try put(name, entry.key, value)
                #expect(try isFound(), "\(name) \(entry.key) bit \(bit)")
            }
            try put(name, entry.key, entry.value)
        }
    }

    /// Heaps of 0xFF and other lengths: the largest numbers must not trap.
    @Test func overwrittenAndCutValuesAreFound() throws {
        try build(rounds: 4)
        for name in Self.names {
            let entries = try entries(name)
            let step = max(1, entries.count / 15)
            for entry in stride(from: 0, to: entries.count, by: step).map({ entries[$0] }) {
                var values: [[UInt8]] = [entry.value + [0], entry.value.isEmpty ? [1] : []]
                for start in stride(from: 0, to: entry.value.count, by: 4) {
                    for width in [4, 8] where start + width <= entry.value.count {
                        var value = entry.value
                        for index in start..<start + width { value[index] = 0xFF }
                        if value != entry.value { values.append(value) }
                    }
                }
                for count in [1, 4, 8, 24, 63, 64] where count < entry.value.count {
                    values.append(Array(entry.value[..<count]))
                }
                for value in values {
                    try put(name, entry.key, value)
                    #expect(try isFound(), "\(name) \(entry.key) \(value.count)")
                }
                try put(name, entry.key, entry.value)
            }
        }
        #expect(try !isFound())
    }

    @Test func deletedEntriesAreFound() throws {
        try build(rounds: 10)
        for name in Self.names {
            let entries = try entries(name)
            let step = max(1, entries.count / 40)
            for entry in stride(from: 0, to: entries.count, by: step).map({ entries[$0] }) {
                try put(name, entry.key, nil)
                #expect(try isFound(), "\(name) \(entry.key)")
                try put(name, entry.key, entry.value)
            }
        }
        #expect(try !isFound())
    }

    @Test func addedEntriesAreFound() throws {
        try build(rounds: 10)
        let event = try entries(Keys.Database.events)[4].value
        let additions: [(String, [UInt8], [UInt8])] = [
            (Keys.Database.events, Keys.event(GlobalPosition(41)), event),
            (Keys.Database.events, Keys.event(GlobalPosition(.max)), event),
            (Keys.Database.events, Keys.event(.start), event),
            (Keys.Database.events, [0, 0, 0, 0, 0, 0, 0, 4, 0], event),
            (Keys.Database.events, [9], [9]),
            (Keys.Database.index, Keys.stream(Make.stream("z")), [UInt8](repeating: 0, count: 56)),
            (Keys.Database.index, Keys.version(0, StreamVersion(999)), [1, 0, 0, 0, 0, 0, 0, 0]),
            (Keys.Database.index, Keys.day(1, 99, GlobalPosition(2)), []),
            (Keys.Database.index, Keys.identifier(.none), [1, 0, 0, 0, 0, 0, 0, 0]),
            (Keys.Database.index, [0x51], []),
            (Keys.Database.tree, Keys.treeRow(level: 0, row: 99), [UInt8](repeating: 1, count: 32)),
            (Keys.Database.tree, Keys.treeRow(level: 2, row: 0), [UInt8](repeating: 1, count: 32)),
            (Keys.Database.meta, Array("more".utf8), [1]),
        ]
        for (name, key, value) in additions {
            try put(name, key, value)
            #expect(try isFound(), "\(name) \(key)")
            try put(name, key, nil)
        }
        #expect(try !isFound())
    }

    @Test func swappedEventsAreFound() throws {
        try build(rounds: 10)
        let events = try entries(Keys.Database.events)
        for (left, right) in [(0, 1), (2, 6), (38, 39), (0, 39), (3, 7)] {
            try put(Keys.Database.events, events[left].key, events[right].value)
            try put(Keys.Database.events, events[right].key, events[left].value)
            #expect(try isFound(), "\(left) and \(right)")
            // The frames where they were, the events behind them exchanged.
            let frames = [events[left], events[right]].map { Array($0.value[..<64]) }
            try put(Keys.Database.events, events[left].key, frames[0] + events[right].value[64...])
            try put(Keys.Database.events, events[right].key, frames[1] + events[left].value[64...])
            #expect(try isFound(), "\(left) and \(right)")
            try put(Keys.Database.events, events[left].key, events[left].value)
            try put(Keys.Database.events, events[right].key, events[right].value)
        }
        #expect(try !isFound())
    }

    /// Damage never traps where a store is used, not verified.
    @Test func damagedStoresAreReadWithoutATrap() throws {
        try build(rounds: 5)
        var random = SplitMix64(seed: 7)
        let all = try [Keys.Database.events, Keys.Database.index].map { ($0, try entries($0)) }
        for _ in 0..<300 {
            let (name, entries) = all.randomElement(using: &random)!
            let entry = entries.randomElement(using: &random)!
            var value = entry.value
            if !value.isEmpty {
                let start = Int.random(in: 0..<value.count, using: &random)
                let fill: UInt8 = [0, 0xFF, 0x80, 1].randomElement(using: &random)!
                for index in start..<min(value.count, start + 8) { value[index] = fill }
                if random.chance(20) { value.removeLast(value.count - start) }
            }
            try put(name, entry.key, value)
            do {
                let store = try directory.open()
                _ = try? store.all()
                for position in [1, 2, 10, 19, 20] as [UInt64] {
                    _ = try? store.resolve(.position(GlobalPosition(position)))
                    _ = try? store.read { try $0.event(at: GlobalPosition(position))?.marketDay() }
                }
                for point in [TimePoint.time(someTime + 10), .before(9), .commitsBack(3)] {
                    _ = try? store.resolve(point)
                }
                _ = try? store.read { try $0.streams(prefix: "").count }
                _ = try? store.append(at: someTime + 99) { commit in
                    for name in ["a", "b", "c"] {
                        let stream = Make.stream(name)
                        _ = try? commit.append(Make.json(1), to: stream, expecting: .noStream)
                        _ = try? commit.append(
                            Make.json(1, key: [3]), to: stream, expecting: .any)
                    }
                    throw EventStoreError(.locked, "nothing of this shall stay")
                }
            }
            try put(name, entry.key, entry.value)
        }
        #expect(try !isFound())
    }
}
