import Foundation
import Labeling
import Market
import Testing

/// Labels of real candles, bit for bit. The expected ones come from other programs.
@Suite struct GoldenTests {
    /// Written by `tools/golden_labels.py`: around the crash of 2025-10-10 21:17 UTC, and with
    /// minutes taken out of it.
    @Test(arguments: ["scalp", "runner", "gaps"])
    func fixture(name: String) throws {
        var configuration: LabelingConfiguration = name == "runner" ? .runner : .scalp
        if name == "gaps" {
            configuration.takeProfitBps = 40
            configuration.stopLossBps = 25
            configuration.timeoutMinutes = 240
            configuration.exchange = "kraken"
        }
        let file = name == "gaps" ? "klines-gaps.csv" : "klines-BTC-20251010.csv"
        let place = LabelFile.fixtures
        try check(
            candles: LabelFile.candles(place.appending(path: file)), configuration: configuration,
            labels: LabelFile.labels(place.appending(path: "labels-\(name).csv")),
            open: LabelFile.stamps(place.appending(path: "open-\(name).json")))
    }

    /// Ninety days of the goldens that the project is measured by.
    @Test(arguments: [
        ("BTC-USDT_USDT", "scalp", 129_578), ("BTC-USDT_USDT", "runner", 129_325),
        ("SOL-USDT", "scalp", 129_598),
    ])
    func ninetyDays(market: String, preset: String, count: Int) throws {
        guard let place = LabelFile.shared else {
            return print("skipped: no golden labels of \(market) \(preset) beside the repository")
        }
        let goldens = place.appending(path: "goldens")
        let name = "labels_\(market)_\(preset)_open"
        let labels = try LabelFile.labels(goldens.appending(path: "\(name).csv.gz"))
        #expect(labels.count == count)
        try check(
            candles: window(market, in: place),
            configuration: preset == "runner" ? .runner : .scalp, labels: labels,
            open: LabelFile.stamps(goldens.appending(path: "\(name).open.json")))
    }

    /// The original marked its open trades at the last candle, as the provisional view does.
    @Test func seedIsClosedAndProvisional() throws {
        guard let place = LabelFile.shared else {
            return print("skipped: no seed labels beside the repository")
        }
        var labeler = IncrementalLabeler(timeframe: .oneMinute, configuration: .scalp)
        let closed = labeler.advance(over: try window("BTC-USDT_USDT", in: place))
        let expected = try LabelFile.labels(
            place.appending(path: "goldens/labels_BTC-USDT_USDT_scalp_seed.csv.gz"))
        expectSame((closed + labeler.provisionalLabels()).byEntry.map(\.row), expected)
    }

    private func window(_ market: String, in place: URL) throws -> [Candle] {
        let all = try LabelFile.candles(
            place.appending(path: "\(market)-1m-20250611-20251108.csv.gz"))
        let last = try #require(all.last)
        return all.filter { $0.time > last.time - 90 * UTCDay.milliseconds }
    }

    private func check(
        candles: [Candle], configuration: LabelingConfiguration, labels: [String], open: [Int64]
    ) throws {
        let batch = BatchLabeler.labels(
            of: CandleColumns(candles), timeframe: .oneMinute, configuration: configuration)
        expectSame(batch.labels.map(\.row), labels)
        #expect(batch.openEntries.map { candles[$0].time } == open)

        var labeler = IncrementalLabeler(timeframe: .oneMinute, configuration: configuration)
        // Whole labels, flags included: stricter than the text.
        #expect(labeler.advance(over: candles).byEntry == batch.labels)
        #expect(labeler.openTrades.map(\.candle.time) == open)
    }

    /// Names the first difference instead of printing 129,600 rows.
    private func expectSame(_ rows: [String], _ expected: [String]) {
        #expect(rows.count == expected.count)
        let difference = zip(rows, expected).first { $0 != $1 }
        #expect(difference == nil)
    }
}
