import CBaselines
import Labeling
import Market
import Testing

/// All labellers agree on random markets. The seed of a failure is the test's argument.
@Suite struct PropertyTests {
    @Test(arguments: UInt64(1)...120)
    func literalEqualsBatch(seed: UInt64) {
        var market = RandomMarket(seed: seed)
        let timeframe = Timeframe(seed % 4 == 0 ? "5m" : "1m")!
        let candles = market.candles(
            count: [0, 1, 2, 17, 300, 900][Int(seed % 6)], timeframe: timeframe)
        let configuration = market.configuration()
        let expected = LiteralLabeler.labels(
            of: candles, timeframe: timeframe, configuration: configuration)

        let first = candles.isEmpty ? 0 : Int.random(in: 0...candles.count, using: &market.random)
        for from in [0, first] {
            let result = BatchLabeler.labels(
                of: CandleColumns(candles), timeframe: timeframe, configuration: configuration,
                in: from..<candles.count)
            #expect(result.labels == expected[from...].compactMap { $0 }, "seed \(seed)")
            #expect(result.openEntries == expected.indices[from...].filter { expected[$0] == nil })
        }
    }

    @Test(arguments: UInt64(1)...120)
    func literalEqualsIncremental(seed: UInt64) {
        var market = RandomMarket(seed: seed &* 7_919)
        let timeframe = Timeframe(seed % 4 == 0 ? "5m" : "1m")!
        let candles = market.candles(
            count: [1, 2, 17, 300, 900][Int(seed % 5)], timeframe: timeframe)
        let configuration = market.configuration()
        let expected = LiteralLabeler.labels(
            of: candles, timeframe: timeframe, configuration: configuration)

        var labeler = IncrementalLabeler(timeframe: timeframe, configuration: configuration)
        let labels = labeler.advance(over: candles)
        #expect(labels.byEntry == expected.compactMap { $0 }, "seed \(seed)")
        // Closed in the order of the deciding candles, and of the entries within one.
        #expect(labels.map { [$0.decidedAt, $0.entryTime] }.isAscending)
        #expect(
            labeler.openTrades.map(\.candle)
                == candles.indices.filter { expected[$0] == nil }.map { candles[$0] })
        #expect(labeler.openTradeCount == labeler.openTrades.count)
        #expect(
            labeler.provisionalLabels()
                == LiteralLabeler.provisional(
                    of: candles, timeframe: timeframe, configuration: configuration))
    }

    /// After every restore: the same labels at the same candles, not merely the same in the end.
    @Test(arguments: UInt64(1)...60)
    func restoredEqualsRunThrough(seed: UInt64) {
        var market = RandomMarket(seed: seed &* 104_729)
        let candles = market.candles(count: 600)
        let configuration = market.configuration()
        var through = IncrementalLabeler(timeframe: .oneMinute, configuration: configuration)
        var restored = through
        for candle in candles {
            if market.random.chance(10) {
                // A restored series may count its candles from anywhere.
                let shift = Int.random(in: -1_000...1_000, using: &market.random)
                restored = IncrementalLabeler(
                    timeframe: .oneMinute, configuration: configuration,
                    openTrades: restored.openTrades.map {
                        NumberedCandle($0.candle, ordinal: $0.ordinal + shift)
                    },
                    last: restored.last.map {
                        NumberedCandle($0.candle, ordinal: $0.ordinal + shift)
                    })
            }
            var expected: [Label] = []
            var labels: [Label] = []
            through.advance(candle, closing: &expected)
            restored.advance(candle, closing: &labels)
            #expect(labels == expected, "seed \(seed)")
        }
        #expect(restored.provisionalLabels() == through.provisionalLabels())
    }

    /// The yardstick of the benchmarks does the same work.
    @Test(arguments: UInt64(1)...20)
    func baselineEqualsBatch(seed: UInt64) {
        var market = RandomMarket(seed: seed &* 65_537)
        let candles = CandleColumns(market.candles(count: 2_000))
        let configuration = market.configuration()
        let outcomes = BatchLabeler.outcomes(of: candles, configuration: configuration)
        var exitIndex = [Int32](repeating: 0, count: candles.count)
        var reason = [UInt8](repeating: 0, count: candles.count)
        unsafe mr_scan(
            candles.time, candles.high, candles.low, candles.close, candles.count,
            1 + configuration.takeProfitBps / 10_000, 1 - configuration.stopLossBps / 10_000,
            configuration.timeoutMilliseconds, &exitIndex, &reason)
        #expect(outcomes.exitIndex == exitIndex, "seed \(seed)")
        #expect(outcomes.reason == reason, "seed \(seed)")
    }

    /// Wide barriers keep every trade open until its deadline: thousands at once, for a long time.
    @Test func thousandsOfOpenTrades() {
        let configuration = LabelingConfiguration(
            takeProfitBps: 5_000, stopLossBps: 5_000, timeoutMinutes: 3_000)
        var market = RandomMarket(seed: 42)
        let candles = market.candles(count: 8_000)
        var labeler = IncrementalLabeler(timeframe: .oneMinute, configuration: configuration)
        let labels = labeler.advance(over: candles)
        let batch = BatchLabeler.labels(
            of: CandleColumns(candles), timeframe: .oneMinute, configuration: configuration)
        #expect(labels.byEntry == batch.labels)
        #expect(labeler.openTradeCount == batch.openEntries.count)
    }
}

extension [[Int64]] {
    fileprivate var isAscending: Bool {
        zip(self, dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
    }
}
