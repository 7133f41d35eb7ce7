import LMDB
import Testing

/// Scans and the last key, on small tables and against a sorted array.
@Suite struct ScanTests {
    let directory = TemporaryDirectory()

    @Test func anEmptyTableHasNothing() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.look { (transaction) throws in
            #expect(try transaction.entries(table) == [])
            #expect(try transaction.entries(table, from: [1]) == [])
            #expect(try transaction.lastKey(table, below: []) == nil)
            #expect(try transaction.lastKey(table, below: [1]) == nil)
        }
    }

    @Test func aScanStartsAtTheKeyOrTheNextOne() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.update { (transaction) throws in
            for key: [UInt8] in [[1], [3], [3, 0], [5]] { try transaction.put(table, key, key) }
        }
        try environment.look { (transaction) throws in
            #expect(try transaction.entries(table).map(\.key) == [[1], [3], [3, 0], [5]])
            #expect(try transaction.entries(table, from: [3]).map(\.key) == [[3], [3, 0], [5]])
            #expect(try transaction.entries(table, from: [2]).map(\.key) == [[3], [3, 0], [5]])
            #expect(try transaction.entries(table, from: [5]).map(\.key) == [[5]])
            #expect(try transaction.entries(table, from: [5, 0]) == [])
            #expect(try transaction.lastKey(table, below: []) == [5])
            #expect(try transaction.lastKey(table, below: [5]) == [3, 0])
            #expect(try transaction.lastKey(table, below: [3, 0]) == [3])
            #expect(try transaction.lastKey(table, below: [9]) == [5])
            #expect(try transaction.lastKey(table, below: [1]) == nil)
            #expect(try transaction.lastKey(table, below: [0]) == nil)
        }
    }

    @Test func aBodyEndsAScanByFalseOrByThrowing() throws {
        struct Enough: Error {}
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.update { (transaction) throws in
            for key in 0..<UInt8(10) { try transaction.put(table, [key], []) }
        }
        try environment.look { (transaction) throws in
            var seen = 0
            try transaction.scan(
                table, from: [],
                { (_, _) throws(LMDBError) in
                    seen += 1
                    return seen < 3
                }, orThrow: { $0 })
            #expect(seen == 3)
            #expect(throws: Enough.self) {
                try transaction.scan(
                    table, from: [], { (_, _) throws in throw Enough() },
                    orThrow: { $0 as any Error })
            }
            // The transaction is as good as before.
            #expect(try transaction.entries(table).count == 10)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func randomTablesScanLikeASortedArray(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        var model: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<10 {
            try environment.update { (transaction) throws in
                for _ in 0..<100 {
                    let key = randomKey(&random)
                    if random.chance(70) {
                        let count =
                            random.chance(5) ? 5_000 : Int.random(in: 0...40, using: &random)
                        let value = [UInt8](
                            repeating: UInt8.random(in: 0...255, using: &random), count: count)
                        try transaction.put(table, key, value)
                        model[key] = value
                    } else {
                        let isPresent = try transaction.delete(table, key)
                        #expect(isPresent == (model.removeValue(forKey: key) != nil))
                    }
                }
            }
            let sorted = model.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            try environment.look { (transaction) throws in
                #expect(try transaction.count(table) == model.count)
                for from in [[]] + (0..<20).map({ _ in randomKey(&random) }) {
                    let expected = sorted.filter { !$0.key.lexicographicallyPrecedes(from) }
                    let found = try transaction.entries(table, from: from)
                    #expect(found == expected.map { Entry(key: $0.key, value: $0.value) })
                    let below = sorted.last {
                        from.isEmpty || $0.key.lexicographicallyPrecedes(from)
                    }
                    #expect(try transaction.lastKey(table, below: from) == below?.key)
                }
            }
        }
    }

    private func randomKey(_ random: inout SplitMix64) -> [UInt8] {
        (0..<Int.random(in: 1...3, using: &random)).map { _ in .random(in: 0...12, using: &random) }
    }
}
