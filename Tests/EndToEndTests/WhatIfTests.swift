import CanonicalJSON
import Foundation
import Testing

/// `replay --with` and `replay --set` as users run them.
struct WhatIfTests {
    private static let sweep = [
        "replay", "--set", "take_profit_bps=10,15", "--set", "spread_bps=3,30",
    ]

    private func ask(_ scratch: Scratch, _ words: String...) throws -> Outcome {
        try scratch.run(Self.sweep + words + DriftHistory.symbol)
    }

    @Test func tableOfASweep() throws {
        let scratch = try DriftHistory.wildDays()
        let file = scratch.url("store/data.mdb")
        let before = try Data(contentsOf: file)
        let table = try ask(scratch, "--format", "table", "--sort", "net")
        #expect(table.code == 0, "\(table.messages)")
        #expect(
            table.messages
                == "as of position 72, committed 2025-01-10T00:00:00.000007Z\nsimulated clock\n"
                + "entries 2025-01-01T00:00:00Z..2025-01-10T00:00:00Z\n")
        #expect(
            table.output == """
                config    changes                           labels  changed  meta %  net mean      p5  median     p95  too short  none  warning  critical  severe  checks changed  decisions changed  paused from           alerts
                4337019d  the record                           215             0.47    -12.07  -48.07   -8.66   -6.70          2     5        0         0       2                                     2025-01-09T00:00:00Z       1
                9636f0a1  take_profit_bps=10                   215        0    0.47    -12.07  -48.07   -8.66   -6.70          2     5        0         0       2  0 of 9          0 of 9             2025-01-09T00:00:00Z       1
                4337019d  as recorded                          215        0    0.47    -12.07  -48.07   -8.66   -6.70          2     5        0         0       2  0 of 9          0 of 9             2025-01-09T00:00:00Z       1
                e7ef5aa4  spread_bps=30 take_profit_bps=10     215      215    0.00    -26.92  -62.92  -23.51  -21.55          2     5        0         0       2  0 of 9          0 of 9             2025-01-09T00:00:00Z       1
                785ee85e  spread_bps=30                        215      215    0.00    -26.92  -62.92  -23.51  -21.55          2     5        0         0       2  0 of 9          0 of 9             2025-01-09T00:00:00Z       1

                """)
        // Nothing is recorded: neither in the log nor beside it.
        #expect(try Data(contentsOf: file) == before)
        #expect(try scratch.run("status").json()["position"]?.int64 == 72)
    }

    @Test func reportForScripts() throws {
        let scratch = try DriftHistory.wildDays()
        let json = try ask(scratch, "--format", "json", "--threads", "2").json()
        #expect(
            json.members?.map(\.name) == [
                "position", "market", "from_ms", "to_ms", "through_ms", "candles", "recorded",
                "configurations",
            ])
        #expect(json["candles"]?.int64 == 216)
        #expect(json["from_ms"]?.int64 == DriftHistory.start)
        #expect(json["to_ms"]?.int64 == DriftHistory.start + 216 * 3_600_000)
        #expect(json["recorded"]?["stale_labels"]?.int64 == 0)
        #expect(json["recorded"]?["drift"]?["severities"]?["severe"]?.int64 == 2)
        let rows = try #require(json["configurations"]?.elements)
        #expect(rows.count == 4)
        for row in rows {
            #expect(
                row.members?.map(\.name) == [
                    "config_hash", "labels_hash", "changes", "labels", "difference", "drift",
                    "drift_difference",
                ])
            #expect(row["labels"]?["net_bps"]?["p50"]?.double != nil)
            #expect(row["drift_difference"]?["compared"]?.int64 == 9)
        }
        #expect(rows[3]["changes"] == ["spread_bps": .integer(30)])
        #expect(rows[3]["difference"]?["costs_only"]?.int64 == 215)
        #expect(rows[3]["difference"]?["meta_lost"]?.int64 == 1)
        // One thread gives the same, and so does each alone.
        let one = try ask(scratch, "--format", "json", "--threads", "1").json()
        #expect(one == json)
        let alone = try scratch.ask("replay", "--set", "spread_bps=30", "--format", "json").json()
        #expect(alone["configurations"]?.elements == [rows[3]])
    }

    @Test func rowsAndRanges() throws {
        let scratch = try DriftHistory.wildDays()
        let csv = try ask(scratch)
        #expect(csv.code == 0)
        #expect(
            csv.lines[0]
                == "config_hash,labels_hash,recorded,changes,labels,open,meta,meta_share,exits_tp,"
                + "exits_sl,exits_timeout,net_mean_bps,net_p5_bps,net_median_bps,net_p95_bps,"
                + "mean_gross_bps,mean_costs_bps,changed,outcomes,costs_only,meta_gained,meta_lost,"
                + "only_here,only_recorded,checks,insufficient_data,none,warning,critical,severe,"
                + "pauses,paused_from_ms,paused_before,alerts,severities_changed,decisions_changed")
        #expect(csv.lines.count == 6)
        #expect(try ask(scratch, "--format", "jsonl").jsonLines().count == 5)

        let day = ["--from", "2025-01-08", "--to", "2025-01-09"]
        let words = ["replay", "--with", "drift.toml", "--set", "spread_bps=30"] + day
        let json = try scratch.run(words + ["--format", "json"] + DriftHistory.symbol).json()
        #expect(json["recorded"]?["labels"]?["closed"]?.int64 == 24)
        #expect(json["recorded"]?["drift"]?["checks"]?.int64 == 1)
        let labels = try scratch.run(words + ["--labels"] + DriftHistory.symbol)
        #expect(labels.lines.count == 25)
        #expect(labels.lines[1].contains(",1736294400000,"))
        #expect(json["recorded"]?["drift"]?["paused_before"] == false)
        // On the second wild day trading was paused from its beginning on.
        let second = try scratch.run(
            ["replay", "--with", "drift.toml", "--from", "2025-01-09", "--format", "json"]
                + DriftHistory.symbol
        ).json()
        for drift in [
            second["recorded"]?["drift"], second["configurations"]?.elements?[0]["drift"],
        ] {
            #expect(drift?["paused_before"] == true && drift?["paused_from_ms"] == .null)
            #expect(drift?["pauses"] == 0 && drift?["paused"] == true)
        }
        // As it was known after the calm week.
        let then = try ask(scratch, "--as-of", "2025-01-08", "--format", "json").json()
        #expect(then["candles"]?.int64 == 168)
        let checks = try scratch.ask(
            "replay", "--set", "drift_alpha=0.999999", "--set", "drift_psi=1e-9", "--checks",
            "--format", "table")
        #expect(checks.code == 0, "\(checks.messages)")
        #expect(checks.output.contains("recorded_severity"))
        let listed = try scratch.ask(
            "replay", "--set", "drift_psi=1e9", "--set", "drift_alpha=1e-15", "--checks",
            "--format", "json"
        ).json()
        let change = listed["configurations"]?.elements?[0]["drift_difference"]?["changes"]?
            .elements?.last
        #expect(change?["recorded_actions"]?.elements?.contains("pause_trading") == true)
        #expect(change?["actions"]?.elements?.contains("pause_trading") == false)
    }

    /// A labelling that starts late has no open trades before its start; another configuration has
    /// labels there, and the record none.
    @Test func entriesBeforeTheLabellingStarts() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("history.csv", SyntheticHistory.csv(minutes: 300))
        let symbol = ["--symbol", "BTC/USDT:USDT"]
        let start = ["--label-from", "2025-10-10T02:00Z"]
        let done = try scratch.run(
            ["update", "--candles", "history.csv", "--config", "scalp"] + start + symbol)
        #expect(done.code == 0, "\(done.messages)")
        func ask(_ words: String...) throws -> JSONValue {
            try scratch.run(
                ["replay", "--set", "stop_loss_bps=12", "--format", "json"] + words + symbol
            ).json()
        }
        let (late, whole) = (try ask(), try ask("--from", "2025-10-10"))
        let recorded = whole["recorded"]?["labels"]
        #expect(recorded == late["recorded"]?["labels"])
        let other = whole["configurations"]?.elements?[0]
        #expect(other?["difference"]?["only_here"]?.int64 == 120)
        let counts = try ["closed", "open"].map { name in
            try #require(other?["labels"]?[name]?.int64)
        }
        #expect(counts[0] + counts[1] == 300)
        let said = try scratch.run(
            ["replay", "--with", "scalp", "--from", "2025-10-10", "--format", "table"] + symbol)
        #expect(said.messages.contains("the recorded labelling begins at 2025-10-10T02:00:00Z"))
        #expect(said.lines.last?.contains("these settings throughout") == true)
        #expect(whole["recorded"]?["labelled_from_ms"]?.int64 == SyntheticHistory.start + 7_200_000)
    }

    @Test func namesAndPresets() throws {
        let scratch = try DriftHistory.wildDays()
        let known = try scratch.ask("config", "list", "--format", "json").json()
        let hash = try #require(known.elements?.first?["config_hash"]?.text)
        let json = try scratch.ask(
            "replay", "--with", "runner", "--with", String(hash.prefix(8)), "--with", "drift.toml",
            "--no-drift", "--format", "json"
        ).json()
        // The file is the recorded one: it is run once.
        #expect(json["configurations"]?.elements?.count == 2)
        #expect(
            json["configurations"]?.elements?[0]["changes"]?["timeout_minutes"]?.int64 == 10_080)
        #expect(json["configurations"]?.elements?[1]["config_hash"]?.text == hash)
        #expect(json["configurations"]?.elements?[1]["drift"] == .null)
    }

    @Test(arguments: [
        (["--symbol", "BTC/USDT"], 64, "--with or --set"),
        (["--with", "scalp"], 64, "--symbol"),
        (["--as-of", "-6h"], 64, "--with or --set"),
        (["--with", "scalp", "--symbol", "BTC/USDT", "--check"], 64, "plain replay"),
        (["--with", "scalp", "--symbol", "BTC/USDT", "--to", "HEAD~2"], 64, "--as-of"),
        (["--with", "scalp", "--symbol", "BTC/USDT", "--from", "20", "--to", "10"], 64, "--from"),
        (["--with", "scalp", "--symbol", "BTC/USDT", "--threads", "0"], 64, "--threads"),
        (["--with", "scalp", "--symbol", "BTC/USDT", "--no-drift", "--checks"], 64, "choose one"),
        (
            ["--with", "scalp", "--symbol", "BTC/USDT", "--labels", "--checks", "--format", "csv"],
            64, "choose one"
        ),
        (["--with", "scalp", "--symbol", "BTC/USDT", "--sort", "x"], 64, "median"),
        (["--with", "scalp", "--symbol", "ETH/USDT"], 66, "no market"),
    ])
    func refusals(_ words: [String], _ code: Int32, mentions hint: String) throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let wrong = try scratch.run(["replay"] + words)
        #expect(wrong.code == code, "\(wrong.messages)")
        #expect(wrong.output == "")
        #expect(wrong.messages.contains(hint), "\(wrong.messages)")
    }

    @Test(arguments: [
        (["--with", "scalpp"], 66, "did you mean scalp"),
        (["--set", "take_profit=1"], 64, "take_profit_bps"),
        (["--set", "take_profit_bps=1,x"], 64, "expected a number"),
        (["--set", "take_profit_bps=1,-2"], 64, "must be above 0"),
        (["--set", "take_profit_bps=1", "--set", "take_profit_bps=2"], 64, "is set twice"),
        (
            ["--set", "drift_check_hours=" + (1...300).map(String.init).joined(separator: ",")]
                + ["--set", "spread_bps=1,2,3,4"], 64, "300 × 4 = 1200 configurations"
        ),
        (["--with", "scalp", "--config", "runner"], 66, "no labels under --config runner"),
    ])
    func refusedConfigurations(_ words: [String], _ code: Int32, mentions hint: String) throws {
        let scratch = try DriftHistory.calmWeek()
        let wrong = try scratch.run(["replay"] + words + DriftHistory.symbol)
        #expect(wrong.code == code, "\(wrong.messages)")
        #expect(wrong.output == "")
        #expect(wrong.messages.contains(hint), "\(wrong.messages)")
    }
}
