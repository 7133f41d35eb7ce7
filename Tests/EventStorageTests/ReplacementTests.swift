import Digest
import EventFormat
import EventStorage
import LMDB
import SystemIO
import Testing

/// What happens to a store that stands where another is restored, and to one that is brought up to
/// date.
@Suite struct ReplacementTests {
    let scratch = BackupScratch()

    /// A store of six commits, with backups `0-2`, `2-4`, `4-6` and `0-4`.
    private func make() throws {
        let store = try scratch.create("a")
        _ = try fillLog(store, commits: 0..<2)
        _ = try store.backup(to: scratch.file("0-2"))
        _ = try fillLog(store, commits: 2..<4)
        _ = try store.backup(to: scratch.file("0-4"))
        _ = try store.backup(to: scratch.file("2-4"), from: .end(ofBackup: scratch.file("0-2")))
        _ = try fillLog(store, commits: 4..<6)
        _ = try store.backup(to: scratch.file("4-6"), from: .end(ofBackup: scratch.file("2-4")))
    }

    @Test func aStoreIsNotReplacedUnasked() throws {
        try make()
        let before = try scratch.entries("a")
        #expect(scratch.refusal(["0-4"], to: "a")?.code == .storeExists)
        #expect(try scratch.entries("a") == before)
    }

    @Test func aBeginningIsReplaced() throws {
        try make()
        try scratch.restore(["0-2"], to: "b")
        let old = try scratch.open("b").head()
        let done = try scratch.restore(["0-4", "4-6"], to: "b", .byLonger)
        #expect(done.earlier == old)
        #expect(done.newEvents == done.head.position.number - old.position.number)
        #expect(try scratch.entries("b") == scratch.entries("a"))
        // The same again loses nothing either.
        #expect(try scratch.restore(["0-4", "4-6"], to: "b", .byLonger).newEvents == 0)
    }

    @Test func whatWouldLoseEventsIsRefused() throws {
        try make()
        let before = try scratch.entries("a")
        let error = scratch.refusal(["0-4"], to: "a", .byLonger)
        #expect(error?.code == .storeExists)
        #expect(error?.message.contains("--discard") == true)
        _ = try fillLog(try scratch.create("other", id: 9), commits: 0..<1)
        let another = scratch.refusal(["0-4"], to: "other", .byLonger)
        #expect(another?.message.contains("another one") == true)
        // The same id and as many events or fewer, but another history.
        _ = try fillLog(try scratch.create("fork"), commits: 0..<2, seed: 77)
        let fork = scratch.refusal(["0-4", "4-6"], to: "fork", .byLonger)
        #expect(fork?.code == .rootMismatch)
        #expect(try scratch.open("fork").findings() == [])
        #expect(try scratch.entries("a") == before)
        for name in ["a", "other", "fork"] {
            #expect(
                try FileSystem.names(in: scratch.file(name)).allSatisfy { !$0.contains("draft") })
        }
    }

    /// Discarding does not even open what is there, which may be damaged so that LMDB would crash.
    @Test func anythingIsDiscardedUnreadAndKept() throws {
        try make()
        let damage = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try scratch.write(damage, to: "a/data.mdb")
        #expect(scratch.refusal(["0-4"], to: "a", .byLonger)?.message.contains("--discard") == true)
        #expect(try scratch.read("a/data.mdb") == damage)
        let done = try scratch.restore(["0-4"], to: "a", .always)
        #expect(done.earlier == nil)
        let kept = try #require(done.discarded)
        #expect(try FileBytes.read(path: kept) == damage)
        // The record of what was here before would call the shorter log an older file put back.
        #expect(try scratch.open("a").findings() == [])
        // What was kept is not written over.
        #expect(scratch.refusal(["0-4"], to: "a", .always)?.code == .fileExists)
        try FileSystem.remove(kept)
        try scratch.restore(["0-2"], to: "a", .always)
        #expect(try scratch.open("a").findings() == [])
    }

    @Test func aStandbyIsBroughtUpToDate() throws {
        try make()
        try scratch.restore(["0-2"], to: "b")
        var rebuilt = 0
        func extend(_ names: [String]) throws -> Restoration {
            try EventStore.restore(
                names.map(scratch.file), to: scratch.file("b"),
                options: TemporaryDirectory.options(), rebuild: { _ in rebuilt += 1 })
        }
        #expect(scratch.refusal(["4-6"], to: "b")?.message.contains("missing") == true)
        let first = try extend(["2-4"])
        #expect(first.newEvents > 0)
        #expect(rebuilt == 1)
        // Again, and together with what follows: only what is new is added.
        #expect(try extend(["2-4"]).newEvents == 0)
        #expect(rebuilt == 1)
        #expect(try extend(["2-4", "4-6"]).earlier == first.head)
        #expect(try scratch.entries("b") == scratch.entries("a"))
        #expect(try scratch.open("b").findings() == [])
        #expect(scratch.refusal(["4-6"], to: "nowhere")?.code == .invalidBackup)
        #expect(scratch.refusal(["4-6"], to: "b", .byLonger)?.code == .invalidBackup)
        _ = try scratch.create("other", id: 9)
        #expect(scratch.refusal(["4-6"], to: "other")?.code == .invalidBackup)
    }

    /// A damaged increment adds nothing at all, although its first commits are sound.
    @Test func aDamagedIncrementAddsNothing() throws {
        try make()
        try scratch.restore(["0-2"], to: "b")
        let before = try scratch.entries("b")
        var bytes = try scratch.read("4-6")
        bytes[bytes.count - 40] ^= 1
        try scratch.write(bytes, to: "bad")
        #expect(scratch.refusal(["2-4", "bad"], to: "b")?.code == .invalidBackup)
        #expect(try scratch.entries("b") == before)
    }

    /// An increment that begins before the store's end is one whose restoring was interrupted.
    @Test func anInterruptedIncrementIsFinished() throws {
        try make()
        do {
            let store = try scratch.open("a")
            _ = try store.backup(
                to: scratch.file("2-6"), from: .end(ofBackup: scratch.file("0-2")))
        }
        try scratch.restore(["0-4"], to: "b")
        #expect(try scratch.restore(["2-6"], to: "b").newEvents > 0)
        #expect(try scratch.entries("b") == scratch.entries("a"))
    }

    @Test func aDirectoryWithOtherThingsIsLeftAlone() throws {
        try make()
        try FileSystem.createDirectory(scratch.file("b"))
        try scratch.write([1], to: "b/notes")
        #expect(scratch.refusal(["0-4"], to: "b")?.code == .cannotCreate)
        #expect(try scratch.read("b/notes") == [1])
        try FileSystem.remove(scratch.file("b/notes"))
        // Locks alone are what a removed store leaves.
        try scratch.write([], to: "b/writer.lock")
        try scratch.restore(["0-4"], to: "b")
        #expect(try scratch.open("b").findings() == [])
    }
}
