import EventFormat
import EventStorage
import LMDB
import SystemIO
import Testing

/// A compacted store is the same store in a shorter file.
@Suite struct CompactionTests {
    let scratch = BackupScratch()

    /// A store with some events and some megabytes of free pages.
    private func make() throws {
        let store = try scratch.create("a")
        _ = try fillLog(store, commits: 0..<50)
        let record = [UInt8](repeating: 7, count: 100_000)
        for round in 0..<2 {
            try store.append(at: someTime) { commit in
                try commit.append(Make.json(round), to: Make.stream("a"), expecting: .any)
                for key in UInt8(0)..<40 {
                    commit.setProjection([1, key], round == 0 ? record : nil)
                }
                commit.setProjection([2], [3, 4, 5])
            }
        }
    }

    private func compact(_ name: String) throws -> Compaction {
        try EventStore.compact(path: scratch.file(name), options: TemporaryDirectory.options())
    }

    @Test func freePagesAreGivenBack() throws {
        try make()
        try FileSystem.setPermissions(0o640, at: scratch.file("a/data.mdb"))
        // What a killed run left.
        try FileSystem.createDirectory(scratch.file("a/compact.draft"))
        try scratch.write([1, 2], to: "a/compact.draft/data.mdb")
        let before = try scratch.entries("a")
        let head = try scratch.open("a").head()
        let done = try compact("a")
        #expect(done.head == head)
        #expect(done.bytesAfter < done.bytesBefore - 3_000_000)
        #expect(try scratch.entries("a") == before)
        #expect(try FileSystem.status(at: scratch.file("a/data.mdb")).permissions == 0o640)
        #expect(
            try FileSystem.names(in: scratch.file("a")) == [
                "data.mdb", "lock.mdb", "trusted", "writer.lock",
            ])
        let store = try scratch.open("a")
        #expect(try store.findings() == [])
        #expect(try store.projection([2]) == [3, 4, 5])
        #expect(try store.projection([1, 0]) == nil)
        _ = try fillLog(store, commits: 50..<60)
        #expect(try store.findings() == [])
    }

    @Test func aWriterElsewhereIsWaitedForAndThenNamed() throws {
        try make()
        let lock = try FileLock.acquire(path: scratch.file("a/writer.lock"))
        let error = #expect(throws: EventStoreError.self) { _ = try compact("a") }
        #expect(error?.code == .locked)
        lock.close()
        _ = try compact("a")
    }

    @Test func whereThereIsNoStore() {
        let error = #expect(throws: EventStoreError.self) { _ = try compact("none") }
        #expect(error?.code == .storeNotFound)
    }

    @Test func compactingAnOpenStoreTraps() async {
        await #expect(processExitsWith: .failure) {
            let scratch = BackupScratch()
            let store = try scratch.create("a")
            _ = try EventStore.compact(path: scratch.file("a"))
            withExtendedLifetime(store) {}
        }
    }

    /// The plan of failures belongs to the process: see `FaultTests`.
    @Test(arguments: [28, 5] as [Int32]) func failuresLeaveTheOldFile(code: Int32) async {
        await #expect(processExitsWith: .success) { [code] in
            let scratch = BackupScratch()
            _ = try fillLog(try scratch.create("a"), commits: 0..<50)
            let before = try scratch.entries("a")
            let bytes = try scratch.read("a/data.mdb")
            // The copy, then the renaming.
            for call in 1...2 {
                Calls.fail(after: call, code: code)
                let error = #expect(throws: EventStoreError.self) {
                    _ = try EventStore.compact(
                        path: scratch.file("a"), options: TemporaryDirectory.options())
                }
                #expect(!Calls.disarm().pending)
                #expect(error?.code == (code == 28 ? .diskFull : .inputOutput))
                #expect(try scratch.read("a/data.mdb") == bytes)
                #expect(try scratch.entries("a") == before)
                #expect(try !FileSystem.names(in: scratch.file("a")).contains("compact.draft"))
            }
            _ = try EventStore.compact(
                path: scratch.file("a"), options: TemporaryDirectory.options())
            #expect(try scratch.entries("a") == before)
        }
    }

    /// Every writing call of a restoration fails in turn: there is no store, or the old one.
    @Test func failuresOfARestorationLeaveWhatWasThere() async {
        await #expect(processExitsWith: .success) {
            let scratch = BackupScratch()
            do {
                let store = try scratch.create("a")
                _ = try fillLog(store, commits: 0..<3)
                _ = try store.backup(to: scratch.file("x"))
                _ = try fillLog(store, commits: 3..<6)
                _ = try store.backup(
                    to: scratch.file("y"), from: .end(ofBackup: scratch.file("x")))
            }
            for name in ["replaced", "extended"] { try scratch.restore(["x"], to: name) }
            let old = try scratch.entries("replaced")
            for (names, store, replacing) in [
                (["x", "y"], "new", .never), (["x", "y"], "replaced", .byLonger),
                (["y"], "extended", .never),
            ] as [([String], String, Restoration.Replacement)] {
                var call = 1
                while true {
                    Calls.fail(after: call, code: 28)
                    let error = scratch.refusal(names, to: store, replacing)
                    if Calls.disarm().pending { break }
                    #expect(error?.code == .diskFull, "call \(call) of \(names) to \(store)")
                    if store == "new" {
                        #expect(!FileSystem.exists(scratch.file("new")), "call \(call)")
                    } else {
                        #expect(try scratch.entries(store) == old, "call \(call)")
                    }
                    call += 1
                }
                #expect(call > 20, "\(names) to \(store)")
                #expect(try scratch.entries(store) == scratch.entries("a"))
            }
        }
    }
}
