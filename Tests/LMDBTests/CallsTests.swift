import Glibc
import LMDB
import Testing

/// Calls that are made to fail, and calls that are recorded.
///
/// The plan belongs to the process, and `swift test` runs all suites in one: whatever arms it runs
/// in a process of its own, as an exit test.
@Suite struct CallsTests {
    @Test func everyWritingCallCanFailAndLeavesNoTrace() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let environment = try Environment(path: directory.path)
            let table = try environment.table()
            try environment.update { try $0.put(table, [9], [9]) }
            for code in [ENOSPC, EIO, LMDBError.mapFull] {
                // Begin, put, delete, put, commit: then the plan is not reached.
                for call in 1...5 {
                    Calls.fail(after: call, code: code)
                    let error = #expect(throws: LMDBError.self) { try change(environment, table) }
                    #expect(error?.code == code)
                    #expect(!Calls.disarm().pending)
                    #expect(try environment.entries(table) == [Entry(key: [9], value: [9])])
                }
                Calls.fail(after: 6, code: code)
                try change(environment, table)
                #expect(Calls.disarm().pending)
                #expect(try environment.count(table) == 2)
                try environment.update { (transaction) throws in
                    try transaction.clear(table)
                    try transaction.put(table, [9], [9])
                }
            }
        }
    }

    @Test func otherCallsCanFailToo() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let environment = try Environment(path: directory.path)
            let table = try environment.table()
            Calls.fail(after: 1, code: EIO)
            #expect(throws: LMDBError(code: EIO, call: "mdb_env_sync")) { try environment.sync() }
            Calls.fail(after: 1, code: EIO)
            #expect(throws: LMDBError(code: EIO, call: "mdb_env_copy2")) {
                try environment.copy(to: "/nowhere")
            }
            Calls.fail(after: 2, code: EIO)
            #expect(throws: LMDBError(code: EIO, call: "mdb_dbi_open")) {
                try environment.update { _ = try $0.database("new") }
            }
            Calls.fail(after: 2, code: EIO)
            #expect(throws: LMDBError(code: EIO, call: "mdb_drop")) {
                try environment.update { try $0.clear(table) }
            }
            Calls.disarm()
            #expect(try !environment.holds("new"))
        }
    }

    @Test func putsAreRecordedInTheirOrder() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let environment = try Environment(path: directory.path)
            let table = try environment.table()
            Calls.record()
            try environment.update { (transaction) throws in
                try transaction.put(table, [1], [10], appends: true)
                try transaction.put(table, [1], [11])
                try transaction.delete(table, [1])
            }
            let (recorded, pending) = Calls.disarm()
            #expect(!pending)
            #expect(recorded.map(\.database) == ["table", "table", "table"])
            #expect(recorded.map(\.key) == [[1], [1], [1]])
            #expect(recorded.map(\.value) == [[10], [11], nil])
            #expect(recorded.map(\.appends) == [true, false, false])
            try environment.update { try $0.put(table, [2], []) }
            #expect(Calls.disarm().recorded.isEmpty)
        }
    }
}

/// Five writing calls: begin, put, delete, put, commit.
private func change(_ environment: Environment, _ table: Database) throws {
    try environment.update { (transaction) throws in
        try transaction.put(table, [1], [1])
        try transaction.delete(table, [9])
        try transaction.put(table, [2], [2])
    }
}

/// Failed calls in words.
@Suite struct LMDBErrorTests {
    @Test func anErrorNamesTheCallAndTheCode() {
        let error = LMDBError(code: LMDBError.mapFull, call: "mdb_put")
        #expect(error.description.contains("MDB_MAP_FULL"))
        #expect(error.description.contains("mdb_put"))
        #expect(error.description.contains("-30792"))
        #expect(LMDBError(code: EIO, call: "x").description.contains("Input/output error"))
    }

    @Test func codesAreThoseOfTheHeader() {
        let codes = [
            LMDBError.keyExists, LMDBError.pageNotFound, LMDBError.corrupted, LMDBError.panic,
            LMDBError.versionMismatch, LMDBError.invalid, LMDBError.mapFull, LMDBError.readersFull,
            LMDBError.mapResized,
        ]
        #expect(
            codes == [-30799, -30797, -30796, -30795, -30794, -30793, -30792, -30790, -30785])
    }
}
