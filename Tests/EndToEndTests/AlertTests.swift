import CanonicalJSON
import Foundation
import Testing

/// Alerts from the check that raises them to the word that ends them, and the pause of trading.
struct AlertTests {
    private func words(_ outcome: Outcome) -> [String] {
        outcome.lines.dropFirst().map { String($0.split(separator: ",")[2]) }
    }

    @Test func acknowledgeAndResolve() throws {
        let scratch = try DriftHistory.calmWeek()
        let none = try scratch.ask("alerts")
        #expect(none.code == 0)
        #expect(
            none.lines == [
                "alert,level,first_seen_ms,last_seen_ms,labels_hash,acknowledged_by,note,sinks,cause"
            ])
        #expect(none.messages.contains("no open alerts"))
        // A baseline that stays, so that calm days are calm again.
        #expect(try scratch.ask("baseline", "set", "2025-01-01..2025-01-06").code == 0)
        try scratch.backfill("wild.csv")
        let open = try scratch.ask("alerts", "--format", "json").json().elements
        #expect(open?.count == 1)
        #expect(open?.first?["level"] == "severe")
        #expect(open?.first?["first_seen_ms"] == 1_736_380_800_000)
        #expect(open?.first?["last_seen_ms"] == 1_736_467_200_000)

        let ack = try scratch.ask("ack", "1", "--by", "ann", "--note", "fees, changed")
        #expect(ack.code == 0, "\(ack.messages)")
        #expect(try ack.json()["acknowledged_by"] == "ann")
        #expect(try scratch.ask("alerts").lines[1].contains("ann,\"fees, changed\","))
        let again = try scratch.ask("ack", "1", "--by", "ann", "--note", "fees, changed")
        #expect(try again.json()["position"] == ack.json()["position"])
        let user = try scratch.ask("ack", "1", environment: ["USER": "bob"])
        #expect(try user.json()["acknowledged_by"] == "bob")
        #expect(try scratch.ask("ack", "1").code == 64)
        #expect(try scratch.ask("ack", "1", "--by", "").code == 2)
        let escape = try scratch.ask("ack", "1", "--by", "ann", "--note", "\u{1B}[2J")
        #expect(escape.code == 2)
        #expect(escape.messages.contains("without control characters"))
        let wrong = try scratch.ask("ack", "7", "--by", "ann")
        #expect(wrong.code == 2)
        #expect(wrong.messages.contains("alert 7 of binance/BTC-USDT:USDT/1h never was; open: 1"))

        try scratch.backfill("after.csv")
        #expect(try scratch.ask("alerts").lines.count == 1)
        let all = try scratch.ask("alerts", "--all")
        #expect(words(all) == ["raised", "acknowledged", "acknowledged", "resolved"])
        #expect(try scratch.ask("ack", "1", "--by", "ann").code == 2)
        let then = try scratch.ask("alerts", "--all", "--as-of", "2025-01-09")
        #expect(words(then) == ["raised"])
        #expect(try scratch.ask("alerts", "--all", "--as-of", "2025-01-08").lines.count == 1)
        #expect(try scratch.run("verify", "--recompute").code == 0)
    }

    @Test func pauseAndResume() throws {
        let scratch = try DriftHistory.calmWeek()
        let early = try scratch.ask("resume", "--by", "ann")
        #expect(early.code == 2)
        #expect(early.messages.contains("is not paused: there is nothing to resume"))
        try scratch.backfill("wild.csv")
        let paused = try scratch.run("status").json()
        #expect(paused["paused"] == true)
        #expect(paused["alerts"] == 1)
        let symbol = try #require(paused["symbols"]?.elements?.first)
        #expect(symbol["severity"] == "severe")
        #expect(symbol["level"] == "severe")
        #expect(symbol["paused"] == true)
        #expect(symbol["alerts"] == 1)
        let table = try scratch.run("status", "--format", "table").output
        #expect(
            table.contains(
                " severity         SEVERE at 2025-01-10T00:00:00Z, level in force SEVERE\n"))
        #expect(table.contains("since 2025-01-09T00:00:00Z, when ks, psi and costs drifted"))

        let resumed = try scratch.ask("resume", "--by", "ann", "--reason", "retrained")
        #expect(resumed.code == 0, "\(resumed.messages)")
        #expect(try resumed.json()["paused"] == false)
        #expect(try resumed.json()["labels_hashes"]?.elements?.count == 1)
        #expect(try scratch.run("status").json()["paused"] == false)
        #expect(try scratch.run("status", "--as-of", "HEAD~1").json()["paused"] == true)
        let after = try scratch.run("status", "--format", "table").output
        #expect(after.contains("by ann: retrained, the level is still severe\n"))
        #expect(words(try scratch.ask("alerts", "--all")) == ["raised", "resumed"])
        let report = try scratch.ask("drift", "--format", "table").output
        #expect(report.contains("SEVERE in force; trading was resumed\n"))
        #expect(try scratch.ask("resume", "--by", "ann").code == 2)
        #expect(try scratch.ask("resume").code == 64)
    }

    /// A file and a command get each alert once; what fails is said and tried again.
    @Test func sinks() throws {
        let scratch = try DriftHistory.calmWeek()
        let file = scratch.url("alerts.jsonl").path
        let done = try scratch.ask(
            "update", "--candles", "wild.csv", "--alert-file", file, "--alert-command",
            "cat >> taken.jsonl", "--alert-command", "echo no line >&2; exit 3")
        #expect(done.code == 0)
        let deliveries = try #require(try done.json()["deliveries"]?.elements)
        #expect(deliveries.map { $0["delivered"] } == [true, true, false])
        #expect(deliveries[0]["sink"]?.text == "file:\(file)")
        #expect(deliveries[2]["attempts"] == 3)
        #expect(
            done.messages.contains(
                "warning: binance/BTC-USDT:USDT/1h: alert 1 did not get to command:echo no line "
                    + ">&2; exit 3: exit code 3: no line; the next update tries again"),
            "\(done.messages)")
        let line = try String(contentsOfFile: file, encoding: .utf8)
        #expect(line.split(separator: "\n").count == 1)
        #expect(try String(contentsOf: scratch.url("taken.jsonl"), encoding: .utf8) == line)
        let alert = try JSONValue(parsing: Array(line.utf8.dropLast()))
        #expect(alert["level"] == "severe")
        #expect(alert["market"] == "binance/BTC-USDT:USDT/1h")

        // From the environment, and only where it was not taken yet.
        let again = try scratch.ask(
            "update",
            environment: ["MECHANIC_ALERT_FILE": file, "MECHANIC_ALERT_COMMAND": "cat > x"])
        #expect(again.code == 0, "\(again.messages)")
        #expect(!again.messages.contains("MECHANIC_ALERT"))
        #expect(try again.json()["deliveries"]?.elements?.map { $0["sink"] } == ["command:cat > x"])
        #expect(try String(contentsOfFile: file, encoding: .utf8) == line)
        #expect(
            words(try scratch.ask("alerts", "--all"))
                == ["raised", "delivered", "delivered", "failed", "delivered"])
        #expect(
            try scratch.ask("alerts").lines[1].contains("file:\(file); command:cat >> taken.jsonl"))

        // Whoever has seen it gets it no more.
        #expect(try scratch.ask("ack", "1", "--by", "ann").code == 0)
        let quiet = try scratch.ask("update", "--alert-command", "exit 4")
        #expect(try quiet.json()["deliveries"] == [])
        #expect(quiet.messages == "")
    }

    @Test func sinksOfManyMarkets() throws {
        let scratch = try DriftHistory.calmWeek()
        try FileManager.default.createDirectory(
            at: scratch.url("day"), withIntermediateDirectories: false)
        try scratch.file("day/BTC-USDT_USDT-1h.csv", DriftHistory.csv(days: 7..<9))
        let done = try scratch.run("update", "--manifest", "day", "--alert-file", "a.jsonl")
        #expect(done.code == 0, "\(done.messages)")
        let market = try #require(try done.json()["markets"]?.elements?.first)
        #expect(market["deliveries"]?.elements?.map { $0["sink"] } == ["file:a.jsonl"])
        #expect(try String(contentsOf: scratch.url("a.jsonl"), encoding: .utf8).count > 10)
    }
}
