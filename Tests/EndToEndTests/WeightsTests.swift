import CanonicalJSON
import Foundation
import Testing

/// `weights` and `labels --statistics` as users run them.
struct WeightsTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// The klines of the fixtures, labelled as scalp and then as runner, which is the newest.
    private func labelled() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        let klines = Fixtures.path("labels/klines-BTC-20251010.csv")
        for preset in ["scalp", "runner"] {
            let done = try scratch.run(
                ["update", "--candles", klines, "--config", preset] + Self.symbol)
            #expect(done.code == 0, "\(done.messages)")
        }
        return scratch
    }

    @Test func rowsAndTheirSummary() throws {
        let scratch = try labelled()
        let words = ["weights", "--config", "scalp", "--mode", "scalp"] + Self.symbol
        let csv = try scratch.run(words)
        #expect(csv.code == 0)
        #expect(csv.lines.count == 1_971)
        #expect(
            Array(csv.lines.prefix(3)) == [
                "entry_time_ms,weight,known_at_ms",
                "1760089020000,0.9533589769950017,1760209020000",
                "1760089080000,0.9534048682444138,1760209020000",
            ])
        #expect(
            csv.messages
                == "as of position 19, committed 2025-10-11T18:57:00.000018Z\nsimulated clock\ness 1968.5251327957378\n"
        )
        // Every weight depends on all labels: all are known when the last one is.
        let known = Set(csv.lines.dropFirst().compactMap { $0.split(separator: ",").last })
        #expect(known == ["1760209020000"])

        let json = try scratch.run(words + ["--format", "json"]).json()
        #expect(json["ess"] == 1_968.5251327957378)
        #expect(json["mode"] == "scalp")
        #expect(json["half_life_days"] == 10)
        #expect(json["labels"] == 1_970)
        #expect(json["position"]?.int64 == 19)
        let rows = try #require(json["weights"]?.elements)
        #expect(rows.count == 1_970)
        let lines = try scratch.run(words + ["--format", "jsonl", "--quiet"])
        #expect(lines.messages == "")
        #expect(try lines.jsonLines() == rows)
        let sum = rows.reduce(0) { $0 + ($1["weight"]?.double ?? 0) }
        #expect(abs(sum - 1_970) < 1e-9)

        let table = try scratch.run(words + ["--format", "table"])
        #expect(table.lines.count == 5 + 1 + 20)
        #expect(table.lines[4] == "ess             1968.5")
        #expect(table.messages.contains("1,950 older labels"))
    }

    @Test func modesAndHalfLives() throws {
        let scratch = try labelled()
        func run(_ words: String...) throws -> Outcome {
            try scratch.run(["weights", "--format", "json"] + words + Self.symbol)
        }
        let scalp = try run().json()
        #expect(scalp["mode"] == "scalp")
        #expect(try run("--half-life", "10d").json()["weights"] == scalp["weights"])
        #expect(try run("--half-life", "240h").json()["mode"] == .null)
        for (mode, days) in [("confirm", 20.0), ("regime", 60), ("risk", 120), ("runner", 20)] {
            #expect(try run("--mode", mode).json()["half_life_days"]?.double == days)
        }
        // The newest activated labelling unless told otherwise.
        let runner = try run("--config", "runner").json()
        #expect(runner["weights"] == scalp["weights"])
        #expect(runner["config_hash"] == scalp["config_hash"])
        #expect(try run("--config", "scalp").json()["weights"] != scalp["weights"])

        let typo = try run("--mode", "regim")
        #expect(typo.code == 64)
        #expect(typo.messages.contains("did you mean regime?"))
        #expect(typo.messages.contains("--half-life"))
        #expect(try run("--mode", "Scalp").code == 64)
        #expect(try run("--mode", "risk", "--half-life", "1d").code == 64)
        #expect(try run("--half-life", "0d").code == 64)
        #expect(try run("--half-life", "long").code == 64)
    }

    /// As of a point and in a range: the labels that `labels` prints then, weighed.
    @Test func ofTheLabelsChosen() throws {
        let scratch = try labelled()
        for words in [
            ["--as-of", "HEAD~1"], ["--from", "2025-10-10T21:00Z"],
            ["--from", "2025-10-10T21:00Z", "--to", "2025-10-10T22:00Z"], ["--to", "2025-10-10"],
        ] {
            let labels = try scratch.run(["labels", "--config", "scalp"] + words + Self.symbol)
            let weights = try scratch.run(["weights", "--config", "scalp"] + words + Self.symbol)
            #expect(weights.code == 0, "\(weights.messages)")
            let columns = (labels, weights)
            func entries(_ outcome: Outcome) -> [Substring?] {
                outcome.lines.dropFirst().map { $0.split(separator: ",").first }
            }
            #expect(entries(columns.0) == entries(columns.1))
        }
        let none = try scratch.run(
            ["weights", "--to", "2025-10-10", "--format", "json"] + Self.symbol
        ).json()
        #expect(none["ess"] == 0)
        #expect(none["weights"] == [])
    }

    @Test func statistics() throws {
        let scratch = try labelled()
        let words = ["labels", "--statistics", "--config", "scalp"] + Self.symbol
        let table = try scratch.run(words + ["--format", "table"])
        #expect(
            table.output == """
                config hash    57ddbc59d900ae1e6e7b5537b20bf86a68b8607f1f8b7f2189b0310fefecbe66
                closed         1,970
                open           30
                meta           202 (10.25 %)
                ambiguous      56
                crossing gaps  0
                exit tp        704 (35.74 %)
                exit sl        1,175 (59.64 %)
                exit timeout   91 (4.62 %)
                mean costs     21.94 bps
                                    mean       min        p1        p5       p25       p50       p75       p95       p99       max
                net bps           -22.52   -341.82    -77.19    -43.12    -32.63    -21.76     -9.35      5.27      7.25      8.40
                gross bps          -0.58    -10.00    -10.00    -10.00    -10.00    -10.00     15.00     15.00     15.00     15.27
                minutes             5.88      1.00      1.00      1.00      1.00      3.00      7.00     28.00     30.00     30.00
                known at       2025-10-11T18:57:00Z

                """)
        let json = try scratch.run(words).json()
        let golden = try JSONValue(
            parsing: Array(Fixtures.text("labels/statistics-scalp.json").utf8))
        #expect(json["closed"] == golden["closed"])
        #expect(json["meta"] == golden["meta"])
        #expect(json["costs_bps"]?["mean"] == golden["costs_mean"])
        for (own, other) in [
            ("pnl_net_bps", "net"), ("pnl_gross_bps", "gross"), ("duration_minutes", "minutes"),
        ] {
            #expect(json[own]?["mean"] == golden[other]?["mean"])
            let values = json[own]?.members?.dropFirst().map(\.value)
            #expect(values == golden[other]?["quantiles"]?.elements)
            #expect(
                json[own]?.members?.map(\.name) == [
                    "mean", "min", "p1", "p5", "p25", "p50", "p75", "p95", "p99", "max",
                ])
        }
        for exit in ["tp", "sl", "timeout"] {
            #expect(json["exits"]?[exit]?["count"] == golden["exits"]?[exit])
        }
        // The numbers of the labels that the same words print.
        for more in [["--as-of", "HEAD~1"], ["--from", "2025-10-10T21:00Z"]] {
            let rows = try scratch.run(["labels", "--config", "scalp"] + more + Self.symbol)
            let open = try scratch.run(
                ["labels", "--open", "--config", "scalp"] + more + Self.symbol)
            let part = try scratch.run(words + more).json()
            #expect(part["closed"]?.int64 == Int64(rows.lines.count - 1))
            #expect(part["open"]?.int64 == Int64(open.lines.count - 1))
        }
        let none = try scratch.run(words + ["--to", "2025-10-10"]).json()
        #expect(none["closed"] == 0)
        #expect(none["pnl_net_bps"] == .null)
        #expect(none["meta_share"] == .null)
        let both = try scratch.run(words + ["--open"])
        #expect(both.code == 64)
    }

    /// What may be joined to an entry, and when a row was known.
    @Test func timesOfKnowledge() throws {
        let scratch = try labelled()
        for row in try scratch.run(
            ["labels", "--config", "scalp", "--provisional", "--format", "jsonl"] + Self.symbol
        ).jsonLines() {
            let entry = try #require(row["entry_time_ms"]?.int64)
            let close = try #require(row["entry_close_time_ms"]?.int64)
            let known = try #require(row["known_at_ms"]?.int64)
            #expect(close == entry + 60_000)
            #expect(known > close)
            #expect(row.members?.last?.name == "entry_close_time_ms")
        }
        for row in try scratch.run(
            ["labels", "--config", "scalp", "--open", "--format", "jsonl"] + Self.symbol
        ).jsonLines() {
            #expect(row["known_at_ms"] == 1_760_209_020_000)
        }
        for row in try scratch.run(
            ["candles", "--known-at", "--format", "jsonl"] + Self.symbol
        ).jsonLines() {
            let stamp = try #require(row["timestamp_ms"]?.int64)
            #expect(row["known_at_ms"]?.int64 == stamp + 60_000)
        }
    }
}
