import CanonicalJSON
import Foundation
import Testing

/// The drill: a store is backed up while it is written to, lost, and restored.
struct BackupDrillTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// A full backup and increments while another process writes; what is restored from them is the
    /// same store: log, digests, labels computed anew, root.
    @Test func aStoreIsRestoredFromBackupsMadeWhileItWasWritten() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("history.csv", SyntheticHistory.csv(minutes: 12 * 1_440, seed: 11))
        let words = ["backfill", "history.csv", "--every", "1h", "--format", "jsonl"] + Self.symbol
        let writer = try scratch.start(words + ["--config", "scalp", "--config", "runner"])
        var names: [String] = []
        var position: Int64 = 0
        var during = 0
        while true {
            let isLast = !writer.process.isRunning
            let name = "backup\(names.count)"
            let since = names.last.map { ["--since", $0] } ?? []
            let backup = try scratch.run(["backup", name] + since)
            #expect(backup.code == 0, "\(backup.messages)")
            let report = try backup.json()
            #expect(report["since"]?.int64 == position)
            position = try #require(report["position"]?.int64)
            names.append(name)
            if isLast { break }
            during += 1
        }
        #expect(try writer.wait().code == 0)
        #expect(during > 1)

        #expect(try scratch.run(["restore", "--check"] + names).code == 0)
        let source = scratch.store
        let restored = try scratch.run(["restore", "--store", "restored"] + names)
        #expect(restored.code == 0, "\(restored.messages)")
        let status = try scratch.run("status").json()
        scratch.store = scratch.url("restored").path
        #expect(try scratch.run("status").json()["projections"] == status["projections"])
        #expect(try restored.json()["position"] == status["position"])
        #expect(try scratch.run("log").output == scratch.run("log", "--store", source).output)
        #expect(try scratch.run("replay", "--check").code == 0)
        #expect(try scratch.run("verify", "--recompute").code == 0)
        let compacted = try scratch.run("compact", "--store", source)
        #expect(try compacted.json()["root"] == restored.json()["root"])
        #expect(
            try scratch.run("status", "--store", source).json()["projections"]
                == status["projections"])
        // It goes on: the same history again adds nothing, more history does.
        #expect(try scratch.run(words).lines.isEmpty)
        let next = SyntheticHistory.start + 12 * 1_440 * 60_000
        try scratch.file("more.csv", SyntheticHistory.csv(minutes: 120, start: next))
        let more = ["backfill", "more.csv", "--every", "1h"] + Self.symbol
        #expect(try scratch.run(more).json()["updates"]?.int64 == 2)
        #expect(try scratch.run("verify", "--recompute").code == 0)
        #expect(try scratch.run("replay", "--check").code == 0)
    }

    /// Killed at any moment, a backup or a restoration is whole or not there, and the next one works.
    @Test func killsLeaveAllOrNothing() throws {
        let seed = UInt64(Date().timeIntervalSince1970)
        print("KILL_SEED=\(seed)")
        var random = SplitMix64(seed: seed)
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 5 * 1_440, seed: 3))
        let fill = ["backfill", "a.csv", "--every", "1h"] + Self.symbol
        #expect(try scratch.run(fill).code == 0)
        #expect(try scratch.run("backup", "good").code == 0)
        let log = try scratch.run("log").output
        #expect(try scratch.run("restore", "good", "--store", "standing").code == 0)
        func isWhole(_ store: String) throws -> Bool {
            let verify = try scratch.run("verify", "--store", store)
            let listed = try scratch.run("log", "--store", store).output
            return verify.code == 0 && listed == log
        }
        for (words, result) in [
            (["backup", "x"], "x"), (["restore", "good", "--store", "y"], "y"),
            (["restore", "good", "--store", "standing", "--replace"], nil),
            (["compact", "--store", "standing"], nil),
        ] as [([String], String?)] {
            let started = Date()
            #expect(try scratch.run(words).code == 0, "\(words)")
            let duration = Date().timeIntervalSince(started)
            for kill in 0..<12 {
                if let result { try? FileManager.default.removeItem(at: scratch.url(result)) }
                let running = try scratch.start(words)
                usleep(UInt32(Double(random.next() % 1_000) / 1_000 * duration * 1_000_000))
                running.signal(SIGKILL)
                let outcome = try running.wait()
                let note: Comment = "KILL_SEED=\(seed) \(words) kill \(kill)"
                #expect(outcome.code == 0 || outcome.code == -SIGKILL, note)
                if let result, FileManager.default.fileExists(atPath: scratch.url(result).path) {
                    if result == "x" {
                        #expect(try scratch.run("restore", "x", "--check").code == 0, note)
                    } else {
                        #expect(try isWhole(result), note)
                    }
                }
                #expect(try isWhole("standing"), note)
            }
            if let result { try? FileManager.default.removeItem(at: scratch.url(result)) }
            #expect(try scratch.run(words).code == 0, "\(words)")
            #expect(try isWhole("standing"))
        }
        #expect(try isWhole(scratch.store))
        #expect(try isWhole("y"))
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.directory.path)
        #expect(!left.contains { $0.hasSuffix(".draft") }, "\(left)")
    }
}
