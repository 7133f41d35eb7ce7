import CanonicalJSON
import Foundation
import Testing

/// `splits`, and `export --split`, as users run them.
struct SplitsTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]
    static let lengths = ["--train", "12h", "--test", "8h", "--embargo", "2h"]

    private func labelled() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        let klines = Fixtures.path("labels/klines-BTC-20251010.csv")
        let done = try scratch.run(["update", "--candles", klines] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
        return scratch
    }

    @Test func theTableWordForWord() throws {
        let scratch = try labelled()
        let table = try scratch.run(
            ["splits", "--format", "table"] + Self.lengths + Self.symbol)
        #expect(table.code == 0)
        #expect(table.lines.dropFirst(2).joined(separator: "\n") == Self.table)
        let csv = try scratch.run(["splits"] + Self.lengths + Self.symbol)
        #expect(
            csv.lines[0] == "split,train_from_ms,train_to_ms,test_from_ms,test_to_ms,train_labels,"
                + "purged,test_labels,ess,too_small,settled")
        let json = try scratch.run(["splits", "--format", "json"] + Self.lengths + Self.symbol)
            .json()
        #expect(json["splits"]?.elements?.count == csv.lines.count - 1)
        #expect(json["embargo_ms"]?.int64 == 7_200_000)
        #expect(json["half_life_days"] == 10 && json["minimum"] == 100)
        let none = try scratch.run(["splits", "--preset", "risk_context"] + Self.symbol)
        #expect(none.lines.count == 1 && none.messages.contains("no split"))
        let small = try scratch.run(
            ["splits", "--minimum", "700", "--format", "jsonl"] + Self.lengths + Self.symbol
        ).jsonLines()
        #expect(small.contains { $0["too_small"] == 1 } && small.contains { $0["too_small"] == 0 })
    }

    static let table = """
        from            2025-10-10T00:00:00Z
        to              2025-10-11T18:57:00Z
        train           720 m
        test            480 m
        embargo         120 m
        step            480 m
        half life days  10.0
        minimum         100
        split  train_from            train_to              test_from             test_to               train_labels  purged  test_labels       ess  too_small  settled
            1  2025-10-10T00:00:00Z  2025-10-10T12:00:00Z  2025-10-10T14:00:00Z  2025-10-10T22:00:00Z           115      28          480  114.9997          0        1
            2  2025-10-10T08:00:00Z  2025-10-10T20:00:00Z  2025-10-10T22:00:00Z  2025-10-11T06:00:00Z           622       1          480  621.9535          0        1
            3  2025-10-10T16:00:00Z  2025-10-11T04:00:00Z  2025-10-11T06:00:00Z  2025-10-11T14:00:00Z           717       3          480  716.9288          0        1
        """

    /// Candles that no update has labelled yet settle no split.
    @Test func importedCandlesSettleNothing() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let klines = Fixtures.path("labels/klines-BTC-20251010.csv")
        let lines = try String(contentsOfFile: klines, encoding: .utf8).split(separator: "\n")
        // To noon of the second day: the third split's test ends two hours later.
        let part = try scratch.file(
            "part.csv", lines.prefix(1_580).joined(separator: "\n") + "\n")
        func settled() throws -> [JSONValue?] {
            try scratch.run(["splits", "--format", "jsonl"] + Self.lengths + Self.symbol)
                .jsonLines().map { $0["settled"] }
        }
        #expect(try scratch.run(["update", "--candles", part] + Self.symbol).code == 0)
        #expect(try scratch.run(["import", klines] + Self.symbol).code == 0)
        #expect(try settled() == [1, 1, 0])
        #expect(try scratch.run(["update", "--candles", klines] + Self.symbol).code == 0)
        #expect(try settled() == [1, 1, 1])
    }

    /// The rows of a split are those that `splits` counts, and its training has its own weights.
    @Test func theRowsOfASplit() throws {
        let scratch = try labelled()
        let splits = try scratch.run(
            ["splits", "--format", "jsonl"] + Self.lengths + Self.symbol
        ).jsonLines()
        #expect(splits.count == 3)
        for split in splits {
            let number = "\(split["split"]?.int64 ?? 0)"
            let rows = try scratch.run(
                ["export", "--split", number, "--format", "jsonl"] + Self.lengths + Self.symbol
            ).jsonLines().dropFirst()
            let train = rows.filter { $0["set"] == "train" }
            let test = rows.filter { $0["set"] == "test" }
            #expect(rows.count == train.count + test.count)
            #expect(split["train_labels"]?.int64 == Int64(train.count))
            #expect(split["test_labels"]?.int64 == Int64(test.count))
            let (from, to) = (split["train_from_ms"]!.int64!, split["train_to_ms"]!.int64!)
            let tested = split["test_from_ms"]!.int64!..<split["test_to_ms"]!.int64!
            for row in train {
                #expect(from..<to ~= row["entry_time_ms"]!.int64!)
                #expect(row["known_at_ms"]!.int64! <= to)
            }
            #expect(test.allSatisfy { tested ~= $0["entry_time_ms"]!.int64! })
            #expect(test.allSatisfy { $0["weight"] == .null })
            let sum = train.reduce(0) { $0 + ($1["weight"]?.double ?? 0) }
            #expect(abs(sum - Double(train.count)) < 1e-9)
        }
        let beyond = try scratch.run(["export", "--split", "4"] + Self.lengths + Self.symbol)
        #expect(beyond.code == 66 && beyond.messages.contains("has 3 of them"))
    }

    @Test(arguments: [
        (["splits", "--preset", "scalp_cor"], "did you mean scalp_core?"),
        (["splits", "--train", "0d"], "--train"),
        (["splits", "--test", "2d", "--step", "1d"], "overlap"),
        (["splits", "--mode", "regim"], "did you mean regime?"),
        (["splits", "--minimum", "-1"], "minimum"),
        (["export", "--preset", "scalp_core"], "--split"), (["export", "--split", "0"], "--split"),
        (["export", "--format", "json"], "csv or jsonl"), (["export", "--force"], "--output"),
        (["export", "--check", "a.csv"], "leave out"),
        (["export", "--basis", "a.csv"], "leave out"),
        (["export", "--features", "volume"], "features"),
    ])
    func usageErrors(_ words: [String], mentions hint: String) throws {
        let wrong = try Scratch().run(words + Self.symbol)
        #expect(wrong.code == 64)
        #expect(wrong.output == "")
        #expect(wrong.messages.contains(hint), "\(wrong.messages)")
    }

    /// The 150 days of bitcoin, where they are beside this checkout.
    @Test func realMarket() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared/data/BTC-USDT_USDT-1m-20250611-20251108.csv.gz").path
        guard FileManager.default.fileExists(atPath: file) else {
            return print("skipped: the real market's file is not beside this checkout")
        }
        let scratch = try Scratch()
        try scratch.makeStore()
        let update = try scratch.run(["update", "--candles", file] + Self.symbol)
        #expect(update.code == 0, "\(update.messages)")
        let splits = try scratch.run(["splits", "--format", "jsonl"] + Self.symbol).jsonLines()
        #expect(splits.count == 90)
        #expect(splits.allSatisfy { $0["too_small"] == 0 && $0["settled"] == 1 })
        #expect(splits.allSatisfy { $0["test_labels"] == 1_440 })
        let presets = try ["scalp_core", "confirm_filter", "regime_classifier", "risk_context"].map
        {
            try scratch.run(["splits", "--preset", $0] + Self.symbol).lines.count - 1
        }
        #expect(presets == [30, 75, 8, 0])
        let made = try scratch.run(["export", "--output", "train.csv"] + Self.symbol)
        #expect(try made.json()["rows"]?.int64 ?? 0 > 129_000)
        #expect(try scratch.run("export", "--check", "train.csv").code == 0)
    }
}
