import CanonicalJSON
import Foundation
import Testing

/// What people asked who had only the help, and what had misled them: what did we know then, why is it
/// so, since when, and what is another by now.
struct NewcomerTests {
    private static let symbol = ["--symbol", "BTC/USDT:USDT"]
    private static let entry = "2025-10-10T00:02Z"

    /// Minutes at 1,000 under `scalp`: the target is 1,001.5, the stop 999. Minute 5 falls to 998; later
    /// it is revised and reached 1,002 too.
    private static func store() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        func row(_ minute: Int64, high: String = "1000.0", low: String = "1000.0") -> String {
            "\(SyntheticHistory.start + minute * 60_000),1000.0,\(high),\(low),1000.0,5\n"
        }
        let head = "timestamp,open,high,low,close,volume\n"
        let files = [
            (0...4).map { row($0) }.joined(),
            row(5, low: "998.0") + (6...40).map { row($0) }.joined(),
            row(5, high: "1002.0", low: "998.0"),
        ]
        for (index, rows) in files.enumerated() {
            try scratch.file("\(index).csv", head + rows)
            let done = try scratch.run(
                ["update", "--candles", "\(index).csv"] + symbol
                    + (index == 0 ? ["--config", "scalp"] : []))
            guard done.code == 0 else { throw Command.NotRun(description: done.messages) }
        }
        return scratch
    }

    private func ask(_ scratch: Scratch, _ words: String...) throws -> Outcome {
        try scratch.run(words + Self.symbol)
    }

    @Test func whyIsTheLabelSo() throws {
        let scratch = try Self.store()
        func lines(_ words: String...) throws -> [String] {
            let blame = try scratch.run(
                ["blame", "label"] + words + ["--format", "table"] + Self.symbol)
            #expect(blame.code == 0, "\(blame.messages)")
            #expect(blame.lines.last?.hasPrefix("reproduced: yes") == true)
            return blame.lines
        }
        let now = try lines(Self.entry)
        #expect(
            now[0].hasSuffix(
                ": tp at 1001.5, gross 15.0000, costs 17.0500, net -2.0500 bps, meta 0, ambiguous"
            ), "\(now[0])")
        #expect(
            now[1] == "|- because the high of 2025-10-10T00:05:00Z, 1002.0, reached the target "
                + "1001.5, and its low 998.0 the stop 999.0: the target counts (ambiguity target_first)"
        )
        #expect(
            now[2]
                == "|- costs: (fees 12.0000 + spread 3.0000 + slippage in the entry candle's range "
                + "0.5000), times the buffer 1.1")
        #expect(now[3].hasPrefix("|- recorded by labels.revised, position "))
        #expect(!now[3].contains("never revised"))
        #expect(
            now[5].wholeMatch(
                of:
                    /\|  `- before: labels\.closed, position \d+ \(2025-10-10T00:41:00Z\): sl at 999\.0, .*, net -27\.0500 bps, meta 0/
            ) != nil, "\(now[5])")
        let then = try lines(Self.entry, "--as-of", "HEAD~1")
        #expect(
            then[1] == "|- because the low of 2025-10-10T00:05:00Z, 998.0, reached the stop "
                + "999.0; the target was 1001.5")
        #expect(then[3].hasSuffix(", never revised"))
        let timeout = try lines("2025-10-10T00:06Z")
        #expect(
            timeout[1] == "|- because no candle reached the target 1001.5 or the stop 999.0 "
                + "before 2025-10-10T00:36:00Z: it ends at the close of 2025-10-10T00:36:00Z, 1000.0"
        )
        let open = try lines("2025-10-10T00:40Z")
        #expect(
            open[1]
                == "|- no candle as labelled, through 2025-10-10T00:40:00Z, reached the target 1001.5 or the stop "
                + "999.0; timeout "
                + "at 2025-10-10T01:10:00Z")

        let json = try ask(scratch, "blame", "label", Self.entry).json()
        #expect(
            json["barriers"] == [
                "take_profit_price": .number(1001.5), "stop_loss_price": .number(999),
                "deadline_ms": .integer(SyntheticHistory.start + 32 * 60_000),
            ])
        #expect(json["deciding_candle"]?["low"]?.double == 998)
        let earlier = try #require(json["earlier"]?.elements?.first)
        #expect(earlier["label"]?["exit_reason"]?.text == "sl")
        #expect(json["retracted"] == false)
    }

    /// What is imported and not labelled yet is said, and prices keep their digits.
    @Test func anOutdatedLabel() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let head = "timestamp,open,high,low,close,volume\n"
        func row(_ minute: Int64, high: String = "0.0157", low: String = "0.0157") -> String {
            "\(SyntheticHistory.start + minute * 60_000),0.0157,\(high),\(low),0.0157,5\n"
        }
        try scratch.file(
            "first.csv", head + (0...4).map { row($0) }.joined() + row(5, low: "0.0156842"))
        #expect(
            try ask(scratch, "update", "--candles", "first.csv", "--config", "scalp").code == 0)
        func blame() throws -> [String] {
            let answer = try ask(scratch, "blame", "label", Self.entry, "--format", "table")
            #expect(answer.code == 0, "\(answer.messages)")
            return answer.lines
        }
        let sound = try blame()
        #expect(
            sound[1] == "|- because the low of 2025-10-10T00:05:00Z, 0.0156842, reached the stop "
                + "0.015684299999999998; the target was 0.01572355", "\(sound[1])")
        #expect(sound[3].hasPrefix("|- recorded by labels.closed"))
        try scratch.file("second.csv", head + row(4, high: "0.0158") + row(6))
        #expect(try ask(scratch, "import", "second.csv").code == 0)
        let outdated = try blame()
        #expect(outdated[1] == sound[1])
        #expect(outdated[3].hasPrefix("|- OUTDATED: the candles known at this point do not give"))
        #expect(outdated.contains { $0.contains("since: candles.revised") })
        #expect(try ask(scratch, "blame", "label", Self.entry).json()["outdated"] == true)
        #expect(try ask(scratch, "update").code == 0)
        #expect(try ask(scratch, "blame", "label", Self.entry).json()["outdated"] == false)
    }

    /// A table of the events says what `blame` says of each label by itself.
    @Test func provenance() throws {
        let scratch = try Self.store()
        for point in ["HEAD", "HEAD~1", "HEAD~2"] {
            let asOf = ["--as-of", point]
            let rows = try scratch.run(
                ["labels", "--provenance", "--provisional", "--format", "jsonl"] + asOf
                    + Self.symbol
            ).jsonLines()
            #expect(rows.count >= 4)
            for row in rows {
                let entry = try #require(row["entry_time_ms"]?.int64)
                let blame = try scratch.run(
                    ["blame", "label", "\(entry)"] + asOf + Self.symbol
                ).json()
                func position(_ role: String) -> JSONValue {
                    let roles = blame["events"]?.elements?.filter {
                        $0["role"]?.text?.split(separator: "+").contains(Substring(role)) == true
                    }
                    return roles?.first?["position"] ?? .null
                }
                #expect(row["event_position"] == position("result"), "\(point) \(row)")
                #expect(row["entry_event_position"] == position("entry"), "\(point) \(row)")
                #expect(row["deciding_event_position"] == position("deciding"), "\(point) \(row)")
            }
        }
        let wrong = try ask(scratch, "labels", "--provenance", "--statistics")
        #expect(wrong.code == 64)
    }

    @Test func whatIsAnotherByNow() throws {
        let scratch = try Self.store()
        let minute = ["--from", "2025-10-10T00:02Z", "--to", "2025-10-10T00:03Z"]
        let table = try scratch.run(
            ["diff", "HEAD~1", "HEAD", "--format", "table"] + minute + Self.symbol)
        #expect(table.code == 0, "\(table.messages)")
        #expect(table.output.contains("labels  revised       1        1\n"), "\(table.output)")
        let row = try #require(table.lines.last)
        #expect(
            row.contains("sl net -27.05") && row.contains("exit 2025-10-10T00:05:00Z ambiguous"))
        let json = try scratch.run(
            ["diff", "HEAD~1", "HEAD", "--format", "json", "--from", "2025-10-10T00:03Z"]
                + Self.symbol
        ).json()
        let stamps = json["changes"]?.elements?.compactMap { $0["time_ms"]?.int64 } ?? []
        let start = SyntheticHistory.start
        #expect(stamps == [5, 3, 4, 5].map { start + $0 * 60_000 })
        #expect(try ask(scratch, "diff", "1", "2", "--from", "0", "--only", "drift").code == 64)
        #expect(try ask(scratch, "diff", "1", "2", "--from", "9", "--to", "9").code == 64)

        // A position inside a commit means the state before it, and that is said.
        let inside = try ask(scratch, "diff", "2", "HEAD")
        #expect(inside.messages.contains("position 2 lies inside a commit"))
        let labels = try ask(scratch, "labels", "--as-of", "2")
        #expect(labels.code == 66 || labels.messages.contains("lies inside the next commit"))
    }

    @Test func sinceWhen() throws {
        let scratch = try Self.store()
        // It was so once and is no more: the first commit all the same.
        let found = try ask(scratch, "bisect", "label \(Self.entry).exit_reason=sl").json()
        #expect(found["exact"] == true && found["event_type"] == "labels.closed")
        #expect(found["holds_at_to"] == false)
        let back = try ask(
            scratch, "bisect", "label \(Self.entry).exit_reason=sl", "--from", "HEAD"
        ).json()
        #expect(back["outcome"] == "never" && back["value"] == "tp")
    }

    @Test func aPairThatIsNotThere() throws {
        let scratch = try Self.store()
        for verb in ["status", "log", "labels", "alerts"] {
            let wrong = try scratch.run(verb, "--symbol", "BTC/USDT")
            #expect(wrong.code == 66 && wrong.output == "", "\(verb)")
            #expect(wrong.messages.contains("it has binance/BTC-USDT:USDT/1m"), "\(verb)")
        }
        scratch.store = "nowhere"
        #expect(try scratch.run("status").messages.contains("--store or MECHANIC_STORE"))
    }

    @Test func theTrainingSetOfThen() throws {
        let scratch = try Self.store()
        let done = try ask(scratch, "export", "--as-of", "HEAD~1", "--output", "then.csv")
        #expect(done.code == 0, "\(done.messages)")
        let check = try scratch.run("export", "--check", "then.csv")
        #expect(check.code == 0, "\(check.messages)")
        #expect(
            try check.json()["revised_since"]?.int64 == 6 && check.json()["revised_candles"] == 1)
        let table = try scratch.run("export", "--check", "then.csv", "--format", "table")
        #expect(
            table.output.contains(
                "revised since  rows whose label or entry candle is another by now, or not exported: 6 (labels: 6, entry candles: 1)\n"
            ))
        // What is imported and not labelled yet is not exported any more either.
        try scratch.file(
            "late.csv",
            "timestamp,open,high,low,close,volume\n\(SyntheticHistory.start + 600_000),1000,1002,1000,1000,5\n"
        )
        #expect(try ask(scratch, "import", "late.csv").code == 0)
        let today = try ask(scratch, "export", "--output", "today.csv")
        #expect(try today.json()["left_out"]?.int64 ?? 0 > 0)
        let more = try scratch.run("export", "--check", "then.csv").json()["revised_since"]?.int64
        // Rows by entry, without the weight, which depends on the others.
        func rows(_ name: String) throws -> [Substring: Substring] {
            let lines = try String(contentsOf: scratch.url(name), encoding: .utf8)
                .split(separator: "\n").dropFirst(2)
            return Dictionary(
                uniqueKeysWithValues: lines.map { line in
                    (line.prefix { $0 != "," }, line[..<(line.lastIndex(of: ",") ?? line.endIndex)])
                })
        }
        let (then, now) = (try rows("then.csv"), try rows("today.csv"))
        let different = then.count { now[$0.key] != $0.value }
        #expect(more.map(Int.init) == different && different > 6)
        let text = try String(contentsOf: scratch.url("then.csv"), encoding: .utf8)
        for (name, edited, why) in [
            ("crlf.csv", text.replacing("\n", with: "\r\n"), "lines end with CR LF"),
            ("mark.csv", "\u{FEFF}" + text, "byte order mark"),
        ] {
            try scratch.file(name, edited)
            let wrong = try scratch.run("export", "--check", name, "--format", "table")
            #expect(wrong.code == 1 && wrong.messages.contains(why), "\(wrong.messages)")
            #expect(wrong.output.contains("line 1  "))
        }
    }

    @Test func aNoteThatChanged() throws {
        let scratch = try Self.store()
        for (note, moves) in [("good", []), ("bad", ["--move"])] as [(String, [String])] {
            let words = ["tag", "v1", "11", "--by", "ada", "--note", note] + moves
            #expect(try scratch.run(words).code == 0)
        }
        let diff = try scratch.run(
            "diff", "HEAD~1", "HEAD", "--only", "tags", "--exit-code", "--format", "csv")
        #expect(diff.code == 1 && diff.lines.count == 2, "\(diff.output)")
        #expect(diff.lines[1].contains(",tags,noted,"))
        #expect(diff.lines[1].contains(": good, ada") && diff.lines[1].contains(": bad, ada"))
        // A text that reads as another one on a terminal is not kept.
        let turned = try scratch.run("tag", "v2", "--by", "ada", "--note", "ok \u{202E}dab")
        #expect(turned.code != 0 && turned.messages.contains("turns of direction"))
    }
}
