import CanonicalJSON
import Foundation
import SystemIO
import Testing

/// Stores of earlier versions, which every later one must read: a log is kept for years, and the
/// program that wrote it is not. `tools/make_store_fixture` wrote these files and says how.
struct OldStoreTests {
    static let versions = ["v1"]
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// The store, unpacked where it may be written to.
    private func unpacked(_ version: String) throws -> Scratch {
        let scratch = try Scratch()
        let packed = try Data(contentsOf: URL(fileURLWithPath: file(version, "data.mdb.gz")))
        let bytes = try Gzip.decompress(Array(packed), limit: 1 << 26)
        try FileManager.default.createDirectory(
            atPath: scratch.store, withIntermediateDirectories: true)
        try scratch.file("store/data.mdb", bytes)
        return scratch
    }

    private func file(_ version: String, _ name: String) -> String {
        Fixtures.path("stores/\(version)/\(name)")
    }

    @Test(arguments: versions)
    func isVerifiedAndReplayed(_ version: String) throws {
        let scratch = try unpacked(version)
        let verify = try scratch.run("verify", "--recompute", "--lookahead")
        #expect(verify.code == 0, "\(verify.messages)")
        #expect(try verify.json()["checked_labels"]?.int64 ?? 0 > 3_000)
        let replay = try scratch.run("replay", "--check")
        #expect(replay.code == 0, "\(replay.messages)")
    }

    @Test(arguments: versions)
    func printsWhatItPrintedThen(_ version: String) throws {
        let scratch = try unpacked(version)
        let log = try scratch.run("log", "--format", "csv")
        #expect(try log.output == Fixtures.text("stores/\(version)/log.csv"))
        for (name, words) in [
            ("labels-scalp", ["--config", "scalp", "--provisional"]),
            ("labels-runner", ["--config", "runner", "--provisional"]),
            ("labels-scalp-then", ["--config", "scalp", "--as-of", "HEAD~24"]),
        ] {
            let labels = try scratch.run(["labels", "--format", "csv"] + words + Self.symbol)
            // Columns may be added at the end; those of then stay as they are.
            let then = try Fixtures.text("stores/\(version)/\(name).csv")
                .split(separator: "\n").map(String.init)
            #expect(labels.lines.count == then.count)
            #expect(zip(labels.lines, then).allSatisfy { $0.hasPrefix($1) })
        }
    }

    /// An old store goes on: it takes candles, labels them, and stays one history.
    @Test(arguments: versions)
    func isUpdated(_ version: String) throws {
        let scratch = try unpacked(version)
        let last: Int64 = 1_760_208_960_000
        try scratch.file("more.csv", SyntheticHistory.csv(minutes: 90, start: last + 60_000))
        let done = try scratch.run(["backfill", "more.csv", "--every", "1h"] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
        #expect(try done.json()["updates"]?.int64 ?? 0 >= 2)
        #expect(try scratch.run("verify", "--recompute", "--lookahead").code == 0)
        #expect(try scratch.run("replay", "--check").code == 0)
    }

    /// Records of an earlier version are no damage: everything works without them, and a rebuild makes
    /// those of this version.
    @Test(arguments: versions)
    func isRebuilt(_ version: String) throws {
        let scratch = try unpacked(version)
        let before = try scratch.run("status").json()
        #expect(before["rebuild_needed"] == .bool(true))
        let outdated = try scratch.run("replay", "--check")
        #expect(outdated.code == 0)
        #expect(try outdated.json()["check"]?.text == "rebuild needed")
        #expect(try scratch.run("verify", "--deep").code == 0)
        let rebuilt = try scratch.run("rebuild", "--every", "50")
        #expect(rebuilt.code == 0, "\(rebuilt.messages)")
        #expect(try rebuilt.json()["projections"] == before["projections"])
        let after = try scratch.run("status").json()
        #expect(after["rebuild_needed"] == .bool(false))
        #expect(after["projections"] == before["projections"])
        let check = try scratch.run("replay", "--check")
        #expect(try check.json()["check"]?.text == "same")
        #expect(try scratch.run("verify", "--deep").code == 0)
    }

    /// An update saves records of this version beside those of then, without a rebuild.
    @Test(arguments: versions)
    func isUpdatedAndThenSame(_ version: String) throws {
        let scratch = try unpacked(version)
        let last: Int64 = 1_760_208_960_000
        try scratch.file("more.csv", SyntheticHistory.csv(minutes: 60, start: last + 60_000))
        #expect(try scratch.run(["backfill", "more.csv", "--every", "1h"] + Self.symbol).code == 0)
        #expect(try scratch.run("status").json()["rebuild_needed"] == .bool(false))
        #expect(try scratch.run("replay", "--check").json()["check"]?.text == "same")
        #expect(try scratch.run("verify", "--deep").code == 0)
        #expect(try scratch.run("rebuild").code == 0)
        #expect(try scratch.run("verify", "--deep").code == 0)
    }
}
