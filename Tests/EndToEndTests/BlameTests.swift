import CanonicalJSON
import Foundation
import Testing

/// `blame`: the tree as people read it, its twin for scripts, and what is said where nothing is there.
struct BlameTests {
    private static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// Minutes at 1,000 but one, under `scalp`: the target is 1,001.5, the stop 999. Minute 5 is missing;
    /// an hour later minute 6 is revised and reaches the target.
    private static func store() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        func row(_ minute: Int64, high: String = "1000.0", volume: Int = 5) -> String {
            "\(SyntheticHistory.start + minute * 60_000),1000.0,\(high),1000.0,1000.0,\(volume)\n"
        }
        let head = "timestamp,open,high,low,close,volume\n"
        let first = [0, 1, 2, 3, 4, 6, 7, 8].map { row($0) }.joined()
        try scratch.file("first.csv", head + first)
        try scratch.file(
            "second.csv",
            head + row(3, volume: 6) + row(6, high: "1002.0") + row(9) + row(10))
        for (file, config) in [("first.csv", ["--config", "scalp"]), ("second.csv", [])] {
            let done = try scratch.run(
                ["update", "--candles", file] + config + symbol)
            guard done.code == 0 else { throw Command.NotRun(description: done.messages) }
        }
        return scratch
    }

    private func ask(
        _ scratch: Scratch, _ words: String..., environment: [String: String] = [:]
    ) throws -> Outcome {
        try scratch.run(["blame"] + words + Self.symbol, environment: environment)
    }

    @Test func theTreeOfALabel() throws {
        let scratch = try Self.store()
        let tree = try ask(scratch, "label", "2025-10-10T00:02Z", "--format", "table")
        #expect(tree.code == 0, "\(tree.messages)")
        #expect(
            tree.output == """
                label 2025-10-10T00:02:00Z of binance/BTC-USDT:USDT/1m, as of position 12: tp at 1001.5, gross 15.0000, costs 17.0500, net -2.0500 bps, meta 0, over a gap
                |- because the high of 2025-10-10T00:06:00Z, 1002.0, reached the target 1001.5; the stop was 999.0
                |- costs: (fees 12.0000 + spread 3.0000 + slippage in the entry candle's range 0.5000), times the buffer 1.1
                |- recorded by labels.closed, position 10 (2025-10-10T00:11:00Z), never revised
                |  `- in the update of program 0.2.0, labelled through 2025-10-10T00:10:00Z: update.completed, position 12 (2025-10-10T00:11:00Z)
                |- configuration 57ddbc59d900ae1e, labels 584ea1658875741c
                |  |- activated by configuration.activated, position 2 (2025-10-10T00:09:00Z)
                |  `- labelled by labelling.opened, position 3 (2025-10-10T00:09:00Z): take profit 15.0 bps, stop loss 10.0 bps, timeout 30 minutes
                `- candles: entry, and 3 to the deciding, missing 2025-10-10T00:05:00Z
                   |- candles.recorded, position 1 (2025-10-10T00:09:00Z): entry 2025-10-10T00:02:00Z; no barrier reached 2025-10-10T00:04:00Z
                   `- candles.revised, position 9 (2025-10-10T00:11:00Z): no barrier reached 2025-10-10T00:03:00Z; deciding 2025-10-10T00:06:00Z
                      `- instead of candles.recorded, position 1 (2025-10-10T00:09:00Z): 2025-10-10T00:03:00Z, 2025-10-10T00:06:00Z
                reproduced: yes, from 6 of these events alone; the others are history

                """)
        #expect(tree.output.utf8.allSatisfy { $0 < 0x80 })
        let symbols = try ask(
            scratch, "label", "2025-10-10T00:02Z", "--format", "table",
            environment: ["NO_COLOR": ""])
        #expect(symbols.lines[1].hasPrefix("├─ because the high"))
    }

    /// Before the revision the trade was open, and rests on other events.
    @Test func anOpenTradeThen() throws {
        let scratch = try Self.store()
        let then = try ask(
            scratch, "label", "2025-10-10T00:02Z", "--as-of", "HEAD~1", "--format", "json")
        #expect(then.code == 0, "\(then.messages)")
        let json = try then.json()
        #expect(json["state"]?.text == "open" && json["label"] == .null)
        #expect(json["reproduced"] == .bool(true))
        let roles = json["events"]?.elements?.compactMap { $0["role"]?.text }
        #expect(roles == ["entry+path", "configuration", "labelling", "program"])
        #expect(json["missing"] == [[1_760_054_700_000, 1_760_054_700_000]])
    }

    @Test func theJSONOfALabel() throws {
        let scratch = try Self.store()
        let answer = try ask(scratch, "label", "1760054520000")
        #expect(answer.code == 0, "\(answer.messages)")
        let json = try answer.json()
        let names = json.members?.map(\.name)
        #expect(
            names == [
                "kind", "market", "entry_time_ms", "state", "retracted", "outdated", "label",
                "barriers",
                "deciding_candle", "costs", "earlier", "through_ms", "candles", "missing",
                "position",
                "program", "config_hash", "labels_hash",
                "label_algorithm", "reproduced", "difference", "events", "history",
            ])
        let events = json["events"]?.elements?.map { event in
            var members = event.members ?? []
            members.removeAll { ["hash", "stream", "recorded_at_us"].contains($0.name) }
            return JSONValue.object(members).compactText
        }
        #expect(
            events == [
                #"{"position":1,"type":"candles.recorded","version":1,"role":"entry+path","#
                    + #""minutes":[[1760054520000,1760054520000],[1760054640000,1760054640000]]}"#,
                #"{"position":2,"type":"configuration.activated","version":1,"role":"configuration"}"#,
                #"{"position":3,"type":"labelling.opened","version":1,"role":"labelling"}"#,
                #"{"position":9,"type":"candles.revised","version":3,"role":"path+deciding","#
                    + #""minutes":[[1760054580000,1760054580000],[1760054760000,1760054760000]]}"#,
                #"{"position":10,"type":"labels.closed","version":2,"role":"result","#
                    + #""minutes":[[1760054520000,1760054520000]]}"#,
                #"{"position":12,"type":"update.completed","version":3,"role":"program"}"#,
            ])
        let history = json["history"]?.elements?.compactMap { $0["role"]?.text }
        #expect(history == ["superseded"])
        let csv = try ask(scratch, "label", "1760054520000", "--format", "csv")
        #expect(
            csv.lines[0]
                == "position,type,stream,version,role,minutes,from_ms,through_ms,hash,recorded_at_us"
        )
        #expect(csv.lines.count == 1 + (events?.count ?? 0))
        let lines = try ask(scratch, "label", "1760054520000", "--format", "jsonl").jsonLines()
        #expect(
            lines.compactMap { $0["hash"] } == json["events"]?.elements?.compactMap { $0["hash"] })
    }

    @Test func aCheckAndADecisionAndAnAlert() throws {
        let scratch = try DriftHistory.wildDays()
        let drift = try scratch.ask("blame", "drift", "--format", "table")
        #expect(drift.code == 0, "\(drift.messages)")
        #expect(
            drift.output == """
                drift check of 2025-01-10T00:00:00Z, binance/BTC-USDT:USDT/1h, as of position 72: severe, ks, psi and costs drifted (3 of 4 tests)
                |- recorded by program 0.2.0: drift.checked, position 69 (2025-01-10T00:00:00Z)
                |- due: market time passed a multiple of the interval
                |  `- the check before: drift.checked, position 60 (2025-01-09T00:00:00Z)
                |- configuration 4337019d5d148301, labels 584ea1658875741c
                |  |- activated by configuration.activated, position 2 (2025-01-02T00:00:00Z)
                |  `- labelled by labelling.opened, position 3 (2025-01-02T00:00:00Z)
                |- current window 2025-01-08T00:00:00Z..2025-01-10T00:00:00Z
                |  |- candles: 2 events, positions 56 to 65, 48 rows
                |  |  |- 2025-01-08: 1 event, 24 rows
                |  |  `- 2025-01-09: 1 event, 24 rows
                |  `- labels: 3 events, positions 58 to 67, 47 rows
                |     |- 2025-01-08: 2 events, 24 rows
                |     `- 2025-01-09: 1 event, 23 rows
                `- reference 2025-01-03T00:00:00Z..2025-01-08T00:00:00Z: baseline of version 23, position 68, as it was then
                   |- candles: 5 events, positions 16 to 48, 120 rows
                   |  |- 2025-01-03: 1 event, 24 rows
                   |  |- 2025-01-04: 1 event, 24 rows
                   |  |- 2025-01-05: 1 event, 24 rows
                   |  |- 2025-01-06: 1 event, 24 rows
                   |  `- 2025-01-07: 1 event, 24 rows
                   `- labels: 10 events, positions 18 to 57, 120 rows
                      |- 2025-01-03: 2 events, 24 rows
                      |- 2025-01-04: 2 events, 24 rows
                      |- 2025-01-05: 2 events, 24 rows
                      |- 2025-01-06: 2 events, 24 rows
                      `- 2025-01-07: 2 events, 24 rows
                reproduced: yes, from these 25 events alone

                """)
        let json = try scratch.ask("blame", "drift").json()
        #expect(json["severity"]?.text == "severe" && json["reproduced"] == .bool(true))
        let older = try scratch.ask("blame", "drift", "--end", "2025-01-05").json()
        #expect(older["end_ms"]?.int64 == 1_736_035_200_000)
        let check = older["check"]?.int64.map { "\($0)" } ?? ""
        #expect(try scratch.ask("blame", "drift", "--check", check).json() == older)

        let action = try scratch.ask("blame", "action", "pause_trading", "--format", "table")
        #expect(action.code == 0, "\(action.messages)")
        #expect(
            action.output == """
                pause_trading, of the decision of 2025-01-09T00:00:00Z, binance/BTC-USDT:USDT/1h, as of position 72: level severe, monitor, retrain, pause_trading, notify
                |- the pause is in force
                |- recorded by program 0.2.0: decision.made, position 61
                |- because ks, psi and costs drifted (3 of 4 tests)
                |- level severe: the worst of 1 check
                |  `- now: severe at 2025-01-09T00:00:00Z: ks, psi and costs drifted (3 of 4 tests); drift.checked, position 60, version 21
                |- level before: none
                `- configuration 4337019d5d148301, labels 584ea1658875741c
                   |- activated by configuration.activated, position 2 (2025-01-02T00:00:00Z)
                   `- labelled by labelling.opened, position 3 (2025-01-02T00:00:00Z)
                reproduced: yes, from these 4 events alone

                """)
        // Trading is paused since then; the decision after it asks for it once more.
        let newest = try scratch.ask("blame", "action", "--format", "table")
        #expect(
            newest.output.hasPrefix(
                """
                decision of 2025-01-10T00:00:00Z, binance/BTC-USDT:USDT/1h, as of position 72: level severe, monitor, retrain, pause_trading
                |- recorded by program 0.2.0: decision.made, position 70
                |- because ks, psi and costs drifted (3 of 4 tests)
                |- level severe: the worst of 1 check
                |  `- now: severe at 2025-01-10T00:00:00Z: ks, psi and costs drifted (3 of 4 tests); drift.checked, position 69, version 24
                |- level before: severe
                |  `- decided by decision.made, position 61 (2025-01-09T00:00:00Z)

                """), "\(newest.output)")
        let alert = try scratch.ask("blame", "alert", "1", "--format", "table")
        #expect(alert.code == 0, "\(alert.messages)")
        #expect(
            alert.output == """
                alert 1 of 2025-01-09T00:00:00Z, binance/BTC-USDT:USDT/1h, as of position 72: severe, ks, psi and costs drifted (3 of 4 tests)
                |- recorded by alert.raised, position 62 (2025-01-09T00:00:00Z)
                `- raised by the decision of 2025-01-09T00:00:00Z
                   |- recorded by program 0.2.0: decision.made, position 61
                   |- because ks, psi and costs drifted (3 of 4 tests)
                   |- level severe: the worst of 1 check
                   |  `- now: severe at 2025-01-09T00:00:00Z: ks, psi and costs drifted (3 of 4 tests); drift.checked, position 60, version 21
                   |- level before: none
                   `- configuration 4337019d5d148301, labels 584ea1658875741c
                      |- activated by configuration.activated, position 2 (2025-01-02T00:00:00Z)
                      `- labelled by labelling.opened, position 3 (2025-01-02T00:00:00Z)
                reproduced: yes, from these 5 events alone

                """)
        let raised = try scratch.ask("blame", "alert", "1").json()
        #expect(raised["alert"]?.int64 == 1 && raised["reproduced"] == .bool(true))
    }

    /// A pause is the market's: whichever labelling asked for it, and until somebody ends it.
    @Test func thePauseOfAnotherLabelling() throws {
        let scratch = try DriftHistory.wildDays()
        let pause = try scratch.ask("blame", "action", "pause_trading").json()
        #expect(try scratch.ask("config", "activate", "runner", "--only").code == 0)
        let again = try scratch.ask("blame", "action", "pause_trading").json()
        #expect(again["decision_position"] == pause["decision_position"])
        #expect(again["reproduced"] == true)
        let status = try scratch.ask("status", "--format", "table").output
        #expect(status.contains("(labels 584ea165); until `mechanic-replay resume`"), "\(status)")
        let pauses = try scratch.ask("status", "--format", "json").json()["symbols"]?
            .elements?[0]["pauses"]?.elements
        #expect(pauses?.count == 1)
        #expect(pauses?[0]["since_ms"]?.int64 == DriftHistory.start + 8 * 86_400_000)

        #expect(try scratch.ask("resume", "--by", "ann").code == 0)
        let ended = try scratch.ask("blame", "action", "pause_trading")
        #expect(try ended.json()["decision_position"] == pause["decision_position"])
        #expect(try ended.json()["pause"]?["in_force"] == false)
        #expect(try ended.json()["pause"]?["ended_by"] == "ann")
        // A position is unique in the market, whichever labelling it is of.
        let position = try #require(pause["decision_position"]?.int64)
        for words in [["--decision", "\(position)"], ["--end", "2025-01-09"]] {
            let same = try scratch.run(["blame", "action"] + words + DriftHistory.symbol)
            #expect(try same.json()["decision_position"]?.int64 == position, "\(same.messages)")
        }
        let other = try scratch.ask("blame", "action", "pause_trading", "--config", "runner")
        #expect(other.code == 66, "\(other.output)")
    }

    @Test func whatIsNotThere() throws {
        let scratch = try DriftHistory.wildDays()
        for (words, hint) in [
            (["label", "2025-01-01T00:30Z"], "did you mean 2025-01-01T00:00:00Z?"),
            (["label", "2026-01-01"], "is not labelled yet"),
            (["drift", "--check", "1000"], "is no check"),
            (
                ["drift", "--end", "2025-01-05T01:00Z"],
                "the nearest end at 2025-01-05T00:00:00Z and"
            ),
            (["action", "--decision", "1"], "the newest at position"),
            (["alert", "9"], "alert 9 of"),
        ] {
            let answer = try scratch.run(["blame"] + words + DriftHistory.symbol)
            #expect(answer.code == 66, "\(answer.messages)")
            #expect(answer.messages.contains(hint), "\(answer.messages)")
            #expect(answer.output == "")
        }
    }
}
