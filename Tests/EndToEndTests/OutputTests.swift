import CanonicalJSON
import Foundation
import Testing

/// The shapes that scripts rely on: one JSON document, its keys, columns, numbers and times.
struct OutputTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    private func labelled() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 180))
        let done = try scratch.run(["update", "--candles", "a.csv"] + Self.symbol)
        #expect(done.code == 0)
        return scratch
    }

    static let keys: [(words: [String], keys: [String])] = [
        (["init", "--store", "another"], ["store_id"]),
        (
            ["import", "a.csv"] + symbol,
            [
                "recorded", "duplicates", "revised", "late", "partial", "rejected", "rejects",
                "gaps",
                "position",
            ]
        ),
        (
            ["update"] + symbol,
            [
                "delta", "labels_closed", "labels_revised", "open", "drift", "drifts", "severity",
                "level", "actions", "alerts", "deliveries", "position",
            ]
        ),
        (
            ["delta", "--candles", "a.csv"] + symbol,
            [
                "market", "required", "recorded", "duplicates", "revised", "late", "partial",
                "rejected", "rejects", "from_ms", "to_ms", "gaps", "missing_candles", "open",
                "config_changed", "labellings", "last_update_us", "time_since_last_update_ms",
                "now_us", "work", "position",
            ]
        ),
        (["backfill", "a.csv", "--every", "1h"] + symbol, ["updates", "positions", "digests"]),
        (
            ["labels", "--statistics"] + symbol,
            [
                "position", "config_hash", "labels_hash", "closed", "open", "meta", "meta_share",
                "ambiguous", "crossing_gaps", "exits", "costs_bps", "pnl_net_bps",
                "pnl_gross_bps", "duration_minutes", "known_at_ms",
            ]
        ),
        (["replay"], ["position", "events", "projections", "ms"]),
        (
            ["status"],
            [
                "position", "events", "symbols", "projections", "config_hash", "paused", "clock",
                "lmdb_version", "bytes", "alerts",
            ]
        ),
        (
            ["drift"] + symbol,
            ["ks_statistic", "ks_pvalue", "psi", "label_drift", "cost_drift", "severity"]
        ),
        (["config", "show", "scalp"], ["config_hash"]),
        (["config", "show"] + symbol, ["config_hash", "position"]),
        (["config", "hash", "scalp"], ["config_hash"]),
        (["config", "activate", "runner"] + symbol, ["config_hash", "position"]),
        (["show", "1"], ["position", "type", "stream", "recorded_at_us", "hash"]),
        (["verify"], ["ok", "first_bad_position", "checked_events", "checked_bytes"]),
    ]

    @Test(arguments: keys.indices)
    func oneDocumentWithItsKeys(_ index: Int) throws {
        let (words, keys) = Self.keys[index]
        let scratch = try labelled()
        // Quiet and loud print the same data; a pipe gets JSON unasked.
        for more in [["--format", "json"], ["--format", "jsonl", "--quiet"], []] {
            let fresh = words[0] == "init" ? ["init", "--store", UUID().uuidString] : words
            let done = try scratch.run(fresh + more)
            #expect(done.code == 0, "\(done.messages)")
            if words[0] == "backfill", more.contains("jsonl") { continue }
            let json = try done.json()
            for key in keys { #expect(json[key] != nil, "\(words): \(key)") }
            if more.contains("--quiet") { #expect(done.messages == "") }
        }
        for format in ["csv", "table"] {
            let fresh = words[0] == "init" ? ["init", "--store", UUID().uuidString] : words
            let done = try scratch.run(fresh + ["--format", format])
            #expect(done.code == 0)
            #expect(!done.output.contains("\u{1B}"))
            if format == "csv" {
                #expect(done.lines.count == 2)
                #expect(Set(done.lines.map { fields($0).count }).count == 1)
            }
        }
    }

    @Test func typesAreSensible() throws {
        let scratch = try labelled()
        let status = try scratch.run("status").json()
        #expect(status["clock"] == "simulated")
        #expect(status["paused"] == false)
        #expect(status["position"]?.int64 == status["events"]?.int64)
        #expect(status["bytes"]?.int64 ?? 0 > 0)
        let replay = try scratch.run("replay", "--check").json()
        #expect(replay["projections"] == status["projections"])
        let projections = try #require(replay["projections"]?.elements)
        #expect(
            projections.map { $0["name"]?.text } == [
                "window", "labels", "configuration", "baselines", "drift", "operations",
            ])
        for projection in projections {
            #expect(projection["market"] == "binance/BTC-USDT:USDT/1m")
            #expect(projection["version"]?.int64 != nil)
            #expect(projection["digest"]?.text?.count == 64)
        }
        let update = try scratch.run(["update"] + Self.symbol).json()
        #expect(update["delta"]?.members != nil)
        #expect(update["actions"]?.elements != nil)
    }

    static let rowVerbs: [(words: [String], columns: String)] = [
        (
            ["labels"] + symbol,
            "entry_time_ms,entry_price,exit_time_ms,exit_price,exit_reason,pnl_gross_bps,costs_bps,"
                + "pnl_net_bps,meta_label"
        ),
        (["candles"] + symbol, "timestamp_ms,open,high,low,close,volume"),
        (
            ["candles", "--known-at"] + symbol,
            "timestamp_ms,open,high,low,close,volume,known_at_ms"
        ),
        (["labels", "--open"] + symbol, "entry_time_ms,entry_price,exit_time_ms,exit_price"),
        (["log"], "position,type,stream"),
    ]

    @Test(arguments: rowVerbs.indices)
    func rowsInEveryFormat(_ index: Int) throws {
        let (words, columns) = Self.rowVerbs[index]
        let scratch = try labelled()
        let csv = try scratch.run(words + ["--format", "csv"])
        #expect(csv.lines.first?.hasPrefix(columns) == true)
        if words[0] == "candles" { #expect(csv.lines.first == columns) }
        if words[0] != "log" {
            #expect(
                csv.lines.first?.contains("known_at_ms")
                    == (words.count > 3 || words[0] == "labels"))
        }
        #expect(try scratch.run(words).output == csv.output)
        let names = fields(csv.lines[0])
        let rows = csv.lines.dropFirst().map(fields)
        #expect(!rows.isEmpty)

        let json = try scratch.run(words + ["--format", "json"]).json().elements ?? []
        let lines = try scratch.run(words + ["--format", "jsonl", "--quiet"])
        #expect(lines.messages == "")
        #expect(try lines.jsonLines() == json)
        #expect(json.count == rows.count)
        for (row, object) in zip(rows, json) {
            #expect(object.members?.map(\.name) == names)
            for (name, field) in zip(names, row) {
                switch object[name] {
                case .number(let number): #expect(Double(field) == number)
                case .string(let text): #expect(text == field)
                case .null: #expect(field == "")
                default: Issue.record("\(name): \(field)")
                }
            }
        }
        let table = try scratch.run(words + ["--format", "table"])
        #expect(table.lines.count == rows.count + 1)
        #expect(table.output.contains("2025-10-10T"))
        #expect(!table.output.contains("\(SyntheticHistory.start)"))
        #expect(table.messages.contains("as of position"))
        #expect(table.messages.contains("simulated clock"))
    }

    /// Floats read back to the same bits, and no shorter text would.
    @Test func numbersAreShortestRoundTrip() throws {
        let scratch = try labelled()
        let csv = try scratch.run(["labels", "--format", "csv"] + Self.symbol)
        for line in csv.lines.dropFirst() {
            let row = fields(line)
            for column in [1, 3, 5, 6, 7] {
                #expect(Double(row[column])?.description == row[column])
            }
        }
    }

    @Test func fourSpellingsAreTwoMarkets() throws {
        let scratch = try labelled()
        try scratch.run("update", "--symbol", "BTC/USDT", "--candles", "a.csv")
        for words in [["candles"], ["labels"], ["labels", "--open"]] {
            for (one, other) in [("BTC/USDT:USDT", "BTC-USDT:USDT"), ("BTC/USDT", "BTC-USDT")] {
                let first = try scratch.run(words + ["--symbol", one])
                let second = try scratch.run(words + ["--symbol", other])
                #expect(first.code == 0)
                #expect(first.output == second.output)
                #expect(first.lines.count > 1)
            }
        }
        let symbols = try #require(try scratch.run("status").json()["symbols"]?.elements)
        #expect(symbols.map { $0["symbol"] } == ["BTC-USDT", "BTC-USDT:USDT"])
    }

    /// A time is a time however it is written: an offset, a date, or milliseconds.
    @Test func timesInManySpellings() throws {
        let scratch = try labelled()
        let times = [
            "2025-10-10T01:00Z", "2025-10-10T01:00:00Z", "2025-10-10T01:00:00.000Z",
            "2025-10-10T03:30:00+02:30", "\(SyntheticHistory.start + 3_600_000)",
        ]
        let outputs = try times.map {
            try scratch.run(["candles", "--from", $0, "--format", "csv"] + Self.symbol).output
        }
        #expect(Set(outputs).count == 1)
        #expect(outputs[0].split(separator: "\n").count == 121)
    }

    /// A point is a point in every spelling, one that looks like a flag too.
    @Test func showAnEvent() throws {
        let scratch = try labelled()
        let head = try scratch.run("show", "HEAD").json()
        let last = try #require(head["position"]?.int64)
        for point in ["\(last)", "-0s", "HEAD~0", "2030-01-01T00:00Z"] {
            #expect(try scratch.run("show", point, "--quiet").json() == head, "\(point)")
        }
        #expect(try scratch.run("show", "--format", "json", "-0s").json() == head)
        for point in ["0", "-1h", "\(last + 1)", "never"] {
            let missing = try scratch.run("show", point)
            #expect(missing.code == 64)
            #expect(missing.output == "")
        }
    }

    /// Every byte of an event is explained, without a gap.
    @Test func bytesOfAnEvent() throws {
        let scratch = try labelled()
        for position in 1...3 {
            let rows = try scratch.run(["show", "\(position)", "--bytes", "--format", "csv"])
            #expect(rows.code == 0)
            var end = 0
            for row in rows.lines.dropFirst().map(fields) {
                #expect(Int(row[0]) == end)
                end += Int(row[1]) ?? 0
            }
            #expect(end > 176)
        }
    }

    /// Fields of a line of CSV, quotes respected.
    private func fields(_ line: String) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == ",", !isQuoted {
                fields.append("")
            } else {
                fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}
