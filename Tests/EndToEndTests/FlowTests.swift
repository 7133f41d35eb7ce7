import CanonicalJSON
import Foundation
import Testing

/// The main job on 2,000 real minutes around the crash of 2025-10-10.
struct FlowTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]
    static let klines = Fixtures.path("labels/klines-BTC-20251010.csv")
    static let gaps = Fixtures.path("labels/klines-gaps.csv")
    static let presets = ["--config", "scalp", "--config", "runner"]

    private func newStore() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        return scratch
    }

    /// A golden's nine columns against the command's first nine.
    private func expectGolden(
        _ name: String, _ scratch: Scratch, _ arguments: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let labels = try scratch.run(["labels", "--format", "csv"] + arguments + Self.symbol)
        #expect(labels.code == 0, "\(labels.messages)", sourceLocation: sourceLocation)
        let nine = labels.lines.map {
            $0.split(separator: ",", omittingEmptySubsequences: false).prefix(9)
                .joined(separator: ",") + "\n"
        }.joined()
        #expect(
            try nine == Fixtures.text("labels/labels-\(name).csv"), sourceLocation: sourceLocation)
        let open = try scratch.run(
            ["labels", "--open", "--format", "json"] + arguments + Self.symbol)
        let expected = try JSONValue(
            parsing: Array(Fixtures.text("labels/open-\(name).json").utf8))
        #expect(
            try open.json().elements?.compactMap { $0["entry_time_ms"] } == expected.elements,
            sourceLocation: sourceLocation)
    }

    private func digests(_ json: JSONValue, _ key: String) throws -> [String: String] {
        let list = try #require(json[key]?.elements)
        return Dictionary(
            uniqueKeysWithValues: list.map {
                (
                    ($0["name"]?.text ?? "") + ($0["labels_hash"]?.text ?? ""),
                    $0["digest"]?.text ?? ""
                )
            })
    }

    /// Projections of what was checked on the way: who updates hourly has checked drift more often.
    static let ofTheWay: Set = ["baselines", "drift", "operations"]

    private static func withoutTheWay(_ digests: [String: String]) -> [String: String] {
        digests.filter { !ofTheWay.contains($0.key) }
    }

    /// Hour by hour, at once and from the log: one history, one state.
    @Test func threeWaysToTheSameDigests() throws {
        let hourly = try newStore()
        let backfill = try hourly.run(
            ["backfill", Self.klines, "--every", "1h"] + Self.presets + Self.symbol)
        #expect(backfill.code == 0)
        let digests = try digests(backfill.json(), "digests")
        #expect(digests.count == 4 + Self.ofTheWay.count)
        #expect(try backfill.json()["updates"]?.int64 == 34)

        let atOnce = try newStore()
        try atOnce.run(["import", Self.klines] + Self.symbol)
        #expect(try atOnce.run(["update"] + Self.presets + Self.symbol).code == 0)
        let once = try self.digests(atOnce.run("status").json(), "projections")
        #expect(Self.withoutTheWay(once) == Self.withoutTheWay(digests))

        let daily = try newStore()
        try daily.run(["backfill", Self.klines, "--every", "1d"] + Self.presets + Self.symbol)
        for scratch in [hourly, atOnce, daily] {
            let replay = try scratch.run("replay", "--check", "--from-snapshot")
            #expect(replay.code == 0)
            let replayed = try self.digests(replay.json(), "projections")
            #expect(Self.withoutTheWay(replayed) == Self.withoutTheWay(digests))
            #expect(
                try self.digests(scratch.run("status").json(), "projections") == replayed)
            #expect(try scratch.run("verify", "--recompute").code == 0)
            try expectGolden("scalp", scratch, ["--config", "scalp"])
            try expectGolden("runner", scratch, ["--config", "runner"])
        }
        // The newest activated configuration is the default.
        try expectGolden("runner", hourly, [])
    }

    @Test func aConfigurationOfOnesOwnAcrossGaps() throws {
        let scratch = try newStore()
        try scratch.file(
            "my.json",
            """
            {"take_profit_bps": 40.0, "stop_loss_bps": 25, "timeout_minutes": 240,
             "exchange": "kraken"}
            """)
        let done = try scratch.run(
            ["backfill", Self.gaps, "--every", "1h", "--config", "my.json"] + Self.symbol)
        #expect(done.code == 0)
        try expectGolden("gaps", scratch, [])
        try expectGolden("gaps", scratch, ["--config", "my.json"])
        let hash = try #require(
            try scratch.run("config", "hash", "my.json").json()["config_hash"]?.text)
        try expectGolden("gaps", scratch, ["--config", String(hash.prefix(8))])
        let crossing = try scratch.run(["labels", "--format", "json"] + Self.symbol).json()
        #expect(crossing.elements?.contains { $0["crosses_gap"]?.int64 == 1 } == true)
    }

    /// Provisional rows are the closed labels and the open trades at the last close; the newest
    /// candle has none, and nothing is recorded.
    @Test func provisionalIsAView() throws {
        let scratch = try newStore()
        try scratch.run(["update", "--candles", Self.klines, "--config", "scalp"] + Self.symbol)
        let before = try scratch.run("status").output
        func rows(_ flag: [String]) throws -> [JSONValue] {
            try scratch.run(["labels", "--format", "json"] + flag + Self.symbol).json().elements
                ?? []
        }
        let closed = try rows([])
        let all = try rows(["--provisional"])
        let marked = all.filter { $0["exit_reason"] == "provisional" }
        #expect(all.filter { $0["exit_reason"] != "provisional" } == closed)
        let open = try rows(["--open"]).compactMap { $0["entry_time_ms"] }
        #expect(marked.compactMap { $0["entry_time_ms"] } == open.dropLast())
        for row in marked {
            #expect(row["exit_time_ms"]?.int64 == 1_760_208_960_000)
            #expect(row["exit_price"]?.double == 111_883.9)
        }
        #expect(try scratch.run("status").output == before)
    }

    @Test func aRerunRepeatsNothing() throws {
        let scratch = try newStore()
        let words = ["backfill", Self.klines, "--every", "1h", "--format", "jsonl"] + Self.symbol
        let first = try scratch.run(words)
        let positions = try first.jsonLines().compactMap { $0["position"]?.int64 }
        #expect(positions.count == 34)
        #expect(positions == positions.sorted())
        let before = try scratch.run("log").output
        for _ in 0..<3 {
            let again = try scratch.run(words)
            #expect(again.code == 0)
            #expect(again.output == "")
        }
        #expect(try scratch.run("log").output == before)
        // Steps end at full hours, and the clock of a step is its end.
        let ends = try first.jsonLines().compactMap { $0["end_ms"]?.int64 }
        #expect(ends.dropLast().allSatisfy { $0 % 3_600_000 == 0 })
        #expect(ends.last == 1_760_209_020_000)
    }

    /// A part of a history now and the rest later is the history.
    @Test func backfillInParts() throws {
        let whole = try newStore()
        let parts = try newStore()
        let words = ["backfill", Self.klines, "--every", "1h"] + Self.symbol
        try whole.run(words)
        let middle = "2025-10-10T21:00Z"
        let first = try parts.run(words + ["--to", middle])
        #expect(try first.json()["updates"]?.int64 == 12)
        try parts.run(words + ["--from", middle])
        #expect(try parts.run("log").output == whole.run("log").output)
    }

    static let reading: [[String]] = [
        ["labels", "--format", "csv"] + symbol, ["labels", "--provisional"] + symbol,
        ["labels", "--open"] + symbol,
        ["labels", "--config", "scalp", "--format", "jsonl"] + symbol,
        ["candles"] + symbol, ["config", "show", "--origin"] + symbol, ["config", "list"] + symbol,
        ["log"], ["log", "--limit", "3"],
        ["status"],
    ]

    /// What a verb printed when the log ended at a point, it prints as of that point for ever.
    @Test func asOfShowsWhatWasPrintedThen() throws {
        let scratch = try newStore()
        let lines = try Fixtures.text("labels/klines-BTC-20251010.csv").split(separator: "\n")
        // Slices that overlap and whose seams are not where hours end; then a revised candle and a
        // late one; another configuration half way.
        try scratch.file("1.csv", lines[0..<100].joined(separator: "\n"))
        try scratch.file("2.csv", lines[90..<180].joined(separator: "\n"))
        try scratch.file("3.csv", lines[200..<300].joined(separator: "\n"))
        var revised = lines[150].split(separator: ",")
        revised[5] = "99.5"
        try scratch.file(
            "4.csv",
            revised.joined(separator: ",") + "\n" + lines[180..<200].joined(separator: "\n"))
        try scratch.file("5.csv", lines[300..<420].joined(separator: "\n"))
        var printed: [(position: Int64, outputs: [String])] = []
        for (file, more) in [
            ("1.csv", []), ("2.csv", []), ("3.csv", ["--config", "runner"]), ("4.csv", []),
            ("5.csv", []),
        ] {
            let done = try scratch.run(["update", "--candles", file] + more + Self.symbol)
            #expect(done.code == 0, "\(done.messages)")
            let outputs = try Self.reading.map { try scratch.run($0) }
            #expect(outputs.allSatisfy { $0.code == 0 })
            printed.append(
                (try #require(try done.json()["position"]?.int64), outputs.map(\.output)))
        }
        let events = try scratch.run(["log", "--format", "jsonl"]).jsonLines()
        let times = Dictionary(
            uniqueKeysWithValues: events.map {
                ($0["position"]?.int64 ?? 0, $0["recorded_at_us"]?.int64 ?? 0)
            })
        let newest = try #require(times[printed.last?.position ?? 0])
        for (index, moment) in printed.enumerated() {
            let first = index == 0 ? 1 : printed[index - 1].position + 1
            let time = try #require(times[first])
            let seconds = (newest - time) / 1_000_000
            var points = ["\(moment.position)", "HEAD~\(printed.count - 1 - index)", rfc3339(time)]
            points.append("-\(seconds)s")
            // The last event of the next commit but one lies inside it: rounded down.
            let inside = index + 1 < printed.count ? printed[index + 1].position - 1 : 0
            if inside > 0 { points.append("\(inside)") }
            for point in points {
                for (verb, expected) in zip(Self.reading, moment.outputs) {
                    // The log addresses single events by position.
                    if verb.first == "log", point == "\(inside)" { continue }
                    let then = try scratch.run(verb + ["--as-of", point])
                    #expect(then.code == 0, "\(verb) \(point): \(then.messages)")
                    if verb == ["status"] {
                        // The size of the file is today's.
                        #expect(withoutSize(then.output) == withoutSize(expected), "\(point)")
                    } else {
                        #expect(then.output == expected, "\(verb) as of \(point)")
                    }
                    let told = then.messages + then.output
                    #expect(
                        told.contains("position \(moment.position), committed 20")
                            || told.contains("\"position\":\(moment.position),"))
                }
            }
        }
        let early = try scratch.run(["status", "--as-of", "0"])
        #expect(try early.json()["position"] == 0)
        for point in ["9999", "HEAD~99"] {
            let beyond = try scratch.run(["status", "--as-of", point])
            #expect(beyond.code == 64)
            #expect(beyond.messages.contains("the log"))
        }
    }

    private func withoutSize(_ status: String) -> Substring {
        status.split(separator: ",\"bytes\":")[0]
    }

    private func rfc3339(_ microseconds: Int64) -> String {
        let formatter = ISO8601DateFormatter()
        let seconds = formatter.string(
            from: Date(timeIntervalSince1970: Double(microseconds / 1_000_000)))
        let fraction = String(1_000_000 + microseconds % 1_000_000).dropFirst()
        return seconds.dropLast() + ".\(fraction)Z"
    }

    /// What replay folds to a point is what status says as of it.
    @Test func replayToAPoint() throws {
        let scratch = try newStore()
        let done = try scratch.run(
            ["backfill", Self.klines, "--every", "4h"] + Self.presets + Self.symbol)
        let positions = try #require(try done.json()["positions"]?.elements).compactMap(\.int64)
        #expect(positions.count == 9)
        for point in positions.map(String.init) + ["-6h", "HEAD~3", "2025-10-10T21:20Z"] {
            let replay = try scratch.run("replay", "--to", point).json()
            let status = try scratch.run("status", "--as-of", point).json()
            #expect(replay["projections"] == status["projections"])
            #expect(replay["position"] == status["position"])
        }
    }
}
