import CanonicalJSON
import Foundation
import Testing

/// Tags, differences and bisection as users run them.
struct ExploreTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// A day and a half of updates, an hour each.
    private func filled() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        let klines = Fixtures.path("labels/klines-BTC-20251010.csv")
        let done = try scratch.run(
            ["backfill", klines, "--every", "1h", "--config", "scalp"] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
        return scratch
    }

    @Test func tags() throws {
        let scratch = try filled()
        let head = try #require(try scratch.run("status").json()["position"]?.int64)
        let back = try #require(
            try scratch.run("status", "--as-of", "HEAD~3").json()["position"]?.int64)
        let set = try scratch.run("tag", "before", "HEAD~3", "--by", "ada", "--note", "why, \"so\"")
        #expect(set.code == 0, "\(set.messages)")
        let json = try set.json()
        #expect(json["names"]?.int64 == back && json["position"]?.int64 == head + 1)
        #expect(json["tag"] == "before" && json["is_new"] == true && json["previous"] == .null)

        let again = try scratch.run("tag", "@before", "HEAD~4", "--by", "bob")
        #expect(again.code == 0 && again.messages.contains("nothing was added"))
        let taken = try scratch.run("tag", "before", "--by", "bob")
        #expect(taken.code == 2)
        #expect(taken.messages.contains("@before is set already, at position \(back) by ada"))
        #expect(taken.messages.contains("--move"))

        // The same answers as by the position, wherever a point is asked for; the position is said.
        for words in [
            ["labels", "--as-of"] + Self.symbol, ["status", "--as-of"], ["candles", "--as-of"],
            ["checkpoint", "--as-of"], ["log", "--as-of"], ["replay", "--to"], ["show"],
            ["prove", "inclusion"], ["diff", "HEAD"],
        ] {
            var words = words
            if words[0] == "candles" { words += Self.symbol }
            let place = words.firstIndex { $0.hasPrefix("--") }.map { $0 + 1 } ?? words.endIndex
            func run(_ point: String) throws -> Outcome {
                var words = words
                words.insert(point, at: min(place, words.count))
                return try scratch.run(words + ["--format", "json"])
            }
            let (tag, position) = (try run("@before"), try run("\(back)"))
            #expect(tag.code == 0, "\(words): \(tag.messages)")
            guard words[0] != "replay" else {
                #expect(try tag.json()["projections"] == position.json()["projections"])
                continue
            }
            #expect(tag.output == position.output, "\(words)")
            #expect(tag.messages == position.messages, "\(words)")
        }
        let unknown = try scratch.run(["labels", "--as-of", "@befor"] + Self.symbol)
        #expect(unknown.code == 64)
        #expect(unknown.messages == "error: there is no tag @befor; did you mean @before?\n")
        #expect(try scratch.run("show", "@1").code == 64)

        #expect(try scratch.run("tag", "before", "--move", "--by", "bob").code == 0)
        let list = try scratch.run("tag", "--list", "--format", "json").json()
        let row = try #require(list.elements?.first)
        #expect(row["name"] == "before" && row["position"]?.int64 == head + 1)
        #expect(row["by"] == "bob" && row["note"] == .null)
        #expect(row["stream"] == "tags" && row["stream_version"] == 1)
        let then = try scratch.run("tag", "--as-of", "HEAD~1")
        #expect(then.lines.count == 2 && then.lines[1].hasPrefix("before,\(back),"))
        #expect(then.lines[1].contains("ada,\"why, \"\"so\"\"\","))
        #expect(then.lines[0].hasPrefix("name,position,recorded_at_us,by,note"))

        #expect(try scratch.run("tag", "before", "--delete", "--by", "ada").code == 0)
        #expect(try scratch.run("tag").lines.count == 1)
        #expect(try scratch.run("show", "@before").code == 64)
        // Never was a market's state touched, and the stream is one of the log's like any other.
        for words in [["verify", "--deep"], ["replay", "--check"], ["verify", "--recompute"]] {
            #expect(try scratch.run(words).code == 0, "\(words)")
        }
        #expect(try scratch.run("log", "--type", "tag.set").lines.count == 1 + 3)
        #expect(try scratch.run(["log", "--type", "tag.set"] + Self.symbol).lines.count == 1)
    }

    @Test func tagsRefuseWhatTheyCannotMean() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        #expect(try scratch.run("tag", "x", "--by", "ada").code == 2)
        for words in [
            ["12", "--by", "ada"], ["a b", "--by", "ada"], ["x", "--list"], ["--move"],
            ["--delete"], ["x", "1", "--delete", "--by", "ada"], ["x", "--as-of", "1"],
            ["x", "7", "--by", "ada"], ["x"],
        ] {
            #expect(try scratch.run(["tag"] + words).code == 64, "\(words)")
        }
        #expect(try scratch.run("tag", "x", "--by", "a\nb").code == 2)
        let none = try scratch.run("tag", "--format", "json")
        #expect(none.code == 0 && none.output == "[]\n")
    }

    @Test func differences() throws {
        let scratch = try filled()
        func run(_ words: String...) throws -> Outcome {
            try scratch.run(["diff"] + words + Self.symbol)
        }
        let json = try run("HEAD~2", "HEAD", "--format", "json").json()
        #expect(json["reversed"] == false && json["same"] == false)
        let summary = try #require(json["summary"]?.elements)
        let changes = try #require(json["changes"]?.elements)
        #expect(summary.first?["part"] == "candles" && summary.first?["change"] == "added")
        #expect(
            summary.reduce(0) { $0 + ($1["things"]?.int64 ?? 0) } == Int64(changes.count))
        // As many labels closed as two label tables differ by.
        let closed = changes.filter { $0["change"] == "closed" }.count
        let labels = try ["HEAD~2", "HEAD"].map {
            try scratch.run(["labels", "--as-of", $0] + Self.symbol).lines.count
        }
        #expect(closed == labels[1] - labels[0])
        let label = try #require(changes.first { $0["change"] == "closed" })
        #expect(label["old"] == .null && label["new"]?["exit_reason"]?.text != nil)
        #expect(label["type"] == "labels.closed" && label["events"] == 1)

        let back = try run("HEAD", "HEAD~2", "--format", "json")
        #expect(try back.json()["reversed"] == true)
        #expect(try back.json()["changes"] == json["changes"])
        #expect(back.messages.contains("the other way round"))

        let csv = try run("HEAD~2", "HEAD", "--only", "labels")
        #expect(csv.lines.count == 1 + closed)
        #expect(
            csv.lines[0]
                == "market,part,change,hash,time_ms,name,old,new,events,position,type,recorded_at_us,"
                + "first_position"
        )
        #expect(csv.messages.contains("labels closed \(closed), touched \(closed) times"))
        let lines = try run(
            "HEAD~2", "HEAD", "--only", "labels", "--format", "jsonl", "--limit", "3")
        #expect(try lines.jsonLines().count == 3)
        #expect(lines.messages.contains("\(closed - 3) more rows"))
        let table = try run("-2h", "HEAD", "--format", "table", "--limit", "2")
        #expect(table.output.contains("part     change"))
        #expect(table.output.contains("\n\nmarket"))

        #expect(try run("HEAD~2", "HEAD", "--exit-code").code == 1)
        let same = try run("HEAD", "HEAD", "--exit-code", "--format", "table")
        #expect(same.code == 0 && same.output == "nothing changed\n")
        #expect(try run("HEAD", "99999").code == 64)
        #expect(try run("1", "HEAD", "--config", "runner").code == 66)
        #expect(try scratch.run("diff", "1", "2", "--config", "scalp").code == 64)
        #expect(try scratch.run("diff", "1", "2", "--only", "labls").code == 64)
        #expect(try scratch.run("diff", "1", "2", "--symbol", "ETH/USDT").code == 66)
    }

    @Test func bisection() throws {
        let scratch = try filled()
        func run(_ words: String...) throws -> Outcome {
            try scratch.run(["bisect"] + Self.symbol + words)
        }
        let found = try run("candles>1000", "--verbose")
        #expect(found.code == 0, "\(found.messages)")
        let json = try found.json()
        let position = try #require(json["position"]?.int64)
        #expect(json["event_type"] == "candles.recorded" && json["outcome"] == "found")
        #expect(json["exact"] == false && found.messages.contains("searched by halves"))
        #expect(json["steps"]?.int64 == Int64(found.messages.matches(of: /step \d+:/).count))
        func candles(_ point: String) throws -> Int {
            try scratch.run(["candles", "--as-of", point] + Self.symbol).lines.count - 1
        }
        #expect(try candles("\(position)") > 1_000 && candles("\(position - 1)") <= 1_000)

        // As words or as one; both give the commit that closed the label.
        let label = try run("label", "2025-10-10T21:18Z").json()
        #expect(
            try run("label 2025-10-10T21:18Z.exit_reason=tp").json()["position"]
                == label["position"])
        #expect(label["event_type"] == "labels.closed" && label["value"] == "tp")
        #expect(label["exact"] == true)
        let csv = try run("label", "2025-10-10T21:18Z", "--format", "csv").lines
        #expect(csv[0].contains("event_position,event_type,event_stream,event_version"))
        #expect(label["recorded_at_us"]?.int64 != nil && label["commit"]?.int64 != nil)

        let before = try run("candles>=0")
        #expect(before.code == 1 && before.messages.contains("holds at position 0 already"))
        #expect(try before.json()["outcome"] == "already")
        let never = try run("paused")
        #expect(never.code == 1 && never.messages.contains("holds after no commit"))
        #expect(try never.json()["outcome"] == "never" && never.json()["value"] == "not paused")
        #expect(try run("paused", "--format", "table").output == "")
        #expect(try run("candles>100", "--from", "-2h").code == 1)
        // Before there is a labelling nothing holds that is about one.
        for predicate in ["level>=none", "candles>0", "paused", "meta_share<2"] {
            #expect(try run(predicate, "--to", "0").code == 1, "\(predicate)")
        }
        let typo = try run("labels.opn>1")
        #expect(typo.code == 64 && typo.messages.contains("did you mean labels.open?"))
        #expect(try run().code == 64)
        #expect(try run("alerts>0", "--from", "HEAD", "--to", "20").code == 64)
        #expect(try run("alerts>0", "--config", "runner").code == 66)
    }
}
