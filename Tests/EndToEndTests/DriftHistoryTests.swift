import CanonicalJSON
import Foundation
import Testing

/// `drift --history`, and what `update`, `backfill` and `status` say of drift.
struct DriftHistoryTests {
    static let columns =
        "end_ms,severity,level,cause,ks_statistic,ks_pvalue,psi,label_drift,cost_drift,evaluated,"
        + "drifted,outside,current_n,reference_n,baseline_version,stale_minutes,config_hash,"
        + "position,recorded_at_us"

    @Test func rows() throws {
        let scratch = try DriftHistory.wildDays()
        let csv = try scratch.ask("drift", "--history")
        #expect(csv.code == 0)
        #expect(csv.lines.first == Self.columns)
        #expect(csv.lines.count == 10)
        #expect(
            csv.lines[1].hasPrefix("1735776000000,insufficient_data,none,first,,,,,,0,0,0,24,0,"))
        #expect(csv.lines[9].hasPrefix("1736467200000,severe,severe,schedule,0.5106382978723404,"))
        let json = try scratch.ask("drift", "--history", "--format", "json").json()
        #expect(json.elements?.count == 9)
        #expect(json.elements?.first?["psi"] == .null)
        let lines = try scratch.ask("drift", "--history", "--format", "jsonl").jsonLines()
        #expect(.array(lines) == json)

        let some = try scratch.ask(
            "drift", "--history", "--from", "2025-01-05", "--to", "2025-01-07")
        #expect(some.lines.count == 3)
        let then = try scratch.ask("drift", "--history", "--as-of", "2025-01-05")
        #expect(then.output == csv.lines.prefix(5).joined(separator: "\n") + "\n")
        let none = try scratch.ask("drift", "--history", "--to", "2025-01-01")
        #expect(none.code == 0)
        #expect(none.lines == [Self.columns])
        #expect(none.messages.contains("nothing is recorded there"))
    }

    @Test func sparklines() throws {
        let scratch = try DriftHistory.wildDays()
        let plain = try scratch.ask("drift", "--history", "--format", "table")
        #expect(
            Array(plain.lines.prefix(5)) == [
                "ks_statistic    .....+@  min 0.0000  max 0.5106",
                "ks_pvalue       @@@@@..  min 1.31e-8  max 1.0000",
                "psi             ......@  min 0.0000  max 23.6767",
                "label_drift     .....@@  min 0.0000  max 0.0213",
                "cost_drift      .....=@  min 5.94e-4  max 2.6569",
            ])
        #expect(plain.lines.count == 5 + 10)
        #expect(plain.output.utf8.allSatisfy { $0 < 0x80 })
        let widths = Set(plain.lines.suffix(9).map(\.count))
        #expect(widths.count == 1, "\(widths)")
        let symbols = try scratch.ask(
            "drift", "--history", "--format", "table", environment: ["NO_COLOR": ""])
        #expect(symbols.lines[0] == "ks_statistic    ▁▁▁▁▁▅█  min 0.0000  max 0.5106")
    }

    @Test func monitors() throws {
        let scratch = try DriftHistory.wildDays()
        let csv = try scratch.ask("drift", "--history", "--monitor")
        #expect(
            csv.lines.first
                == "end_ms,candles,missing,gaps,outliers,volatility,volatility_bps,"
                + "volatility_ratio,trend,trend_score,labels,profitable,mean_cost_bps,position,"
                + "recorded_at_us")
        #expect(csv.lines.count == 10)
        let table = try scratch.ask("drift", "--history", "--monitor", "--format", "table")
        #expect(table.lines[0].hasPrefix("volatility_ratio  "))
        #expect(table.lines.count == 2 + 10)
    }

    /// A line of a backfill says what the step found and decided.
    @Test func stepsOfABackfill() throws {
        let scratch = try DriftHistory.calmWeek()
        let steps = try scratch.backfill("wild.csv")
        #expect(steps.map { $0["severity"] } == ["severe", "severe"])
        #expect(
            steps.map { $0["actions"] } == [
                ["monitor", "retrain", "pause_trading", "notify"],
                ["monitor", "retrain", "pause_trading"],
            ])
        #expect(steps[0]["drift"]?["severity"] == "severe")
        #expect(steps[0]["drifts"]?.elements?.count == 1)
        #expect(steps[0]["alerts"]?.elements?.first?["alert"] == 1)
        #expect(steps[1]["alerts"] == [])
    }

    /// An update without a check due says how things stand, and claims no check.
    @Test func updates() throws {
        let scratch = try DriftHistory.calmWeek()
        let lines = DriftHistory.csv(days: 7..<8).split(separator: "\n")
        try scratch.file("hour.csv", lines[...1].joined(separator: "\n"))
        let quiet = try scratch.ask("update", "--candles", "hour.csv").json()
        #expect(quiet["drift"] == .null)
        #expect(quiet["drifts"] == [])
        #expect(quiet["severity"] == "none")
        #expect(quiet["level"] == "none")
        #expect(quiet["actions"] == [])
        #expect(quiet["paused"] == false)
        try scratch.file("day.csv", lines.joined(separator: "\n"))
        let loud = try scratch.ask("update", "--candles", "day.csv", "--format", "table")
        #expect(loud.output.contains("[!!!] SEVERE: ks, psi and costs drifted (3 of 4 tests)\n"))
        #expect(
            loud.lines.contains {
                $0.hasPrefix("DRIFT, ACT NOW")
                    && $0.hasSuffix("MONITOR, RETRAIN, PAUSE TRADING, NOTIFY")
            })
        #expect(loud.output.contains("PAUSED since 2025-01-09T00:00:00Z\n"))
        #expect(loud.output.contains("SEVERE raised: ks, psi and costs drifted"))
    }

    /// The newest activated configuration is the one that `drift` shows; all are in `drifts`.
    @Test func severalLabellings() throws {
        let scratch = try DriftHistory.calmWeek()
        try scratch.file(
            "runner.toml", DriftHistory.configuration.replacing("scalp", with: "runner"))
        let done = try scratch.ask(
            "update", "--candles", "wild.csv", "--config", "drift.toml", "--config",
            "runner.toml"
        ).json()
        #expect(done["drifts"]?.elements?.count == 2)
        let newest = try scratch.ask("config", "list", "--format", "json").json().elements?
            .first { $0["newest"] == 1 }
        #expect(done["drift"]?["labels_hash"] == newest?["labels_hash"])
        #expect(done["drift"]?["severity"] == done["severity"])
        let status = try scratch.run("status").json()["symbols"]?.elements?.first
        #expect(status?["severity"] == done["severity"])
        let other = try scratch.ask("drift", "--history", "--config", "drift.toml", "--quiet")
        #expect(other.lines.count == 9)
    }

    /// A table of many markets keeps the loud words beside it.
    @Test func manyMarkets() throws {
        let scratch = try DriftHistory.calmWeek()
        try FileManager.default.createDirectory(
            at: scratch.url("day"), withIntermediateDirectories: false)
        try scratch.file("day/BTC-USDT_USDT-1h.csv", DriftHistory.csv(days: 7..<9))
        let table = try scratch.run("update", "--manifest", "day", "--format", "csv")
        #expect(table.code == 0, "\(table.messages)")
        #expect(table.lines[0].hasSuffix(",open,severity,level,alerts"))
        #expect(table.lines[1].hasSuffix(",severe,severe,1"))
        #expect(
            table.messages.contains(
                "[!!!] binance/BTC-USDT:USDT/1h: SEVERE: ks, psi and costs drifted (3 of 4 tests)"))
    }

    @Test func verdictsAreRecomputed() throws {
        let scratch = try DriftHistory.wildDays()
        let verify = try scratch.run("verify", "--recompute")
        #expect(verify.code == 0, "\(verify.messages)")
        // 9 checks with their decisions and monitors, 7 baselines, an alert.
        #expect(try verify.json()["checked_verdicts"]?.int64 == 35)
        #expect(try scratch.run("replay", "--check").code == 0)
    }
}
