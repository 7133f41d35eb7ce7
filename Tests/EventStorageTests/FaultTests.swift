import EventFormat
import EventStorage
import LMDB
import Testing

/// Every writing call of an append fails in turn: nothing is half visible, the next append works.
///
/// The plan belongs to the process, and all suites run in one: each test has a process of its own.
@Suite struct FaultTests {
    @Test func aFullDiskLeavesNoTrace() async {
        await #expect(processExitsWith: .success) { try failEveryCall(28, .diskFull) }
    }

    @Test func aFullMapLeavesNoTrace() async {
        await #expect(processExitsWith: .success) {
            try failEveryCall(LMDBError.mapFull, .diskFull)
        }
    }

    @Test func aFailingDiskLeavesNoTrace() async {
        await #expect(processExitsWith: .success) { try failEveryCall(5, .inputOutput) }
    }

    @Test func aDiskWithoutTheReserveIsRefusedBeforehand() throws {
        let directory = TemporaryDirectory()
        _ = try directory.create()
        var options = TemporaryDirectory.options()
        options.reservedDiskBytes = .max
        let store = try EventStore(path: directory.path, options: options)
        let error = #expect(throws: EventStoreError.self) {
            try store.add(Make.json(1), to: Make.stream("a"))
        }
        #expect(error?.code == .diskFull)
        #expect(error?.message.contains("are free on the disk") == true)
        #expect(try store.head().position == .start)
    }

    @Test func aStoreWhoseMakingFailsIsNoStore() async {
        await #expect(processExitsWith: .success) {
            for call in 1...9 {
                let directory = TemporaryDirectory()
                Calls.fail(after: call, code: 28)
                let error = #expect(throws: EventStoreError.self) { _ = try directory.create() }
                #expect(error?.code == .diskFull, "call \(call)")
                #expect(!Calls.disarm().pending)
                let reopening = #expect(throws: EventStoreError.self) { _ = try directory.open() }
                #expect(reopening?.code == .corrupted)
            }
            let directory = TemporaryDirectory()
            Calls.fail(after: 10, code: 28)
            _ = try directory.create()
            #expect(Calls.disarm().pending)
        }
    }
}

/// Every call fails in turn, the reading ones too: the machine's failures are never called damage.
@Suite struct ReadingFaultTests {
    @Test func aFailureWhileAStoreOpensIsNoDamage() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            _ = try directory.create()
            try failEveryCall { _ = try directory.open() }
        }
    }

    @Test func aFailureComesOutInTheStoresWords() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let store = try directory.create()
            try change(store, 1)
            try failEveryCall { _ = try store.verify() }
            try failEveryCall { _ = try store.all() }
        }
    }
}

/// What LMDB calls damage is never passed over.
@Suite struct DamageFaultTests {
    @Test func verifyNeverCallsDamageClean() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let store = try directory.create()
            for round in 0..<20 { try change(store, round) }
            for code in [LMDBError.corrupted, LMDBError.pageNotFound] {
                for call in 1...1_000 {
                    Calls.fail(after: call, code: code, amongAll: true)
                    let report = try? store.verify()
                    if Calls.disarm().pending { break }
                    #expect(report?.isClean != true, "call \(call)")
                }
            }
            #expect(try store.findings() == [])
        }
    }
}

/// Makes the first, second … call of a task fail with EIO until none is left to fail.
private func failEveryCall(of task: () throws -> Void) throws {
    var failures = 0
    for call in 1...1_000 {
        Calls.fail(after: call, code: 5, amongAll: true)
        do {
            try task()
            if Calls.disarm().pending { break }
        } catch {
            #expect(!Calls.disarm().pending)
            #expect((error as? EventStoreError)?.code == .inputOutput, "call \(call): \(error)")
            failures += 1
        }
    }
    #expect(failures > 2 && failures < 1_000)
}

/// A commit that writes to every database and deletes a record.
private func change(_ store: EventStore, _ round: Int) throws {
    try store.append(at: someTime) { commit in
        try commit.append(Make.json(round), to: Make.stream("a"), expecting: .any)
        try commit.append(
            Make.candles(day: 3, first: round % 1_440), to: Make.stream("b"), expecting: .any)
        try commit.append(
            Make.json(round, key: [UInt8(round & 0xFF), UInt8(round >> 8)]), to: Make.stream("c"),
            expecting: .any)
        commit.setProjection([1], [UInt8(round & 0xFF)])
        commit.setProjection([2], nil)
    }
}

/// Makes the first, second … writing call of an append fail until none is left to fail.
private func failEveryCall(_ code: Int32, _ expected: EventStoreError.Code) throws {
    let directory = TemporaryDirectory()
    var store: EventStore? = try directory.create()
    // Levels 0 and 1 of the tree are both rewritten by the commit that completes 256 leaves.
    for round in 0..<85 { try change(store!, round) }
    var round = 85
    var failures = 0
    for call in 1...100 {
        let before = try store!.head()
        let record = try store!.projection([1])
        Calls.fail(after: call, code: code)
        do {
            try change(store!, round)
            #expect(Calls.disarm().pending)
            break
        } catch let error as EventStoreError {
            #expect(!Calls.disarm().pending)
            failures += 1
            if error.code == .broken {
                // Only the commit itself, and only a disk that fails: room can be made.
                #expect(code == 5 && error.message.contains("mdb_txn_commit"), "call \(call)")
                #expect(error.message.contains("mechanic-replay verify"))
                let again = #expect(throws: EventStoreError.self) { try change(store!, round) }
                #expect(again?.code == .broken, "a broken store refuses what follows")
                #expect(try store!.head() == before, "and can still be read")
                store = nil
                store = try directory.open()
            } else {
                #expect(error.code == expected, "call \(call)")
            }
        }
        #expect(try store!.head() == before, "call \(call)")
        #expect(try store!.projection([1]) == record)
        #expect(try store!.findings() == [], "call \(call)")
        if call.isMultiple(of: 3) {
            store = nil
            store = try directory.open()
            #expect(try store!.head() == before)
        }
        // The same append works now, and is clean.
        if call.isMultiple(of: 2) {
            try change(store!, round)
            round += 1
            #expect(try store!.head().position.number == before.position.number + 3)
            #expect(try store!.findings() == [], "after call \(call)")
        }
    }
    // Begin, 3 events, 3 versions, a day, a key, 3 heads, a row, two records, the head, commit.
    #expect(failures >= 17)
    try change(store!, round)
    #expect(try store!.findings() == [])
}
