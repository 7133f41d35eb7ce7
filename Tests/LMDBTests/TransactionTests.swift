import LMDB
import Testing

/// What a transaction wrote is there as a whole, or not at all.
@Suite struct TransactionTests {
    struct Refusal: Error {}

    let directory = TemporaryDirectory()

    @Test func whatIsPutCanBeReadInTheTransactionAndAfterIt() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.update { (transaction) throws in
            try transaction.put(table, [1], [10, 11])
            #expect(try transaction.bytes(table, [1]) == [10, 11])
            #expect(try transaction.count(table) == 1)
        }
        try environment.look { (transaction) throws in
            #expect(try transaction.bytes(table, [1]) == [10, 11])
            #expect(try transaction.bytes(table, [2]) == nil)
            #expect(try transaction.count(table) == 1)
        }
    }

    @Test func valuesSurviveReopening() throws {
        let big = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        do {
            let environment = try Environment(path: directory.path)
            let table = try environment.table()
            try environment.update { (transaction) throws in
                try transaction.put(table, [1], [])
                try transaction.put(table, [2], big)
                try transaction.put(table, [UInt8](repeating: 9, count: 511), [1])
            }
        }
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.known("table"))
        try environment.look { (transaction) throws in
            #expect(try transaction.bytes(table, [1]) == [])
            #expect(try transaction.bytes(table, [2]) == big)
            #expect(try transaction.bytes(table, [UInt8](repeating: 9, count: 511)) == [1])
        }
    }

    /// A handle opened by a read transaction that is aborted is closed by LMDB with it: every later
    /// use of it failed with EINVAL. Read transactions therefore end with a commit.
    @Test func aDatabaseOpenedByAReaderStaysOpen() throws {
        try Environment(path: directory.path).update { (transaction) throws in
            try transaction.put(try transaction.database("table"), [1], [2])
        }
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.known("table"))
        #expect(try environment.bytes(table, [1]) == [2])
        try environment.update { try $0.put(table, [1], [3]) }
        #expect(try environment.bytes(table, [1]) == [3])
    }

    @Test func aMissingDatabaseIsNil() throws {
        let environment = try Environment(path: directory.path)
        #expect(try !environment.holds("nothing"))
    }

    @Test func aBodyThatThrowsLeavesNoTrace() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.update { try $0.put(table, [1], [1]) }
        #expect(throws: Refusal.self) {
            try environment.update { (transaction) throws in
                try transaction.put(table, [1], [2])
                try transaction.put(table, [2], [2])
                _ = try transaction.database("other")
                throw Refusal()
            }
        }
        #expect(try environment.entries(table) == [Entry(key: [1], value: [1])])
        #expect(try !environment.holds("other"))
        try environment.update { try $0.put(table, [3], [3]) }
        #expect(try environment.count(table) == 2)
    }

    @Test func aBodyThatDoesNotCommitLeavesNoTrace() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.write(
            { (transaction) throws(LMDBError) in
                try transaction.put(table, [1], [1])
                return (result: (), commits: false)
            }, orThrow: { $0 })
        #expect(try environment.count(table) == 0)
    }

    @Test func appendingBelowTheLastKeyFails() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.update { try $0.put(table, [5], [1], appends: true) }
        for key: [UInt8] in [[5], [4], [4, 255]] {
            let error = #expect(throws: LMDBError.self) {
                try environment.update { try $0.put(table, key, [2], appends: true) }
            }
            #expect(error?.code == LMDBError.keyExists)
            #expect(error?.call == "mdb_put")
        }
        #expect(try environment.entries(table) == [Entry(key: [5], value: [1])])
    }

    @Test func keysOfNoLengthOrTooLongAreRefused() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        for key in [[], [UInt8](repeating: 1, count: 512)] {
            #expect(throws: LMDBError.self) {
                try environment.update { try $0.put(table, key, []) }
            }
        }
        #expect(throws: LMDBError.self) { try environment.bytes(table, []) }
    }

    @Test func deleteSaysWhetherTheKeyWasThere() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.update { (transaction) throws in
            try transaction.put(table, [1], [1])
            #expect(try transaction.delete(table, [1]))
            #expect(try !transaction.delete(table, [1]))
            #expect(try !transaction.delete(table, [7]))
        }
        #expect(try environment.count(table) == 0)
    }

    @Test func clearEmptiesOneDatabaseOnly() throws {
        let environment = try Environment(path: directory.path)
        let (table, other) = (try environment.table(), try environment.table("other"))
        try environment.update { (transaction) throws in
            try transaction.put(table, [1], [1])
            try transaction.put(other, [1], [1])
        }
        try environment.update { try $0.clear(table) }
        #expect(try environment.count(table) == 0)
        #expect(try environment.count(other) == 1)
    }

    @Test func aReaderKeepsItsViewWhileAWriterCommits() throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.update { try $0.put(table, [1], [1]) }
        try environment.look { (before) throws in
            try environment.update { try $0.put(table, [1], [2]) }
            #expect(try before.bytes(table, [1]) == [1])
            #expect(try environment.bytes(table, [1]) == [2])
            #expect(try before.bytes(table, [1]) == [1])
        }
    }

    @Test func aWriterDoesNotDisturbReadersOfManyThreads() async throws {
        let environment = try Environment(path: directory.path)
        let table = try environment.table()
        try environment.update { (transaction) throws in
            for key in 0..<UInt8(100) { try transaction.put(table, [key], [0]) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<100 {
                        let entries = try environment.entries(table)
                        // Every commit sets all values alike: a mixture would be half a commit.
                        #expect(entries.count == 100)
                        #expect(Set(entries.map(\.value)).count == 1)
                    }
                }
            }
            for round in 1...UInt8(20) {
                try environment.update { (transaction) throws in
                    for key in 0..<UInt8(100) { try transaction.put(table, [key], [round]) }
                }
            }
            try await group.waitForAll()
        }
    }
}
