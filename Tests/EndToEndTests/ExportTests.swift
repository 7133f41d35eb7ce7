import CanonicalJSON
import Foundation
import Testing

/// `export` as users run it: a basis, its bytes, and what a check says of a file that was changed.
struct ExportTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// Six hours of a synthetic market, hour by hour.
    private func labelled() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try backfill(scratch, hours: 6)
        return scratch
    }

    private func backfill(_ scratch: Scratch, hours: Int) throws {
        try scratch.file("history.csv", SyntheticHistory.csv(minutes: 60 * hours))
        let done = try scratch.run(
            ["backfill", "history.csv", "--every", "1h", "--config", "scalp"] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
    }

    private func export(_ scratch: Scratch, _ words: String...) throws -> Outcome {
        let done = try scratch.run(["export"] + words + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
        return done
    }

    @Test func theFirstLinesWordForWord() throws {
        let scratch = try labelled()
        let csv = try export(scratch)
        let start = SyntheticHistory.start
        let basis = csv.lines[0].split(separator: " ").map(String.init)
        #expect(basis.prefix(2) == ["#", "basis"])
        #expect(
            basis.dropFirst(2).map { String($0.prefix { $0 != "=" }) } == [
                "position", "root", "config", "labels", "market", "from", "to", "mode",
                "half_life_days", "features", "program_columns", "simulated",
            ])
        let checkpoint = try scratch.run("checkpoint", "--format", "json").json()
        #expect(basis[3] == "root=\(checkpoint["root"]?.text ?? "")")
        #expect(basis[2] == "position=\(checkpoint["size"]?.int64 ?? 0)")
        #expect(basis[6] == "market=binance/BTC-USDT:USDT/1m")
        #expect(basis[8] == "to=\(start + 6 * 3_600_000)")
        #expect(basis.suffix(2) == ["program_columns=v1", "simulated=true"])
        #expect(csv.lines[1] == Self.columns.joined(separator: ","))
        #expect(csv.lines[2] == "\(start),\(start + 60_000),\(Self.firstRow)")
        let json = try export(scratch, "--format", "jsonl")
        #expect(try json.jsonLines()[0]["basis"]?["market"] == "binance/BTC-USDT:USDT/1m")
        #expect(json.lines.count == csv.lines.count - 1)
        let row = try json.jsonLines()[1]
        #expect(row.members?.map(\.name) == Self.columns)
        let sum = try scratch.file("train.csv", csv.output)
        #expect(csv.messages.contains("rows \(csv.lines.count - 2), sha256 "))
        let check = try scratch.run("export", "--check", sum)
        #expect(check.code == 0, "\(check.messages)")
        #expect(try csv.messages.contains(check.json()["digest"]?.text ?? "?"))
        let bare = try export(scratch, "--features", "none")
        #expect(
            bare.lines[1]
                == Self.columns.filter { !Self.candle.contains($0) }
                .joined(separator: ","))
    }

    static let candle = ["open", "high", "low", "close", "volume"]
    static let columns =
        ["entry_time_ms", "entry_close_time_ms", "known_at_ms"] + candle + [
            "exit_time_ms", "exit_price", "exit_reason", "pnl_gross_bps", "costs_bps",
            "pnl_net_bps", "meta_label", "ambiguous", "crosses_gap", "weight",
        ]
    static let firstRow =
        "1760054820000,121672.0,121695.0,121653.0,121683.1,23.5,1760054760000,121865.62465000001,tp,"
        + "15.000000000000568,8.498843431728304,6.501156568272265,1,0,0,0.9915281257354006"

    /// Bit for bit what `labels`, `candles` and `weights` print, in any range and as of any point.
    @Test func holdsWhatOtherVerbsPrint() throws {
        let scratch = try labelled()
        for words in [
            [], ["--as-of", "HEAD~2"], ["--from", "2025-10-10T01:30Z", "--mode", "risk"],
            ["--to", "2025-10-10T03:00Z", "--half-life", "1d"],
        ] {
            let rows = try scratch.run(["export"] + words + Self.symbol).lines.dropFirst(2)
                .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            let common =
                words.split { $0 == "--mode" || $0 == "--half-life" }.first
                .map(Array.init) ?? []
            let chosen = words.contains("--half-life") ? Array(words.prefix(2)) : common
            let labels = try cells(scratch, ["labels"] + chosen)
            #expect(rows.count == labels.count && rows.count > 20)
            let weights = try cells(scratch, ["weights"] + words)
            let candles = Dictionary(
                uniqueKeysWithValues: try cells(scratch, ["candles"]).map { ($0[0], $0) })
            for (row, (label, weight)) in zip(rows, zip(labels, weights)) {
                #expect(Array(row[8..<15]) == Array(label[2..<9]))
                #expect([row[0], row[1], row[2]] == [label[0], label[12], label[9]])
                #expect([row[15], row[16]] == [label[10], label[11]])
                #expect([row[0], row[17]] == [weight[0], weight[1]])
                #expect(Array(row[3..<8]) == candles[row[0]].map { Array($0[1...]) })
                #expect(row[6] == label[1])
            }
        }
    }

    private func cells(_ scratch: Scratch, _ words: [String]) throws -> [[String]] {
        try scratch.run(words + Self.symbol).lines.dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// After more updates and revisions, out of a backup, and out of a store made elsewhere.
    @Test func theSameBasisGivesTheSameBytes() throws {
        let scratch = try labelled()
        let first = try export(scratch).output
        let split = try export(
            scratch, "--split", "2", "--train", "2h", "--test", "1h", "--embargo", "10m",
            "--as-of", "HEAD~1", "--format", "jsonl"
        ).output
        try scratch.file("first.csv", first)
        try scratch.file("split.jsonl", split)
        #expect(try scratch.run("backup", "kept").code == 0)
        try backfill(scratch, hours: 9)
        let revised = SyntheticHistory.csv(minutes: 30, seed: 9)
        try scratch.file("revised.csv", revised)
        let update = try scratch.run(["update", "--candles", "revised.csv"] + Self.symbol)
        #expect(try update.json()["labels_revised"]?.int64 ?? 0 > 0)
        #expect(try export(scratch).output != first)

        func again(_ name: String) throws {
            for (file, bytes) in [("first.csv", first), ("split.jsonl", split)] {
                let format = file.hasSuffix("jsonl") ? "jsonl" : "csv"
                let made = try scratch.run("export", "--basis", file, "--format", format)
                #expect(made.code == 0, "\(name): \(made.messages)")
                #expect(made.output == bytes, "\(name): \(file)")
                #expect(try scratch.run("export", "--check", file).code == 0)
            }
        }
        try again("after more updates")
        #expect(try scratch.run("restore", "--store", "restored", "kept").code == 0)
        scratch.store = scratch.url("restored").path
        try again("restored")
        try scratch.makeOther()
        try backfill(scratch, hours: 6)
        try again("made elsewhere")
        let line = String(first.prefix { $0 != "\n" })
        #expect(try scratch.run("export", "--basis", line).output == first)

        // A log that is another one, or shorter, does not.
        scratch.store = scratch.url("third").path
        try scratch.makeStore()
        try backfill(scratch, hours: 3)
        let shorter = try scratch.run("export", "--basis", "first.csv")
        #expect(shorter.code == 1 && shorter.messages.contains("the log ends at"))
        try scratch.file("history.csv", SyntheticHistory.csv(minutes: 360, seed: 2))
        scratch.store = scratch.url("fourth").path
        try scratch.makeStore()
        try scratch.run(["backfill", "history.csv", "--every", "1h"] + Self.symbol)
        let other = try scratch.run("export", "--basis", "first.csv")
        #expect(other.code == 1 && other.output == "")
        let check = try scratch.run("export", "--check", "first.csv")
        #expect(check.code == 1 && check.messages.contains("first.csv, line 1: "))
    }

    /// What a check must find, with the line and the kind.
    @Test func aChangedFileIsRefusedWithItsLine() throws {
        let scratch = try labelled()
        let lines = try export(scratch, "--as-of", "HEAD~1").lines
        let future = try export(scratch).lines
        let newest = SyntheticHistory.start + 5 * 3_600_000
        func entry(_ line: String) -> Int64 { Int64(line.prefix { $0 != "," }) ?? 0 }
        let closed = Set(lines.map(entry))
        let open = try #require(
            future.dropFirst(2).first { row in
                entry(row) < newest - 60_000 && !closed.contains(entry(row))
            })
        let later = try #require(future.last { entry($0) >= newest })
        let end = lines.count
        func changed(_ index: Int, _ body: (inout [String]) -> Void) -> [String] {
            var cells = lines[index].split(separator: ",").map(String.init)
            body(&cells)
            var copy = lines
            copy[index] = cells.joined(separator: ",")
            return copy
        }
        var swapped = lines
        swapped.swapAt(20, 21)
        var without = lines
        without.remove(at: 30)
        var cut = lines
        cut.removeLast()
        let cases: [(String, [String], Int, String, words: String)] = [
            ("planted", lines + [later], end + 1, "future_row", "after the basis"),
            ("early", lines + [open], end + 1, "not_yet_known", "after the basis"),
            (
                "open",
                changed(10) { ($0[0], $0[2]) = ("\(entry(open))", "\(newest)") }, 11,
                "not_yet_known", "open at the basis"
            ),
            (
                "known", changed(10) { $0[2] = "\(newest + 60_000)" }, 11, "not_yet_known",
                "known at"
            ),
            ("price", changed(12) { $0[9] += "1" }, 13, "changed", "exit_price"),
            ("weight", changed(12) { $0[17] = "1.0" }, 13, "changed", "the store gives"),
            ("reason", changed(12) { $0[10] = "tp2" }, 13, "changed", "tp2"),
            ("swapped", swapped, 21, "reordered", "entry order"),
            ("without", without, 31, "missing", "is missing"),
            ("cut", cut, end, "missing", "the file ends here"),
            ("twice", lines + [lines[40]], end + 1, "additional", "stood before"),
            ("invented", changed(12) { $0[0] = "1" }, 13, "additional", "no row"),
            ("text", lines + ["hello"], end + 1, "malformed", "no row of"),
            ("header", [lines[0], "a,b"] + lines[2...], 2, "header", "'a,b'"),
            ("none", Array(lines[1...]), 1, "basis", "no basis"),
            (
                "position",
                [lines[0].replacingOccurrences(of: "position=", with: "position=1")] + lines[1...],
                1, "basis", "position"
            ),
            (
                "beyond",
                [lines[0].replacingOccurrences(of: " to=\(newest)", with: " to=\(newest + 60_000)")]
                    + lines[1...],
                1, "basis", "lies beyond"
            ),
        ]
        for (name, lines, line, kind, words) in cases {
            try scratch.file("\(name).csv", lines.joined(separator: "\n") + "\n")
            let check = try scratch.run("export", "--check", "\(name).csv")
            #expect(check.code == 1, "\(name)")
            let finding = try check.json()["finding"]
            #expect(finding?["line"]?.int64 == Int64(line), "\(name): \(check.messages)")
            #expect(finding?["kind"]?.text == kind, "\(name): \(check.messages)")
            #expect(check.messages.contains(words), "\(name): \(check.messages)")
            #expect(check.messages.contains("\(name).csv, line \(line): "))
        }
        for (name, text) in [
            ("crlf", lines.joined(separator: "\r\n") + "\r\n"), ("empty", ""),
            ("unended", lines.joined(separator: "\n")),
        ] {
            try scratch.file("\(name).csv", text)
            #expect(try scratch.run("export", "--check", "\(name).csv").code == 1, "\(name)")
        }
        #expect(try scratch.run("export", "--check", "nowhere.csv").code == 66)
    }

    /// A root says nothing of bytes that changed since: one bit of a candle's volume, which no label
    /// depends on, and no file is written.
    @Test func changedBytesAreNotExported() throws {
        let scratch = try labelled()
        _ = try export(scratch, "--output", "good.csv")
        let row = SyntheticHistory.rows(minutes: 100)[99]
        let volume = try #require(row.split(separator: ",").last.flatMap { Double($0) })
        let file = URL(fileURLWithPath: scratch.store).appendingPathComponent("data.mdb")
        var bytes = try [UInt8](Data(contentsOf: file))
        let pattern = (0..<8).map { UInt8(truncatingIfNeeded: volume.bitPattern >> (8 * $0)) }
        var count = 0
        for index in 0...bytes.count - 8 where bytes[index..<index + 8].elementsEqual(pattern) {
            bytes[index + 3] ^= 1
            count += 1
        }
        #expect(count > 0)
        try Data(bytes).write(to: file)
        let refused = try scratch.run(["export", "--output", "bad.csv"] + Self.symbol)
        #expect(refused.code == 1, "\(refused.messages)")
        #expect(refused.messages.contains("the event's bytes do not have the hash"))
        #expect(!FileManager.default.fileExists(atPath: scratch.url("bad.csv").path))
    }

    @Test func filesAreWrittenWhole() throws {
        let scratch = try labelled()
        let words = ["export", "--output", "train.jsonl"] + Self.symbol
        let made = try scratch.run(words)
        #expect(made.code == 0, "\(made.messages)")
        let report = try made.json()
        let text = try String(contentsOf: scratch.url("train.jsonl"), encoding: .utf8)
        #expect(text.hasPrefix("{\"basis\":{"))
        #expect(report["rows"]?.int64 == Int64(text.split(separator: "\n").count - 1))
        #expect(report["bytes"]?.int64 == Int64(text.utf8.count))
        #expect(report["basis"]?["mode"] == "scalp")
        let again = try scratch.run(words)
        #expect(again.code == 73 && again.messages.contains("--force"))
        #expect(try scratch.run(words + ["--force", "--quiet"]).code == 0)
        #expect(
            try String(contentsOf: scratch.url("train.jsonl"), encoding: .utf8) == text)
        let nowhere = try scratch.run(["export", "--output", "no/train.csv"] + Self.symbol)
        #expect(nowhere.code == 73)
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.directory.path)
        #expect(!names.contains { $0.hasSuffix(".draft") })
    }
}
