import CanonicalJSON
import Foundation
import Testing

/// Rows of every kind through files, as exchanges and people send them.
struct ImportTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]
    static let start = SyntheticHistory.start

    private func newStore() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        return scratch
    }

    /// The six counts of an import, in the contract's order.
    private func counts(_ outcome: Outcome) throws -> [Int64] {
        #expect(outcome.code == 0, "\(outcome.messages)")
        let json = try outcome.json()
        return try ["recorded", "duplicates", "revised", "late", "partial", "rejected"].map {
            try #require(json[$0]?.int64)
        }
    }

    private func candles(_ scratch: Scratch) throws -> [String] {
        Array(try scratch.run(["candles", "--format", "csv"] + Self.symbol).lines.dropFirst())
    }

    @Test func sendingAgainAddsNothing() throws {
        let scratch = try newStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 300))
        let first = try scratch.run(["import", "a.csv"] + Self.symbol)
        #expect(try counts(first) == [300, 0, 0, 0, 0, 0])
        let position = try first.json()["position"]
        for _ in 0..<3 {
            let again = try scratch.run(["import", "a.csv"] + Self.symbol)
            #expect(try counts(again) == [0, 300, 0, 0, 0, 0])
            #expect(try again.json()["position"] == position)
        }
        for words in [
            ["update"], ["update", "--candles", "a.csv"], ["update", "--config", "scalp"],
        ] {
            try scratch.run(words + Self.symbol)
        }
        let labelled = try scratch.run("status").json()["position"]
        for _ in 0..<3 {
            let again = try scratch.run(["update", "--candles", "a.csv"] + Self.symbol)
            #expect(try again.json()["position"] == labelled)
        }
    }

    /// A → B → A is two revisions, in one file or in two, and not a no-op.
    @Test func thereAndBackAgain() throws {
        let a = "\(Self.start),10,12,9,11,1\n"
        let b = "\(Self.start),10,12,9,11,2\n"
        let one = try newStore()
        try one.file("aba.csv", a + b + a)
        #expect(try counts(one.run(["import", "aba.csv"] + Self.symbol)) == [1, 0, 2, 0, 0, 0])
        let two = try newStore()
        try two.file("a.csv", a)
        try two.file("b.csv", b)
        var sum: [[Int64]] = []
        for file in ["a.csv", "b.csv", "a.csv", "a.csv"] {
            sum.append(try counts(two.run(["import", file] + Self.symbol)))
        }
        #expect(
            sum == [
                [1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0],
            ])
        #expect(try candles(one) == ["\(Self.start),10.0,12.0,9.0,11.0,1.0"])
        #expect(try candles(two) == candles(one))
    }

    /// The bad-input table of the semantics: each with its line and reason, none costing its
    /// neighbours.
    @Test func everyKindOfBadRow() throws {
        let rows = SyntheticHistory.rows(minutes: 40)
        let bad: [(row: String, reason: String)] = [
            (",nan,12,9,11,1", "open"), (",10,inf,9,11,1", "high"), (",10,12,-inf,11,1", "low"),
            (",0,12,0,11,1", "zero or negative"), (",10,12,-9,11,1", "zero or negative"),
            (",10,12,9,11,-1", "volume is negative"), (",10,10.5,9,11,1", "high is below"),
            (",10,12,10.5,11,1", "low is above"), (",10,12,9,11", "volume"),
            (",,12,9,11,1", "open"),
            (",ten,12,9,11,1", "\"ten\""), ("7,10,12,9,11,1", "timestamp"),
            (",10,12,9,11,1e999", "infinite"),
        ]
        var lines = ["timestamp,open,high,low,close,volume"]
        var expected: [(line: Int64, reason: String)] = []
        for (index, row) in rows.enumerated() {
            lines.append(row)
            guard index < bad.count else { continue }
            let stamp = Self.start + Int64(1_000 + index) * 60_000
            lines.append("\(stamp)" + bad[index].row)
            expected.append((Int64(lines.count), bad[index].reason))
        }
        lines.append("\(Self.start + 30_000),10,12,9,11,1")
        expected.append((Int64(lines.count), "off the timeframe's grid"))
        let text = lines.joined(separator: "\n") + "\n"

        let strict = try newStore()
        try strict.file("bad.csv", text)
        for words in [
            ["import", "bad.csv"], ["update", "--candles", "bad.csv"],
            ["backfill", "bad.csv", "--every", "1h"],
        ] {
            let refused = try strict.run(words + ["--strict"] + Self.symbol)
            #expect(refused.code == 65)
            #expect(refused.messages.contains("bad.csv, line 3"))
            #expect(refused.messages.contains("nothing was appended"))
        }
        #expect(try strict.run("status").json()["position"]?.int64 == 0)

        let scratch = try newStore()
        try scratch.file("bad.csv", text)
        let done = try scratch.run(["import", "bad.csv"] + Self.symbol)
        #expect(try counts(done) == [40, 0, 0, 0, 0, Int64(expected.count)])
        let rejects = try #require(try done.json()["rejects"]?.elements)
        #expect(rejects.compactMap { $0["line"]?.int64 } == expected.map(\.line))
        for (reject, expected) in zip(rejects, expected) {
            let reason = try #require(reject["reason"]?.text)
            #expect(reason.contains(expected.reason), "line \(expected.line): \(reason)")
        }
        #expect(try candles(scratch).count == 40)

        // The same through a backfill, where lines are updates: rejects go to standard error.
        let lived = try newStore()
        try lived.file("bad.csv", text)
        let steps = try lived.run(
            ["backfill", "bad.csv", "--every", "1h", "--format", "jsonl"] + Self.symbol)
        #expect(steps.code == 0)
        #expect(steps.messages.contains("bad.csv, line 3: "))
        #expect(try candles(lived) == candles(scratch))
    }

    /// Revised, late, partial and gaps: in a store with a real clock too, where now is now.
    @Test func everyFateOfAGoodRow() throws {
        let now = Int64(Date().timeIntervalSince1970 * 1_000) / 60_000 * 60_000
        let scratch = try Scratch()
        try scratch.makeStore(clock: "real")
        func row(_ minutes: Int64, _ volume: Int) -> String {
            "\(now + minutes * 60_000),10,12,9,11,\(volume)\n"
        }
        try scratch.file("a.csv", row(-20, 1) + row(-19, 1) + row(-15, 1))
        let first = try scratch.run(["import", "a.csv"] + Self.symbol)
        #expect(try counts(first) == [3, 0, 0, 0, 0, 0])
        let gaps = try #require(try first.json()["gaps"]?.elements)
        #expect(gaps.map { $0["missing"]?.int64 } == [3])
        let rows = row(-20, 1) + row(-19, 2) + row(-17, 0) + row(-14, 1) + row(60, 1) + "x\n"
        try scratch.file("b.csv", rows)
        #expect(try counts(scratch.run(["import", "b.csv"] + Self.symbol)) == [1, 1, 1, 1, 1, 1])
        #expect(try candles(scratch).count == 5)
    }

    @Test func everyLayout() throws {
        let rows = SyntheticHistory.rows(minutes: 50)
        let fields = rows.map { $0.split(separator: ",").map(String.init) }
        let klines = fields.map { row in
            row.joined(separator: ",") + ",\(Int64(row[0])! + 59_999),1,2,3,4,0\n"
        }.joined()
        let header =
            "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
            + "taker_buy_volume,taker_buy_quote_volume,ignore\n"
        let micro = fields.map { row in
            "\(row[0])000," + row.dropFirst().joined(separator: ",") + ",\(row[0])999,1,2,3,4,0\n"
        }.joined()
        let plain = SyntheticHistory.csv(minutes: 50)
        let json =
            "[" + fields.map { "[" + $0.joined(separator: ",") + "]" }.joined(separator: ",\n")
            + "]"
        let files: [(name: String, text: String, layout: String)] = [
            ("plain", plain, "ohlcv"), ("bare", rows.joined(separator: "\n"), "ohlcv"),
            ("binance", klines, "binance"), ("header", header + klines, "binance"),
            ("micro", micro, "binance"), ("ccxt", json, "ccxt"),
            ("crlf", plain.replacingOccurrences(of: "\n", with: "\r\n"), "ohlcv"),
            ("bom", "\u{FEFF}" + plain, "ohlcv"),
        ]
        var digests: Set<String> = []
        for file in files {
            for layout in ["auto", file.layout] {
                let scratch = try newStore()
                try scratch.file(file.name, file.text)
                let done = try scratch.run(
                    ["import", file.name, "--layout", layout] + Self.symbol)
                #expect(try counts(done) == [50, 0, 0, 0, 0, 0], "\(file.name) as \(layout)")
                digests.insert(try windowDigest(scratch))
            }
        }
        let piped = try newStore()
        let done = try piped.run(["import", "-"] + Self.symbol, input: plain)
        #expect(try counts(done) == [50, 0, 0, 0, 0, 0])
        digests.insert(try windowDigest(piped))
        let packed = try newStore()
        try packed.file("a.csv", plain)
        try gzip("a.csv", in: packed)
        #expect(try counts(packed.run(["import", "a.csv.gz"] + Self.symbol))[0] == 50)
        digests.insert(try windowDigest(packed))
        #expect(digests.count == 1)

        let bytes = try Data(contentsOf: packed.url("a.csv.gz"))
        try packed.file("cut.csv.gz", Array(bytes.prefix(bytes.count / 2)))
        let cut = try packed.run(["import", "cut.csv.gz"] + Self.symbol)
        #expect(cut.code == 65)
        #expect(cut.messages.contains("cut.csv.gz"))
    }

    private func windowDigest(_ scratch: Scratch) throws -> String {
        let json = try scratch.run("replay").json()
        let window = json["projections"]?.elements?.first { $0["name"]?.text == "window" }
        return try #require(window?["digest"]?.text)
    }

    private func gzip(_ name: String, in scratch: Scratch) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
        process.arguments = [scratch.url(name).path]
        try process.run()
        process.waitUntilExit()
    }
}
