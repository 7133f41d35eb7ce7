import CanonicalJSON
import Foundation
import Testing

/// The verb `rebuild`, killed and read beside.
struct RebuildTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// Kills rebuilds that keep progress after every few events, until one comes to its end. Whatever
    /// is read meanwhile is the truth, and one of them goes on where another was.
    @Test func killedRebuildsGoOn() throws {
        let seed =
            ProcessInfo.processInfo.environment["KILL_SEED"].flatMap(UInt64.init)
            ?? UInt64(Date().timeIntervalSince1970)
        print("KILL_SEED=\(seed)")
        var random = SplitMix64(seed: seed)
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("history.csv", SyntheticHistory.csv(minutes: 5 * 1_440, seed: 7))
        let backfill = ["backfill", "history.csv", "--every", "1h"] + Self.symbol
        #expect(try scratch.run(backfill).code == 0)
        let before = try scratch.run("status").json()
        let words = ["rebuild", "--every", "3"]
        let started = Date()
        let calm = try scratch.run(words)
        #expect(calm.code == 0, "\(calm.messages)")
        let duration = Date().timeIntervalSince(started)
        #expect(try calm.json()["commits"]?.int64 ?? 0 > 50)
        var (kills, resumed, ends) = (0, 0, 0)
        while kills < 8 || ends < 1 {
            let running = try scratch.start(words)
            usleep(UInt32(Double(random.next() % 1_000) / 1_000 * duration * 900_000))
            let status = try scratch.run("status").json()
            #expect(status["projections"] == before["projections"], "KILL_SEED=\(seed)")
            #expect(status["rebuild_needed"] == .bool(false), "KILL_SEED=\(seed)")
            if kills < 8 { running.signal(SIGKILL) }
            let outcome = try running.wait()
            if outcome.code == 0 {
                ends += 1
                let at = try outcome.json()["resumed_at"]?.int64 ?? 0
                if at > 0 { resumed += 1 }
                #expect((at > 0) == outcome.messages.contains("went on at position \(at)"))
                #expect(try outcome.json()["projections"] == before["projections"])
            } else {
                #expect(outcome.code == -SIGKILL, "KILL_SEED=\(seed): \(outcome.messages)")
                kills += 1
            }
            let deep = try scratch.run("verify", "--deep")
            #expect(deep.code == 0, "KILL_SEED=\(seed): \(deep.output)")
        }
        #expect(resumed > 0, "KILL_SEED=\(seed)")
        #expect(try scratch.run("replay", "--check").json()["check"]?.text == "same")
        // An update goes on from the records of the rebuild.
        let next = SyntheticHistory.start + 5 * 1_440 * 60_000
        try scratch.file("more.csv", SyntheticHistory.csv(minutes: 60, start: next))
        #expect(try scratch.run(["update", "--candles", "more.csv"] + Self.symbol).code == 0)
        #expect(try scratch.run("verify", "--deep").code == 0)
    }

    @Test func snapshotsAreTakenAndNamed() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("history.csv", SyntheticHistory.csv(minutes: 6_000, seed: 3))
        let none = try scratch.run("replay", "--from-snapshot")
        #expect(none.code == 0)
        let backfill = ["backfill", "history.csv", "--every", "15m"] + Self.symbol
        #expect(try scratch.run(backfill).code == 0)
        for words in [[], ["--to", "HEAD~20"], ["--to", "300"]] {
            let whole = try scratch.run(["replay"] + words)
            let short = try scratch.run(["replay", "--from-snapshot"] + words)
            #expect(short.code == 0)
            for key in ["projections", "position"] {
                #expect(try short.json()[key] == whole.json()[key], "\(words)")
            }
            #expect(
                short.messages.contains("no usable snapshot") == words.contains("300"),
                "\(words): \(short.messages)")
            #expect(
                short.messages.contains("from the snapshot at position 1")
                    == !words.contains("300"), "\(words): \(short.messages)")
        }
    }
}
