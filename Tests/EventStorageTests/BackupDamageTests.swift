import Digest
import EventFormat
import EventStorage
import SystemIO
import Testing

/// Nothing in a backup is trusted: what is damaged, cut, forged or out of order is named, and leaves
/// no store behind.
@Suite struct BackupDamageTests {
    let scratch = BackupScratch()

    /// A small backup of three commits, behind the first of four.
    private func make() throws {
        let store = try scratch.create("a")
        _ = try fillLog(store, commits: 0..<1)
        _ = try store.backup(to: scratch.file("first"))
        _ = try fillLog(store, commits: 1..<4)
        _ = try store.backup(
            to: scratch.file("second"), from: .end(ofBackup: scratch.file("first")))
        _ = try store.backup(to: scratch.file("full"))
    }

    private func expectRefused(
        _ names: [String], _ code: EventStoreError.Code, _ what: String
    ) throws {
        let error = scratch.refusal(names, to: "b")
        #expect(error?.code == code, "\(what): \(error?.message ?? "restored")")
        #expect(!FileSystem.exists(scratch.file("b")), "\(what)")
        #expect(!FileSystem.exists(scratch.file("b.draft")), "\(what)")
    }

    @Test func everyDamagedByteIsFound() throws {
        try make()
        for name in ["full", "second"] {
            let names = name == "full" ? ["bad"] : ["first", "bad"]
            let bytes = try scratch.read(name)
            for index in bytes.indices {
                var bad = bytes
                bad[index] ^= index.isMultiple(of: 2) ? 1 : 0x80
                try scratch.write(bad, to: "bad")
                let error = #expect(throws: EventStoreError.self, "\(name): byte \(index)") {
                    try EventStore.checkBackups(names.map(scratch.file))
                }
                #expect(error?.code == .invalidBackup, "\(name): byte \(index)")
                // Restoring finds the same; making a store for each of thousands takes minutes.
                guard index.isMultiple(of: 37) else { continue }
                try expectRefused(names, .invalidBackup, "\(name): byte \(index)")
            }
        }
        let whole = try EventStore.checkBackups(["first", "second"].map(scratch.file))
        #expect(try scratch.restore(["first", "second"], to: "b").head == whole.after)
    }

    @Test func everyCutIsFound() throws {
        try make()
        let bytes = try scratch.read("full")
        for count in bytes.indices {
            try scratch.write(Array(bytes[..<count]), to: "bad")
            let error = #expect(throws: EventStoreError.self, "cut to \(count)") {
                try EventStore.checkBackups([scratch.file("bad")])
            }
            #expect(error?.code == .invalidBackup, "cut to \(count)")
            guard count.isMultiple(of: 53) else { continue }
            try expectRefused(["bad"], .invalidBackup, "cut to \(count)")
        }
        try scratch.write(bytes + [0], to: "bad")
        try expectRefused(["bad"], .invalidBackup, "one byte more")
        try scratch.write(bytes + bytes, to: "bad")
        try expectRefused(["bad"], .invalidBackup, "twice")
    }

    @Test func damageIsNamedWithItsPosition() throws {
        try make()
        let bytes = try scratch.read("full")
        var bad = bytes
        // The last byte of the last event's frame: its hash.
        bad[bytes.count - 32 - 1] ^= 4
        try scratch.write(bad, to: "bad")
        let error = scratch.refusal(["bad"], to: "b")
        #expect(error?.position == (try scratch.open("a").head().position))
        #expect(error?.message.contains("bad") == true)
    }

    @Test func brokenChainsAreNamed() throws {
        try make()
        do {
            let store = try scratch.open("a")
            _ = try fillLog(store, commits: 4..<6)
            _ = try store.backup(
                to: scratch.file("third"), from: .end(ofBackup: scratch.file("second")))
            let other = try scratch.create("other", id: 7)
            _ = try fillLog(other, commits: 0..<4)
            _ = try other.backup(
                to: scratch.file("others"), from: .point(.commitsBack(3)))
        }
        for (names, hint) in [
            (["second"], "full backup"), (["second", "third"], "full backup"),
            (["first", "third"], "missing"), (["full", "second"], "overlap"),
            (["first", "second", "second"], "overlap"), (["second", "first"], "overlap"),
            (["first", "others"], "store"), (["full", "full"], "overlap"),
        ] {
            try expectRefused(names, .invalidBackup, "\(names)")
            #expect(scratch.refusal(names, to: "b")?.message.contains(hint) == true, "\(names)")
        }
        try expectRefused(["absent"], .storeNotFound, "absent")
        try scratch.write(Array("timestamp,open,high\n".utf8), to: "candles.csv")
        try expectRefused(["candles.csv"], .invalidBackup, "a file of candles")
        try expectRefused(["a"], .inputOutput, "a directory")
    }

    /// Two histories with one beginning: a store that was restored and went on elsewhere.
    @Test func forksAreNamed() throws {
        try make()
        do {
            let fork = try scratch.create("fork")
            _ = try fillLog(fork, commits: 0..<1)
            _ = try fillLog(fork, commits: 1..<4, seed: 99)
            _ = try fork.backup(
                to: scratch.file("forked"), from: .end(ofBackup: scratch.file("first")))
            // The same number of events, or no place at which to compare would exist.
            _ = try fillLog(fork, commits: 4..<9, seed: 99)
            _ = try fork.backup(
                to: scratch.file("later"), from: .end(ofBackup: scratch.file("forked")))
            let error = #expect(throws: EventStoreError.self) {
                try fork.backup(to: scratch.file("x"), from: .end(ofBackup: scratch.file("full")))
            }
            #expect(error?.code == .rootMismatch)
        }
        // The first backup is a beginning of both; behind it they part.
        try scratch.restore(["first", "forked", "later"], to: "c")
        let before = try scratch.entries("c")
        let error = scratch.refusal(["second"], to: "c")
        #expect(error?.code == .rootMismatch)
        #expect(try scratch.entries("c") == before)
        #expect(scratch.refusal(["full"], to: "c", .byLonger) != nil)
    }

    /// Files that are sound in every checksum and say what is not so.
    @Test func forgeriesAreFound() throws {
        try make()
        let bytes = try scratch.read("full")
        let count = Int(bytes.rawSpan.load(UInt32.self, at: 12))
        let header = try SegmentHeader(bytes.rawSpan.extracting(0..<count))
        #expect(header.bytes == Array(bytes[..<count]))
        func forge(_ code: EventStoreError.Code, _ change: (inout SegmentHeader) -> Void) throws {
            var forged = header
            change(&forged)
            var file = forged.bytes + bytes[count..<bytes.count - 32]
            SHA256().hash(file).append(to: &file)
            try scratch.write(file, to: "bad")
            try expectRefused(["bad"], code, "\(forged.after)")
        }
        try forge(.invalidBackup) { $0.after.streams += 1 }
        try forge(.rootMismatch) { $0.after.commit += 1 }
        try forge(.rootMismatch) { $0.after.appendedAt += 1 }
        try forge(.invalidBackup) { $0.after.root = .zero }
        try forge(.invalidBackup) { $0.filePermissions = 0o10_000 }
        try forge(.rootMismatch) { header in
            let hasher = SHA256()
            let peaks = header.after.tree.peaks.map { hasher.hash($0.bytes) }
            header.after.tree = try! MerkleFrontier(size: header.after.tree.size, peaks: peaks)
            header.after.root = header.after.tree.root(hasher: hasher)
        }
    }
}
