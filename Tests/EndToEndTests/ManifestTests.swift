import CanonicalJSON
import Foundation
import Testing

/// Many markets by a list or a folder, through the built command.
struct ManifestTests {
    /// A store and a folder of three markets, two hours each.
    private func newStore() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try FileManager.default.createDirectory(
            at: scratch.url("hours"), withIntermediateDirectories: true)
        for (number, name) in Self.names.enumerated() {
            let text = SyntheticHistory.csv(minutes: 120, seed: UInt64(number + 1))
            try scratch.file("hours/\(name)-1m-20251010.csv", text)
        }
        return scratch
    }

    private static let names = ["BTC-USDT_USDT", "ETH-USDT", "SOL-USDT"]

    @Test func aFolderIsOneCommit() throws {
        let scratch = try newStore()
        try scratch.file("hours/README.txt", "not a candle")
        let outcome = try scratch.run("update", "--manifest", "hours", "--format", "json")
        #expect(outcome.code == 0, "\(outcome.messages)")
        let json = try outcome.json()
        #expect(json["recorded"] == .integer(360))
        let markets = try #require(json["markets"]?.elements)
        #expect(
            markets.map { $0["market"]?.text } == [
                "binance/BTC-USDT:USDT/1m", "binance/ETH-USDT/1m", "binance/SOL-USDT/1m",
            ])
        #expect(markets.allSatisfy { $0["recorded"] == .integer(120) })
        #expect(markets.allSatisfy { $0["delta"]?["required"]?.text == "full_relabel" })
        let commits = try scratch.run("log", "--format", "jsonl").lines.compactMap {
            try JSONValue(parsing: $0)["commit"]?.int64
        }
        #expect(Set(commits).count <= 1, "\(commits)")
        let again = try scratch.run("update", "--manifest", "hours").json()
        #expect(again["duplicates"] == .integer(360))
        #expect(again["position"] == json["position"])
        #expect(try scratch.run("verify", "--recompute", "--lookahead").code == 0)
    }

    /// A list, and each market by itself with other numbers of threads: the same projections.
    @Test func aListIsAsOneByOne() throws {
        let scratch = try newStore()
        try scratch.file(
            "list.csv",
            """
            symbol,file
            BTC/USDT:USDT,hours/BTC-USDT_USDT-1m-20251010.csv
            # the second one
            ETH/USDT, hours/ETH-USDT-1m-20251010.csv
            SOL-USDT,\(scratch.url("hours/SOL-USDT-1m-20251010.csv").path)
            """)
        let together = try scratch.run(
            "update", "--manifest", "list.csv", "--threads", "3", "--format", "csv")
        #expect(
            together.lines.first
                == "market,recorded,duplicates,revised,late,partial,rejected,gaps,labels_closed,"
                + "labels_revised,open,severity,level,alerts")
        #expect(together.lines.count == 4)
        let digests = try scratch.run("replay").json()["projections"]
        try scratch.makeOther()
        for name in Self.names {
            let symbol = name.replacing("_", with: ":")
            let outcome = try scratch.run(
                "update", "--symbol", symbol, "--candles", "hours/\(name)-1m-20251010.csv")
            #expect(outcome.code == 0, "\(outcome.messages)")
        }
        #expect(try scratch.run("replay").json()["projections"] == digests)
    }

    @Test func importsToo() throws {
        let scratch = try newStore()
        let outcome = try scratch.run("import", "--manifest", "hours", "--format", "jsonl")
        #expect(outcome.code == 0, "\(outcome.messages)")
        let lines = try outcome.lines.map { try JSONValue(parsing: $0) }
        #expect(lines.map { $0["recorded"] } == [.integer(120), .integer(120), .integer(120)])
        #expect(Set(lines.map { $0["position"]?.int64 }).count == 1, "one commit")
    }

    /// A file that cannot be used costs the other markets nothing, unless the batch is strict.
    @Test func aBadFileCostsOnlyItself() throws {
        let scratch = try newStore()
        try scratch.file("hours/DOT-USDT-1m.csv", "no,candles\nat,all\n")
        let strict = try scratch.run("update", "--manifest", "hours", "--strict")
        #expect(strict.code == 65)
        #expect(try scratch.run("status").json()["events"] == .integer(0))
        let outcome = try scratch.run("update", "--manifest", "hours", "--format", "json")
        #expect(outcome.code == 65)
        let messages = outcome.messages
        #expect(messages.contains("1 of 4 markets could not be read"), "\(messages)")
        let json = try outcome.json()
        #expect(json["recorded"] == .integer(360))
        #expect(json["failed"]?.elements?.first?["market"]?.text == "binance/DOT-USDT/1m")
    }

    /// An hour without new candles is no error: whatever waits is labelled.
    @Test func aQuietHourIsNoError() throws {
        let scratch = try newStore()
        try scratch.run("import", "--manifest", "hours")
        for name in Self.names {
            try scratch.file(
                "hours/\(name)-1m-20251010.csv", "timestamp,open,high,low,close,volume\n")
        }
        try scratch.file("hours/._BTC-USDT_USDT-1m-20251010.csv", "left by another system")
        let outcome = try scratch.run("update", "--manifest", "hours", "--format", "json")
        #expect(outcome.code == 0, "\(outcome.messages)")
        let json = try outcome.json()
        #expect(json["recorded"] == .integer(0))
        #expect((json["labels_closed"]?.int64 ?? 0) > 100)
        let one = ["--symbol", "ETH/USDT", "--candles", "hours/ETH-USDT-1m-20251010.csv"]
        #expect(try scratch.run(["delta"] + one).json()["required"]?.text == "nothing")
        #expect(try scratch.run(["update"] + one).code == 0)
    }

    @Test(arguments: [
        (["import", "--manifest", "none"], 66, "none"),
        (["import"], 64, "give --symbol for one market, or --manifest for many"),
        (["update", "--manifest", "hours", "--symbol", "BTC-USDT"], 64, "exclude each other"),
        (["import", "a.csv", "--manifest", "hours"], 64, "give none beside it"),
        (["import", "--symbol", "BTC-USDT"], 64, "give at least one file"),
        (["update", "--manifest", "bad.csv"], 65, "bad.csv, line 1: 'BTCUSDT' is no symbol"),
        (["update", "--manifest", "gone.csv"], 65, "1 of 2 markets could not be read"),
        (["update", "--manifest", "gone.csv", "--strict"], 66, "gone/x.csv"),
        (["update", "--symbol", "BTC-USDT"], 66, "the store has no market binance/BTC-USDT/1m"),
        (["update", "--manifest", "odd"], 65, "odd/BTCUSDT-1m.csv: the name does not tell"),
        (["update", "--manifest", "hours", "--threads", "0"], 64, "expected 1 … 256"),
    ])
    func mistakesAreNamed(words: [String], code: Int32, message: String) throws {
        let scratch = try newStore()
        try scratch.file("bad.csv", "BTCUSDT,a.csv\n")
        try scratch.file(
            "gone.csv", "BTC-USDT,gone/x.csv\nETH-USDT,hours/ETH-USDT-1m-20251010.csv\n")
        try FileManager.default.createDirectory(
            at: scratch.url("odd"), withIntermediateDirectories: true)
        try scratch.file("odd/BTCUSDT-1m.csv", SyntheticHistory.csv(minutes: 3))
        let outcome = try scratch.run(words)
        #expect(outcome.code == code, "\(outcome.messages)")
        #expect(outcome.messages.contains(message), "\(outcome.messages)")
    }
}
