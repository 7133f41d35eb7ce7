import Digest
import EventFormat
import EventStorage
import SystemIO
import Testing

/// Backups, whole and in parts, give the same store again.
@Suite struct BackupTests {
    let scratch = BackupScratch()

    @Test func theRestoredStoreIsTheSameEntryForEntry() throws {
        do {
            let store = try scratch.create("a")
            let head = try fillLog(store, commits: 0..<200).last
            let backup = try store.backup(to: scratch.file("full"))
            #expect(backup.after == head)
            #expect(backup.before.position == .start)
            #expect(backup.byteCount == (try scratch.read("full").count))
        }
        let done = try scratch.restore(["full"], to: "b")
        #expect(done.earlier == nil)
        #expect(done.newEvents == done.head.position.number)
        #expect(try scratch.entries("a") == scratch.entries("b"))
        let restored = try scratch.open("b")
        #expect(try restored.findings() == [])
        #expect(try restored.head() == done.head)
        // It goes on as the store would have gone on.
        let next = try fillLog(restored, commits: 200..<230).last
        #expect(try fillLog(try scratch.open("a"), commits: 200..<230).last == next)
        #expect(try restored.findings() == [])
        #expect(try scratch.leftovers(besides: ["a", "b", "full"]) == [])
    }

    /// Any cut of the log into backups restores to the same store, and every head on the way is the
    /// one that the log had then.
    @Test(arguments: [1, 2, 3] as [UInt64]) func anyCutRestores(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var names: [String] = []
        do {
            let store = try scratch.create("a")
            var heads = [StoreHead(hasher: SHA256())]
            heads += try fillLog(store, commits: 0..<300, seed: seed)
            var cuts = Set((0..<3).map { _ in Int.random(in: 1..<300, using: &random) })
            cuts.insert(300)
            var last = 0
            for cut in cuts.sorted() {
                // A backup ends at the newest commit: each is made when the log ended there.
                let part = try scratch.create("part\(cut)")
                _ = try fillLog(part, commits: 0..<cut, seed: seed)
                let name = "backup\(cut)"
                let start: Backup.Start =
                    switch (last, Bool.random(using: &random)) {
                    case (0, _): .beginning
                    case (_, true): .end(ofBackup: scratch.file(names.last!))
                    case (_, false): .point(.position(heads[last].position))
                    }
                let backup = try part.backup(to: scratch.file(name), from: start)
                #expect(backup.before == heads[last], "seed \(seed)")
                #expect(backup.after == heads[cut], "seed \(seed)")
                names.append(name)
                last = cut
            }
        }
        try scratch.restore(names, to: "b")
        #expect(try scratch.entries("a") == scratch.entries("b"), "seed \(seed)")
    }

    /// A point in time resolves to the end of a commit, and the segment begins behind it.
    @Test func aBackupBeginsBehindAnyPoint() throws {
        let store = try scratch.create("a")
        let heads = try fillLog(store, commits: 0..<270)
        for (index, head) in heads.enumerated() {
            let backup = try store.backup(
                to: scratch.file("x"), from: .point(.time(head.appendedAt)), replaces: true)
            #expect(backup.before == head, "commit \(index)")
            #expect(backup.eventCount == heads.last!.position.number - head.position.number)
        }
        let error = #expect(throws: EventStoreError.self) {
            try store.backup(to: scratch.file("y"), from: .point(.position(GlobalPosition(9_999))))
        }
        #expect(error?.code == .invalidPoint)
    }

    @Test func anEmptyStoreAndAnEmptyIncrement() throws {
        do {
            let store = try scratch.create("a")
            #expect(try store.backup(to: scratch.file("empty")).eventCount == 0)
            _ = try fillLog(store, commits: 0..<3)
            _ = try store.backup(
                to: scratch.file("first"), from: .end(ofBackup: scratch.file("empty")))
            let none = try store.backup(
                to: scratch.file("none"), from: .end(ofBackup: scratch.file("first")))
            #expect(none.eventCount == 0)
        }
        try scratch.restore(["empty"], to: "b")
        try scratch.restore(["empty", "first", "none"], to: "c")
        #expect(try scratch.entries("a") == scratch.entries("c"))
        // What begins with the first event is a whole store, and does not touch one that is there.
        #expect(scratch.refusal(["first", "none"], to: "b")?.code == .storeExists)
        #expect(try scratch.restore(["first", "none"], to: "b", .byLonger).newEvents > 0)
        #expect(try scratch.entries("a") == scratch.entries("b"))
    }

    @Test func aFileThatIsThereIsKept() throws {
        let store = try scratch.create("a")
        _ = try fillLog(store, commits: 0..<3)
        try scratch.write([1, 2, 3], to: "mine")
        let error = #expect(throws: EventStoreError.self) {
            try store.backup(to: scratch.file("mine"))
        }
        #expect(error?.code == .fileExists)
        #expect(try scratch.read("mine") == [1, 2, 3])
        _ = try store.backup(to: scratch.file("mine"), replaces: true)
        try scratch.restore(["mine"], to: "b")
        let nowhere = #expect(throws: EventStoreError.self) {
            try store.backup(to: scratch.file("no/such/place"))
        }
        #expect(nowhere?.code == .cannotCreate)
        #expect(try scratch.leftovers(besides: ["a", "b", "mine"]) == [])
    }

    /// A backup must not tell more people of the log than the store does.
    @Test(
        arguments: [
            (0o644, 0o755, 0o644), (0o600, 0o755, 0o600), (0o660, 0o770, 0o660),
            (0o644, 0o700, 0o600), (0o664, 0o750, 0o660),
        ] as [(UInt32, UInt32, UInt32)])
    func permissionsAreKept(file: UInt32, directory: UInt32, backup: UInt32) throws {
        do {
            let store = try scratch.create("a")
            _ = try fillLog(store, commits: 0..<3)
            try FileSystem.setPermissions(file, at: scratch.file("a/data.mdb"))
            try FileSystem.setPermissions(directory, at: scratch.file("a"))
            _ = try store.backup(to: scratch.file("x"))
        }
        func permissions(_ name: String) throws -> UInt32 {
            try FileSystem.status(at: scratch.file(name)).permissions
        }
        #expect(try permissions("x") == backup)
        try scratch.restore(["x"], to: "b")
        #expect(try permissions("b") == directory)
        for name in ["data.mdb", "lock.mdb", "writer.lock"] {
            #expect(try permissions("b/\(name)") == file, "\(name)")
        }
        // What replaces a file has the permissions of that file.
        try FileSystem.setPermissions(0o640, at: scratch.file("b/data.mdb"))
        try scratch.restore(["x"], to: "b", .byLonger)
        #expect(try permissions("b/data.mdb") == 0o640)
    }

    /// What a killed run left is taken over; what another run is writing is not.
    @Test func draftsAreTakenOver() throws {
        let store = try scratch.create("a")
        _ = try fillLog(store, commits: 0..<3)
        try scratch.write([UInt8](repeating: 9, count: 1 << 20), to: "x.draft")
        do {
            let draft = try FileDraft(for: scratch.file("x"))
            let error = #expect(throws: EventStoreError.self) {
                try store.backup(to: scratch.file("x"))
            }
            #expect(error?.code == .inputOutput)
            #expect(draft.byteCount == 0)
        }
        try scratch.write([UInt8](repeating: 9, count: 1 << 20), to: "x.draft")
        _ = try store.backup(to: scratch.file("x"))
        try FileSystem.createDirectory(scratch.file("b.draft"))
        try scratch.write([UInt8](repeating: 9, count: 1 << 14), to: "b.draft/data.mdb")
        try scratch.restore(["x"], to: "b/")
        #expect(try scratch.open("b").findings() == [])
        #expect(try scratch.leftovers(besides: ["a", "b", "x"]) == [])
    }
}
