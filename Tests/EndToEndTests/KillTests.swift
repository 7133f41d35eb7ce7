import CanonicalJSON
import Foundation
import Testing

/// What is acknowledged is on the disk, and nothing half done ever is.
struct KillTests {
    /// Kills a backfill with SIGKILL at random moments and starts it again, until it has run to its
    /// end and has been killed often enough. Every line printed before a kill must be in the log.
    @Test func killedBackfillsLoseNothing() throws {
        let seed =
            ProcessInfo.processInfo.environment["KILL_SEED"].flatMap(UInt64.init)
            ?? UInt64(Date().timeIntervalSince1970)
        let kills = ProcessInfo.processInfo.environment["KILLS"].flatMap(Int.init) ?? 20
        print("KILL_SEED=\(seed) KILLS=\(kills)")
        var random = SplitMix64(seed: seed)
        let scratch = try Scratch()
        try scratch.file("history.csv", SyntheticHistory.csv(minutes: 10 * 1_440, seed: 7))
        let words = [
            "backfill", "history.csv", "--every", "1h", "--format", "jsonl", "--symbol",
            "BTC/USDT:USDT", "--config", "scalp", "--config", "runner",
        ]
        try scratch.makeStore()
        let calm = scratch.store
        let started = Date()
        let whole = try scratch.run(words)
        let duration = Date().timeIntervalSince(started)
        #expect(whole.lines.count == 240)

        scratch.store = calm + "-killed"
        try scratch.makeStore()
        var killed = 0
        while killed < kills {
            // Short enough that a store lasts for some kills; now and then in the very beginning.
            let share = Double(random.next() % 1_000) / 1_000
            let delay = killed % 5 == 0 ? share * 0.05 : share * duration / 6
            let running = try scratch.start(words)
            usleep(UInt32(delay * 1_000_000))
            running.signal(SIGKILL)
            let outcome = try running.wait()
            if outcome.code == -SIGKILL { killed += 1 }
            try expectAcknowledged(outcome, in: scratch, seed: seed)
            if outcome.code == 0 {
                try expectSame(calm, in: scratch, seed: seed)
                scratch.store = calm + "-killed-\(killed)"
                try scratch.makeStore()
            }
        }
        #expect(try scratch.run(words).code == 0, "KILL_SEED=\(seed)")
        try expectSame(calm, in: scratch, seed: seed)
    }

    private func expectAcknowledged(_ outcome: Outcome, in scratch: Scratch, seed: UInt64) throws {
        // A line may be cut by the kill; only whole ones were received.
        let whole = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        let verify = try scratch.run("verify")
        #expect(verify.code == 0, "KILL_SEED=\(seed): \(verify.output)")
        guard let last = whole.last else { return }
        let position = try #require(
            try JSONValue(parsing: Array(last.utf8))["position"]?.int64, "KILL_SEED=\(seed)")
        let checked = try #require(try verify.json()["checked_events"]?.int64)
        #expect(checked >= position, "KILL_SEED=\(seed)")
    }

    /// The log, the digests and every recorded label as in the run that nobody killed.
    private func expectSame(_ calm: String, in scratch: Scratch, seed: UInt64) throws {
        let verify = try scratch.run("verify", "--recompute")
        #expect(verify.code == 0, "KILL_SEED=\(seed): \(verify.output)")
        #expect(try scratch.run("replay", "--check").code == 0, "KILL_SEED=\(seed)")
        let here = try scratch.run("status").json()
        let there = try scratch.run("status", "--store", calm).json()
        #expect(here["projections"] == there["projections"], "KILL_SEED=\(seed)")
        // Steps are the same however often they were tried: so is the whole log, times and all.
        let log = try scratch.run("log").output
        #expect(try log == scratch.run("log", "--store", calm).output, "KILL_SEED=\(seed)")
    }
}
