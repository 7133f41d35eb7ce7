import CanonicalJSON
import Foundation
import Testing

/// `delta`: its text as people read it, its JSON, and that it changes nothing.
struct DeltaReportTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// Lines of the klines of the fixtures.
    private func rows(_ range: Range<Int>) throws -> [String] {
        try Fixtures.text("labels/klines-BTC-20251010.csv").split(separator: "\n")[range]
            .map(String.init)
    }

    /// A store with 240 labelled minutes, up to 2025-10-10T13:36Z.
    private func labelled() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("first.csv", rows(0..<240).joined(separator: "\n"))
        let done = try scratch.run(["update", "--candles", "first.csv"] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
        return scratch
    }

    /// Runs `delta` for people; the store stays as it is.
    private func report(
        _ scratch: Scratch, _ words: [String], environment: [String: String] = [:]
    ) throws -> String {
        let before = try scratch.run("log").output
        let done = try scratch.run(
            ["delta", "--format", "table"] + words + Self.symbol, environment: environment)
        #expect(done.code == 0, "\(done.messages)")
        #expect(try scratch.run("log").output == before)
        return done.output
    }

    @Test func anHour() throws {
        let scratch = try labelled()
        try scratch.file("hour.csv", rows(240..<300).joined(separator: "\n"))
        let text = try report(
            scratch, ["--candles", "hour.csv"], environment: ["NO_COLOR": ""])
        #expect(
            text == """
                ============================================================
                DELTA DETECTION SUMMARY
                ============================================================
                Market: binance/BTC-USDT:USDT/1m

                ✅ New candles: 60
                   Start: 2025-10-10T13:37:00Z
                   End:   2025-10-10T14:36:00Z
                ✅ Revised candles: 0
                ✅ Late candles: 0
                ✅ Duplicates: 0
                ✅ Rejected rows: 0
                ✅ Gaps: 0

                ⚠️ Incomplete labels: 3

                ✅ Config unchanged
                ------------------------------------------------------------
                ACTION: Incremental update
                Time since last run: 1.0 hours
                Estimated work: 60 candles, 60 entries, about 60 labels
                Full relabel: 300 entries, 5.0 times as many
                ============================================================

                """)
    }

    /// Everything that can happen to a row, in plain ASCII.
    @Test func trouble() throws {
        let scratch = try labelled()
        var revised = try rows(0..<300)[230].split(separator: ",").map(String.init)
        revised[5] = "77.5"
        var lines = [revised.joined(separator: ",")]
        lines += try rows(235..<250)
        lines += ["1760103960000,1,2,3,x,5"]
        lines += try rows(260..<270) + rows(275..<280)
        try scratch.file("trouble.csv", lines.joined(separator: "\n"))
        let text = try report(
            scratch, ["--candles", "trouble.csv", "--config", "scalp", "--config", "runner"])
        #expect(
            text == """
                ============================================================
                DELTA DETECTION SUMMARY
                ============================================================
                Market: binance/BTC-USDT:USDT/1m

                [ok] New candles: 25
                   Start: 2025-10-10T13:37:00Z
                   End:   2025-10-10T14:16:00Z
                [!] Revised candles: 1
                [ok] Late candles: 0
                [ok] Duplicates: 5
                [!] Rejected rows: 1
                [!] Gaps: 2 (15 candles missing)
                   2025-10-10T13:47:00Z: 10 missing
                   2025-10-10T14:07:00Z: 5 missing

                [!] Incomplete labels: 3
                   scalp: 3
                   runner: 0

                [!] Config changed
                   runner becomes active, has no labels yet
                ------------------------------------------------------------
                ACTION: Full retrain required
                Time since last run: 0.7 hours
                Estimated work: 265 candles, 321 entries, about 290 labels
                Full relabel: 530 entries, 1.7 times as many
                ============================================================

                """)
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func nothingNew() throws {
        let scratch = try labelled()
        let text = try report(scratch, [])
        #expect(
            text == """
                ============================================================
                DELTA DETECTION SUMMARY
                ============================================================
                Market: binance/BTC-USDT:USDT/1m

                [ok] No new candles
                [ok] Revised candles: 0
                [ok] Late candles: 0
                [ok] Duplicates: 0
                [ok] Rejected rows: 0
                [ok] Gaps: 0

                [!] Incomplete labels: 3

                [ok] Config unchanged
                ------------------------------------------------------------
                ACTION: No update needed
                Time since last run: 0.0 hours
                ============================================================

                """)
        let again = try report(
            scratch, ["--candles", "first.csv", "--no-color"], environment: ["NO_COLOR": ""])
        #expect(again.contains("[ok] No new candles\n"))
        #expect(again.contains("[ok] Duplicates: 240\n"))
        #expect(again.contains("ACTION: No update needed\n"))
    }

    @Test func theFirstRun() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("first.csv", rows(0..<240).joined(separator: "\n"))
        let text = try report(scratch, ["--candles", "first.csv"])
        #expect(text.contains("[!] Config changed\n   scalp becomes active, has no labels yet\n"))
        #expect(text.contains("ACTION: Full retrain required\nTime since last run: never\n"))
        let missing = try scratch.run(["delta"] + Self.symbol)
        #expect(missing.code == 66)
        #expect(missing.messages.contains("no market"))
    }

    /// Candles that were imported wait for the next update, which the report says.
    @Test func importedNotLabelled() throws {
        let scratch = try labelled()
        try scratch.file("hour.csv", rows(240..<300).joined(separator: "\n"))
        try scratch.run(["import", "hour.csv"] + Self.symbol)
        let text = try report(scratch, [])
        #expect(text.contains("[ok] No new candles\n"))
        #expect(text.contains("[!] Recorded, not labelled yet (scalp): 60\n"))
        #expect(text.contains("ACTION: Incremental update\nTime since last run: 1.0 hours\n"))
    }

    /// The twin for scripts says the same, and what `update` then reports.
    @Test func jsonAgreesWithUpdate() throws {
        let scratch = try labelled()
        try scratch.file("hour.csv", rows(230..<300).joined(separator: "\n"))
        let words = ["--candles", "hour.csv"] + Self.symbol
        let delta = try scratch.run(["delta"] + words).json()
        let update = try scratch.run(["update"] + words).json()
        let done = try #require(update["delta"])
        for key in [
            "recorded", "duplicates", "revised", "late", "partial", "rejected", "gaps", "from_ms",
            "to_ms", "required", "time_since_last_update_ms",
        ] {
            #expect(delta[key] == done[key], "\(key)")
        }
        #expect(delta["required"] == "incremental")
        #expect(delta["time_since_last_update_ms"] == 3_600_000)
        #expect(delta["config_changed"] == false)
        #expect(
            delta["work"]
                == ["candles": 60, "entries": 60, "labels": 60, "full_relabel_entries": 300])
        let labelling = try #require(delta["labellings"]?.elements?.first)
        #expect(labelling["open"] == delta["open"])
        #expect(labelling["labels_hash"] == update["labellings"]?.elements?.first?["labels_hash"])
        let again = try scratch.run(["delta"] + words).json()
        #expect(again["required"] == "nothing")
        let nothing = try scratch.run(["update"] + words).json()
        #expect(nothing["delta"]?["required"] == "nothing")
    }

    /// Every market of an update of many says what it required.
    @Test func updatesOfManyMarkets() throws {
        let scratch = try labelled()
        try FileManager.default.createDirectory(
            at: scratch.url("hour"), withIntermediateDirectories: false)
        let hour = try rows(240..<300).joined(separator: "\n")
        for pair in ["BTC-USDT_USDT", "ETH-USDT_USDT"] {
            try scratch.file("hour/\(pair)-1m.csv", hour)
        }
        for expected in [["incremental", "full_relabel"], ["nothing", "nothing"]] {
            let done = try scratch.run("update", "--manifest", "hour", "--format", "json")
            #expect(done.code == 0, "\(done.messages)")
            let markets = try #require(try done.json()["markets"]?.elements)
            #expect(markets.map { $0["delta"]?["required"]?.text } == expected)
        }
    }
}
