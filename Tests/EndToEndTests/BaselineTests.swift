import CanonicalJSON
import Foundation
import Testing

/// `baseline`: what checks compare with, set and released by people.
struct BaselineTests {
    @Test func show() throws {
        let scratch = try DriftHistory.wildDays()
        let json = try scratch.ask("baseline").json()
        #expect(json["from_ms"] == 1_735_862_400_000)
        #expect(json["to_ms"] == 1_736_294_400_000)
        #expect(json["candles"] == 120)
        #expect(json["labels"] == 120)
        #expect(json["digest"]?.text?.count == 64)
        #expect(json["cause"] == "rolling")
        #expect(json["policy"] == "rolling")
        #expect(json["pinned"] == false)
        #expect(json["stale_minutes"] == 0)
        #expect(json["revisions"] == 0)
        #expect(json["deciles"]?.elements?.count == 11)
        #expect(json["counts"]?.elements?.count == 10)
        #expect(json["profitable_share"] == 0)
        #expect(json["mean_cost_bps"]?.double != nil)
        #expect(json["volatility_bps"]?.double != nil)
        #expect(json["version"] == 23)
        #expect(json["position"] == 72)
        let then = try scratch.ask("baseline", "--as-of", "2025-01-05").json()
        #expect(then["candles"] == 48)
        #expect(then["version"] == 8)
        let table = try scratch.ask("baseline", "show", "--format", "table")
        #expect(table.lines.contains { $0.hasPrefix("bin 1 ") && $0.contains(" … ") })
        #expect(table.lines.contains("from               2025-01-03T00:00:00Z"))
        let young = try scratch.ask("baseline", "--as-of", "2025-01-02")
        #expect(young.code == 66)
        #expect(young.messages.contains("has no baseline as of position"))
    }

    /// Minutes revised later make a baseline stale; it keeps the values of then.
    @Test func stale() throws {
        let scratch = try DriftHistory.wildDays()
        let set = try scratch.ask("baseline", "set", "2025-01-02..2025-01-05")
        #expect(set.code == 0, "\(set.messages)")
        var row = DriftHistory.csv(days: 2..<3).split(separator: "\n")[1].split(separator: ",")
        row[5] = "77.5"
        try scratch.file("revised.csv", row.joined(separator: ","))
        #expect(try scratch.ask("import", "revised.csv").code == 0)
        let json = try scratch.ask("baseline").json()
        #expect(json["stale_minutes"] == 1)
        #expect(json["revisions"] == 1)
        #expect(json["revised"]?.elements?.first?["timestamp_ms"] == 1_735_862_400_000)
        #expect(try scratch.ask("drift").json()["stale_minutes"] == 1)
        let report = try scratch.ask("drift", "--format", "table").output
        #expect(report.contains("; minutes revised since: 1\n"))
        #expect(try scratch.ask("baseline", "--as-of", "HEAD~1").json()["revisions"] == 0)
    }

    /// The contract's order of words, and the parser's.
    @Test(arguments: [
        [
            "baseline", "--symbol", "BTC/USDT:USDT", "--timeframe", "1h", "set",
            "2025-01-02..2025-01-05",
        ],
        [
            "baseline", "set", "2025-01-02..2025-01-05", "--symbol", "BTC/USDT:USDT", "--timeframe",
            "1h",
        ],
        [
            "baseline", "--quiet", "set", "--symbol", "BTC/USDT:USDT", "--timeframe=1h",
            "1735776000000..1736035200000",
        ],
    ])
    func setAndRelease(_ words: [String]) throws {
        let scratch = try DriftHistory.wildDays()
        let set = try scratch.run(words)
        #expect(set.code == 0, "\(set.messages)")
        let json = try set.json()
        #expect(json["from_ms"] == 1_735_776_000_000)
        #expect(json["to_ms"] == 1_736_035_200_000)
        #expect(json["candles"] == 72)
        #expect(json["cause"] == "set")
        #expect(json["pinned"] == true)
        // Said again it adds nothing.
        #expect(try scratch.run(words).json()["position"] == json["position"])

        let drift = try scratch.ask("drift").json()
        #expect(drift["reference"]?["from_ms"] == 1_735_776_000_000)
        #expect(drift["baseline_version"] == json["version"])
        let after = try scratch.backfill("after.csv")
        // The first check against it, and then as scheduled.
        #expect(
            after.map { $0["drift"]?["baseline"]?["version"] == json["version"] } == [
                true, true, true,
            ])
        #expect(after[0]["drift"]?["cause"] == "baseline")

        let released = try scratch.ask("baseline", "release", "--by", "ann")
        #expect(released.code == 0, "\(released.messages)")
        #expect(try released.json()["pinned"] == false)
        #expect(try scratch.ask("baseline").json()["pinned"] == false)
        let nothing = try scratch.ask("baseline", "release")
        #expect(nothing.code == 2)
        #expect(nothing.messages.contains("nothing to release"))
        #expect(try scratch.run("verify", "--recompute").code == 0)
    }

    @Test(
        arguments: [
            (["set", "2025-01-05..2025-01-09"], 2, "ends before the current window"),
            (["set", "2024-01-05..2024-01-09"], 2, "has no candles from"),
            (["set", "2025-01-05"], 64, "from..to"), (["set"], 64, "from..to"),
            (["relase"], 64, "did you mean 'release'"),
            (["--config", "runner"], 66, "no labels under"),
            (["set", "2025-01-02..2025-01-05", "--config", "scalp"], 2, "activate it"),
        ] as [([String], Int32, String)])
    func mistakes(_ words: [String], _ code: Int32, _ message: String) throws {
        let scratch = try DriftHistory.wildDays()
        let wrong = try scratch.run(["baseline"] + words + DriftHistory.symbol)
        #expect(wrong.code == code, "\(wrong.messages)")
        #expect(wrong.messages.contains(message), "\(wrong.messages)")
        #expect(wrong.output == "")
    }
}
