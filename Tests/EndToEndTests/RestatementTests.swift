import CanonicalJSON
import Foundation
import SystemIO
import Testing

/// The real restatement through the command: what was known before it stays to be asked for.
struct RestatementTests {
    private static let data = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/data")
    private static let symbol = ["--symbol", "SOL/USDT"]
    /// The candle that was forming in the older file.
    private static let minute = "1762571880000"

    private func table(_ scratch: Scratch, _ arguments: [String]) throws -> [String] {
        let table = try scratch.run(arguments + ["--format", "csv"] + Self.symbol)
        #expect(table.code == 0, "\(table.messages)")
        return table.lines
    }

    @Test func theOldAnswerAsOfBeforeAndTheNewOneNow() throws {
        let older = Self.data.appendingPathComponent(
            "SOL-USDT-1m-20251101-20251108-partial-last.csv.gz"
        ).path
        let whole = Self.data.appendingPathComponent("SOL-USDT-1m-20250611-20251108.csv.gz").path
        guard [older, whole].allSatisfy(FileManager.default.fileExists(atPath:)) else {
            print("skipped: the SOL files of shared/data are not beside this checkout")
            return
        }
        let scratch = try Scratch()
        try scratch.makeStore()
        // From four days before the older file on: a debug build takes a minute for all five months.
        let lines = String(
            decoding: try Gzip.decompress(try FileBytes.read(path: whole), limit: 1 << 30),
            as: UTF8.self
        ).split(separator: "\n").filter { $0 >= "1761600000000" }
        let newer = try scratch.file("newer.csv", lines.joined(separator: "\n") + "\n")
        #expect(try scratch.run(["import", older] + Self.symbol).code == 0)
        // The restated minute ends no trade of the presets: a third configuration has one.
        let fine = try scratch.file(
            "fine.json",
            #"{"take_profit_bps": 8, "stop_loss_bps": 40, "timeout_minutes": 5}"#)
        let configurations = ["scalp", "runner", fine]
        let first = try scratch.run(
            ["update", "--format", "json"] + configurations.flatMap { ["--config", $0] }
                + Self.symbol)
        #expect(first.code == 0, "\(first.messages)")
        let position = try #require(try first.json()["position"]?.int64)

        let range = ["--from", "2025-11-01T03:18Z"]
        let before = try configurations.map {
            try table(scratch, ["labels", "--config", $0] + range)
        }
        let second = try scratch.run(
            ["update", "--candles", newer, "--format", "json"] + Self.symbol)
        #expect(second.code == 0, "\(second.messages)")
        let delta = try second.json()["delta"]
        #expect(delta?["revised"]?.int64 == 1)

        let asOf = ["--as-of", "\(position)"]
        var revised: [Int] = []
        for (preset, old) in zip(configurations, before) {
            #expect(try table(scratch, ["labels", "--config", preset] + range + asOf) == old)
            let now = try table(scratch, ["labels", "--config", preset] + range)
            let rows = Dictionary(
                uniqueKeysWithValues: now.map { ($0.split(separator: ",")[0], $0) })
            let changed = old.filter { rows[$0.split(separator: ",")[0]] != $0 }
            // Known at the close of the restated minute, all of them.
            for row in changed { #expect(row.contains(",1762571940000,"), "\(row)") }
            revised.append(changed.count)
            #expect(now.count > old.count)
        }
        let labellings = try second.json()["labellings"]?.elements ?? []
        let recorded = labellings.map {
            ($0["revised"]?.int64 ?? 0) + ($0["retracted"]?.int64 ?? 0)
        }
        #expect(recorded == revised.map(Int64.init))
        #expect(revised[2] > 0, "the restated minute decides trades")

        // The trade entered at the restated minute was open, at the price of then.
        let entry = ["labels", "--config", "scalp", "--from", Self.minute, "--to", "1762571940000"]
        #expect(try table(scratch, entry + ["--open"] + asOf).last?.contains(",164.09,") == true)
        #expect(try table(scratch, entry).last?.contains(",164.19,") == true)
        let candle = ["candles", "--from", Self.minute, "--to", "1762571940000"]
        #expect(try table(scratch, candle + asOf).last?.contains(",164.09,") == true)
        #expect(try table(scratch, candle).last?.contains(",164.19,") == true)
        let verify = try scratch.run("verify", "--recompute", "--lookahead", "--format", "json")
        #expect(verify.code == 0, "\(verify.output)")
        #expect(try verify.json()["checked_truncations"]?.int64 ?? 0 > 30_000)
    }
}
