import Labeling
import Market
import Testing

/// Every exit rule on a handful of candles. The entry closes at 1,000; the barriers are 1,010 and
/// 990, the deadline is three minutes away.
@Suite struct RuleTests {
    private let configuration = LabelingConfiguration(
        takeProfitBps: 100, stopLossBps: 100, timeoutMinutes: 3)

    private func candle(
        _ minute: Int64, high: Double = 1_001, low: Double = 999, close: Double = 1_000
    ) -> Candle {
        Candle(
            time: 1_760_000_040_000 + minute * 60_000, open: 1_000, high: high, low: low,
            close: close, volume: 1)
    }

    /// The first entry's label, by all three labellers.
    private func firstLabel(_ candles: [Candle]) -> Label? {
        let batch = BatchLabeler.labels(
            of: CandleColumns(candles), timeframe: .oneMinute, configuration: configuration)
        var labeler = IncrementalLabeler(timeframe: .oneMinute, configuration: configuration)
        #expect(labeler.advance(over: candles).byEntry == batch.labels)
        let literal = LiteralLabeler.labels(of: candles, configuration: configuration)
        #expect(batch.labels == literal.compactMap { $0 })
        return batch.openEntries.first == 0 ? nil : batch.labels.first
    }

    @Test func targetOnTheBarrierExactly() throws {
        #expect(1_000 * (1 + 100.0 / 10_000) == 1_010)
        let label = try #require(firstLabel([candle(0), candle(1, high: 1_010)]))
        #expect(label.reason == .takeProfit && label.exitPrice == 1_010)
        #expect(label.exitTime == candle(1).time && label.decidedAt == candle(1).time)
        #expect(label.flags.isDisjoint(with: [.ambiguous, .crossesGap]))
        #expect(firstLabel([candle(0), candle(1, high: (1_010.0).nextDown)]) == nil)
    }

    @Test func stopOnTheBarrierExactly() throws {
        let label = try #require(firstLabel([candle(0), candle(1, low: 990)]))
        #expect(label.reason == .stopLoss && label.exitPrice == 990)
        #expect(label.grossBps == ((990.0 / 1_000) - 1) * 10_000)
        #expect(firstLabel([candle(0), candle(1, low: (990.0).nextUp)]) == nil)
    }

    @Test func targetBeatsStopAndIsFlagged() throws {
        let label = try #require(firstLabel([candle(0), candle(1, high: 1_020, low: 980)]))
        #expect(label.reason == .takeProfit && label.flags.contains(.ambiguous))
    }

    @Test func timeoutBeatsBothBarriers() throws {
        let candles = [
            candle(0), candle(1), candle(2), candle(3, high: 1_020, low: 980, close: 1_002),
        ]
        let label = try #require(firstLabel(candles))
        #expect(label.reason == .timeout && label.exitPrice == 1_002)
        #expect(label.exitTime == candle(3).time && label.decidedAt == candle(3).time)
        #expect(!label.flags.contains(.ambiguous))
    }

    @Test func timeoutAcrossAGap() throws {
        let label = try #require(firstLabel([candle(0), candle(1), candle(9, close: 1_003)]))
        #expect(label.reason == .timeout && label.exitPrice == 1_003)
        #expect(label.exitTime == candle(3).time)
        #expect(label.decidedAt == candle(9).time)
        #expect(label.flags.contains(.crossesGap))
    }

    @Test func barrierAcrossAGap() throws {
        let label = try #require(firstLabel([candle(0), candle(2, high: 1_010)]))
        #expect(label.reason == .takeProfit && label.flags.contains(.crossesGap))
    }

    /// A gap before the entry or after the decision is none of the label's business.
    @Test func gapOutsideIsNotCrossed() throws {
        let label = try #require(firstLabel([candle(0), candle(1, high: 1_010), candle(9)]))
        #expect(!label.flags.contains(.crossesGap))
        let later = [candle(0), candle(9), candle(10, high: 1_010)]
        let batch = BatchLabeler.labels(
            of: CandleColumns(later), timeframe: .oneMinute, configuration: configuration)
        #expect(batch.labels.map { $0.flags.contains(.crossesGap) } == [true, false])
    }

    /// The original clamped deadlines to the last stamp; here a barrier counts there as anywhere.
    @Test func lastCandleDecides() throws {
        #expect(firstLabel([candle(0), candle(1), candle(2, high: 1_010)])?.reason == .takeProfit)
        #expect(firstLabel([candle(0), candle(1), candle(2, low: 990)])?.reason == .stopLoss)
        #expect(firstLabel([candle(0), candle(1), candle(2)]) == nil)
        #expect(firstLabel([candle(0)]) == nil)
    }

    @Test func entryCandleDecidesNothing() {
        #expect(firstLabel([candle(0, high: 1_100, low: 900), candle(1)]) == nil)
    }

    @Test func provisionalIsMarkedAtTheLastCandle() throws {
        var labeler = IncrementalLabeler(timeframe: .oneMinute, configuration: configuration)
        #expect(labeler.provisionalLabels() == [])
        _ = labeler.advance(over: [candle(0), candle(2, close: 1_004)])
        let marked = try #require(labeler.provisionalLabels().first)
        #expect(labeler.provisionalLabels().count == 1)
        #expect(marked.exitTime == candle(2).time && marked.exitPrice == 1_004)
        #expect(marked.reason == .timeout && marked.flags.contains(.crossesGap))
        #expect(labeler.openTrades.map(\.candle.time) == [candle(0).time, candle(2).time])
    }

    @Test func descendingCandlesTrap() async {
        await #expect(processExitsWith: .failure) {
            var labeler = IncrementalLabeler(timeframe: .oneMinute, configuration: .scalp)
            var labels: [Label] = []
            let candle = Candle(time: 60_000, open: 1, high: 1, low: 1, close: 1, volume: 1)
            labeler.advance(candle, closing: &labels)
            labeler.advance(candle, closing: &labels)
        }
    }

    @Test func reasonsHaveNames() {
        #expect(ExitReason.allCases.map(\.name) == ["tp", "sl", "timeout"])
        #expect(ExitReason.allCases.map { ExitReason(name: $0.name) } == ExitReason.allCases)
        #expect(ExitReason(name: "take_profit") == nil)
        #expect(ExitReason.allCases.map(\.rawValue) == [1, 2, 3])
    }
}
