import CanonicalJSON
import Foundation
import Testing

/// `drift`: the report as people read it, its twin for scripts, and what scripts branch on.
struct DriftReportTests {
    @Test func whatIsNotRecordedSaysSo() throws {
        let scratch = try DriftHistory.calmWeek()
        try scratch.file("more.csv", DriftHistory.csv(days: 7..<9))
        #expect(try scratch.ask("import", "more.csv").code == 0)
        let report = try scratch.ask("drift", "--format", "table")
        #expect(
            report.output.contains(
                """
                Check:         computed for this report; the newest recorded one ends
                               at 2025-01-08T00:00:00Z: NONE

                """), "\(report.output)")
        let json = try scratch.ask("drift").json()
        #expect(json["recorded"] == false)
        #expect(
            json["newest_recorded"] == [
                "end_ms": .integer(DriftHistory.start + 7 * 86_400_000), "severity": "none",
            ])
        // A period that begins before the data do tells how much of it there is.
        let young = try scratch.ask("drift", "--as-of", "2025-01-04", "--format", "table")
        #expect(young.output.contains("\n               n = 24 of 120\n"), "\(young.output)")
    }

    @Test func theReport() throws {
        let scratch = try DriftHistory.wildDays()
        let report = try scratch.ask("drift", "--format", "table")
        #expect(report.code == 0, "\(report.messages)")
        #expect(
            report.output == """
                ======================================================================
                DRIFT DETECTION REPORT
                ======================================================================
                Timestamp: 2025-01-10T00:00:00Z
                Overall severity: [!!!] SEVERE
                Finding: ks, psi and costs drifted (3 of 4 tests)

                Market:        binance/BTC-USDT:USDT/1h
                Current:       2025-01-08T00:00:00Z..2025-01-10T00:00:00Z, n = 48
                Reference:     2025-01-03T00:00:00Z..2025-01-08T00:00:00Z, n = 120
                Configuration: 4337019d5d148301
                Labels:        584ea1658875741c, all of a window
                Position:      72
                Check:         as recorded
                Baseline:      recorded, version 23
                Monitor:       last day: volatility high (19.77 of the baseline's),
                               trend ranging (score 0.22), gaps 0, outliers 0
                Level:         SEVERE in force; trading PAUSED since
                               2025-01-09T00:00:00Z
                ----------------------------------------------------------------------
                1. KS ON RETURNS
                   Statistic:  D = 0.5106
                   p-value:    1.31e-8 (drifts below 0.05)
                   Current:    n = 47, effective n = 47
                   Reference:  n = 119, effective n = 119
                   Drifted: True

                2. PSI ON CLOSES
                   Score:      23.6767 (drifts above 0.1)
                   Outside:    46 closes, 95.83 % (drifts above 1.00 %)
                   Current:    n = 48
                   Reference:  n = 120
                   Drifted: True

                3. LABEL DRIFT
                   Difference: 2.13 % of labels (drifts above 10.00 %)
                   Current:    2.13 % profitable, n = 47, effective n = 47
                   Reference:  0.00 % profitable, n = 120, effective n = 120
                   Drifted: False

                4. COST DRIFT
                   Change:     265.69 % of the mean (drifts above 20.00 %)
                   Current:    mean 28.1565 bps, n = 47, effective n = 47
                   Reference:  mean 7.6995 bps, n = 120, effective n = 120
                   Drifted: True
                ----------------------------------------------------------------------
                RECOMMENDED ACTIONS
                - Pause trading.
                - Look at the inputs first: gaps, revised candles, changed fees.
                - Retrain the model on labels from after the change, and test it
                  before trading goes on.
                - Trading is paused until somebody says: mechanic-replay resume
                  --symbol BTC-USDT:USDT --timeframe 1h
                ----------------------------------------------------------------------
                Reproduce:
                  mechanic-replay drift --symbol BTC-USDT:USDT --timeframe 1h \\
                    --as-of 72 --config 4337019d5d148301 \\
                    --current 2025-01-08T00:00:00Z..2025-01-10T00:00:00Z \\
                    --reference 2025-01-03T00:00:00Z..2025-01-08T00:00:00Z
                ======================================================================

                """)
        #expect(report.output.utf8.allSatisfy { $0 < 0x80 })
        #expect(report.lines.allSatisfy { $0.count <= 70 })
        // Nothing is recorded, and nothing depends on when it is asked.
        #expect(try scratch.ask("drift", "--format", "table").output == report.output)
    }

    /// A mark for every severity, as symbols where nobody forbade them.
    @Test func marks() throws {
        let scratch = try DriftHistory.wildDays()
        func overall(_ words: String..., symbols: Bool) throws -> String? {
            let report = try scratch.run(
                ["drift", "--format", "table"] + words + DriftHistory.symbol,
                environment: symbols ? ["NO_COLOR": ""] : [:])
            return report.lines.first { $0.hasPrefix("Overall severity: ") }?
                .replacing("Overall severity: ", with: "")
        }
        #expect(try overall(symbols: true) == "🚨 SEVERE")
        #expect(try overall("--no-color", symbols: true) == "[!!!] SEVERE")
        #expect(try overall("--as-of", "2025-01-08", symbols: true) == "✅ NONE")
        #expect(try overall("--as-of", "2025-01-08", symbols: false) == "[ok] NONE")
        let young = ["--as-of", "2025-01-03"]
        #expect(try overall(young[0], young[1], symbols: true) == "❔ INSUFFICIENT_DATA")
        #expect(try overall(young[0], young[1], symbols: false) == "[?] INSUFFICIENT_DATA")
    }

    @Test func insufficientDataIsSaid() throws {
        let scratch = try DriftHistory.calmWeek()
        let young = try scratch.ask("drift", "--as-of", "2025-01-03", "--format", "table")
        #expect(young.code == 0)
        #expect(
            young.output.contains(
                """
                Finding: no test had enough data (ks empty, psi empty, labels empty,
                         costs empty)
                """))
        #expect(young.output.contains("   Statistic:  not evaluated\n"))
        #expect(young.output.contains("   Drifted: INSUFFICIENT_DATA (empty: a side has none)\n"))
        #expect(young.output.contains("- This is no all-clear: nothing is known about drift.\n"))
        #expect(!young.output.contains("Drifted: False"))
        let json = try scratch.ask("drift", "--as-of", "2025-01-03").json()
        for key in [
            "ks_statistic", "ks_pvalue", "psi", "label_drift", "cost_drift", "ks_drifted",
            "psi_drifted", "label_drifted", "cost_drifted",
        ] {
            #expect(json[key] == .null, "\(key)")
        }
        #expect(json["severity"] == "insufficient_data")
        #expect(json["evaluated"] == 0)

        try scratch.file("strict.toml", "drift_minimum_labels = 100\ndrift_current_days = 2\n")
        let some = try scratch.ask(
            "drift", "--config", "strict.toml", "--reference", "2025-01-01..2025-01-06",
            "--format", "table")
        #expect(some.output.contains("(short: a side has fewer than 1,000)"))
        #expect(some.output.contains("(short: a side has fewer than 100)"))
    }

    /// Severity and level decide about the exit code; what cannot be told is neither.
    @Test(arguments: [
        ("warning", Int32(1)), ("critical", 1), ("severe", 1),
    ])
    func failOn(_ limit: String, _ code: Int32) throws {
        let scratch = try DriftHistory.wildDays()
        let severe = try scratch.ask("drift", "--fail-on", limit)
        #expect(severe.code == code)
        #expect(try severe.json()["severity"] == "severe")
        #expect(
            severe.messages.contains(
                "error: binance/BTC-USDT:USDT/1h: SEVERE is at or above --fail-on \(limit): ks, psi "
                    + "and costs drifted (3 of 4 tests)"))
        let calm = try scratch.ask("drift", "--fail-on", limit, "--as-of", "2025-01-08")
        #expect(calm.code == 0)
        #expect(!calm.messages.contains("warning"))
        let young = try scratch.ask("drift", "--fail-on", limit, "--as-of", "2025-01-03")
        #expect(young.code == 2)
        #expect(young.messages.contains("--fail-on \(limit) cannot tell: no test had"))
    }

    @Test func twinForScripts() throws {
        let scratch = try DriftHistory.wildDays()
        let json = try scratch.ask("drift").json()
        #expect(json["ks_statistic"]?.double == 0.5106382978723404)
        #expect(json["ks_drifted"] == true)
        #expect(json["label_drifted"] == false)
        #expect(json["evaluated"] == 4)
        #expect(json["drifted"] == 3)
        #expect(json["market"] == "binance/BTC-USDT:USDT/1h")
        #expect(json["end_ms"] == 1_736_467_200_000)
        #expect(json["level"] == "severe")
        #expect(json["paused"] == true)
        #expect(json["recorded"] == true)
        #expect(json["stale_minutes"] == 0)
        #expect(json["position"]?.int64 == 72)
        #expect(json["current_outside_reference_range"] == 46)
        for (side, candles) in [("current", 48), ("reference", 120)] {
            let object = try #require(json[side])
            #expect(object["candles"]?.int64 == Int64(candles))
            #expect(object["returns"]?.int64 == Int64(candles - 1))
            for key in [
                "from_ms", "to_ms", "effective_returns", "labels", "effective_labels",
                "profitable_share", "mean_cost_bps",
            ] {
                #expect(object[key]?.double != nil, "\(side).\(key)")
            }
            let counts = try #require(json["psi_counts_\(side)"]?.elements)
            #expect(counts.count == 10)
        }
        #expect(json["psi_bins"]?.elements?.count == 11)
        #expect(
            json["tests"]?.elements?.map { $0["kind"]?.text } == ["ks", "psi", "labels", "costs"])
        #expect(json["monitor"]?["volatility"] == "high")
        #expect(json["config_hash"]?.text?.count == 64)
        let csv = try scratch.ask("drift", "--format", "csv")
        #expect(csv.lines.count == 2)
        #expect(csv.lines[0].hasPrefix("ks_statistic,ks_pvalue,psi,label_drift,cost_drift,"))
    }

    /// The command that a report ends with gives the same answer, whatever was asked.
    @Test(arguments: [
        [], ["--as-of", "2025-01-09"], ["--labels", "last1000"], ["--config", "scalp"],
        ["--config", "drift.toml"], ["--current", "2025-01-05..2025-01-07"],
        ["--current", "1736208000000..1736380800000", "--reference", "2025-01-02..2025-01-05"],
        ["--reference", "2025-01-02..2025-01-05"], ["--as-of", "HEAD"],
    ])
    func reproduces(_ words: [String]) throws {
        let scratch = try DriftHistory.wildDays()
        // A baseline that holds is found again by its period.
        if words.last == "HEAD" {
            let set = try scratch.ask("baseline", "set", "2025-01-02..2025-01-05")
            #expect(set.code == 0, "\(set.messages)")
        }
        let first = try scratch.run(["drift"] + words + DriftHistory.symbol)
        #expect(first.code == 0, "\(first.messages)")
        let command = try #require(try first.json()["command"]?.text)
        let again = try scratch.run(
            command.split(separator: " ").dropFirst().map(String.init))
        #expect(again.code == 0, "\(command): \(again.messages)")
        #expect(again.output == first.output)
    }

    /// What updates recorded is what anybody gets who asks as of then.
    @Test func askedAsOfThenIsWhatWasRecorded() throws {
        let scratch = try DriftHistory.wildDays()
        let checks = try scratch.ask("drift", "--history", "--format", "json").json()
        let rows = try #require(checks.elements)
        #expect(rows.count == 9)
        for row in rows {
            let position = try #require(row["position"]?.int64)
            // A position rounds down to the end of a commit; that of the check is the next one.
            let commits =
                try scratch.ask("log", "--type", "update.completed", "--format", "json")
                .json().elements ?? []
            let end = commits.compactMap { $0["position"]?.int64 }.filter { $0 > position }.min()
            let asked = try scratch.ask("drift", "--as-of", "\(end ?? 0)").json()
            for key in [
                "severity", "ks_statistic", "ks_pvalue", "psi", "label_drift", "cost_drift",
                "evaluated", "drifted", "end_ms", "config_hash",
            ] {
                #expect(asked[key] == row[key], "\(position): \(key)")
            }
        }
    }

    @Test(
        arguments: [
            (["--current", "2025-01-05..2025-01-07", "--reference", "2025-01-06..2025-01-08"], 2),
            (["--current", "2025-01-07..2025-01-05"], 64), (["--current", "2025-01-07"], 64),
            (["--reference", "soon..later"], 64), (["--profile", "calibrated"], 64),
            (["--labels", "some"], 64), (["--fail-on", "none"], 64),
            (["--from", "2025-01-05"], 64),
            (["--monitor"], 64), (["--history", "--fail-on", "severe"], 64),
            (["--history", "--current", "2025-01-05..2025-01-07"], 64),
            (["--config", "runner"], 66),
            (["--config", "abcdef"], 66), (["--as-of", "99999"], 64),
        ] as [([String], Int32)])
    func mistakes(_ words: [String], _ code: Int32) throws {
        let scratch = try DriftHistory.calmWeek()
        let wrong = try scratch.run(["drift"] + words + DriftHistory.symbol)
        #expect(wrong.code == code, "\(wrong.messages)")
        #expect(wrong.output == "")
        #expect(wrong.messages.lowercased().contains("error"))
    }

    @Test func aWindowBeyondTheDataIsSaid() throws {
        let scratch = try DriftHistory.calmWeek()
        let beyond = try scratch.ask("drift", "--current", "2025-01-07..2025-01-09")
        #expect(beyond.code == 0)
        #expect(beyond.messages.contains("warning: the current window ends after the newest close"))
    }
}
