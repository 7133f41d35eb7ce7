import Labeling
import Market
import Mechanic
import Projections
import Testing

/// What a revised or late candle does to labels, on histories small enough to follow by hand.
///
/// Flat at 1,000 under `scalp`: the target is 1,001.5, the stop 999, the deadline half an hour.
struct RetractionTests {
    private let bench: Bench

    init() throws { bench = try Bench(market, [.scalp]) }

    private func candle(_ minute: Int, high: Double = 1_000, low: Double = 1_000) -> Candle {
        var candle = BadInputTests.candle(minute)
        candle.high = high
        candle.low = low
        return candle
    }

    private func stamp(_ minute: Int) -> Int64 { candle(minute).time }

    private func labels() throws -> [Int64: Label] {
        var labels: [Int64: Label] = [:]
        try bench.updater.state().labellings[0].labels.forEach { labels[$0.entryTime] = $0 }
        return labels
    }

    /// Minutes 0 … 9; 3 and 6 reach the target.
    private func begin() throws {
        try bench.update((0..<10).map { candle($0, high: $0 == 3 || $0 == 6 ? 1_002 : 1_000) })
        #expect(try labels().count == 6)
    }

    private func send(_ candle: Candle) throws -> UpdateReport {
        try bench.update([candle], now: max(stamp(10), candle.time + 60_000))
    }

    private func finish(_ expected: [String: Int]) throws {
        let audit = try bench.audit("at the end")
        for (name, rows) in expected {
            #expect(audit.rows[name, default: 0] == rows, "\(name)")
        }
        try bench.check("at the end")
        try bench.checkLabels(Array(audit.candles.values), "at the end")
    }

    @Test func aDecidingCandleThatDecidesNoMoreRetractsItsLabelsOnly() throws {
        try begin()
        let before = try labels()
        let report = try send(candle(6))
        #expect(report.labellings[0].retracted == 3 && report.labellings[0].revised == 0)
        #expect(report.labellings[0].open == 7)
        let after = try labels()
        #expect(after == before.filter { $0.key < stamp(3) })
        // Open again, they close once: by a later candle.
        let closing = try bench.update([candle(10, low: 999)])
        #expect(closing.labellings[0].closed == 7 && closing.labellings[0].retracted == 0)
        #expect(try labels()[stamp(4)]?.reason == .stopLoss)
        try finish(["labels.closed": 13, "labels.retracted": 3, "labels.revised": 0])
    }

    @Test func aRetractionAndTheClosingCandleMayComeInOneBatch() throws {
        try begin()
        let report = try bench.update([candle(6), candle(10, low: 999)])
        #expect(report.labellings[0].retracted == 3 && report.labellings[0].closed == 7)
        try finish(["labels.closed": 13, "labels.retracted": 3])
    }

    @Test func anotherDecidingCandleRevisesTheLabelsItTakesOver() throws {
        try begin()
        let before = try labels()
        let report = try send(candle(5, low: 998))
        // 3 and 4 are stopped at 5 now; 5 is still decided by 6 but costs more, as its own range is
        // part of its costs; 0 … 2 are decided by 3 as before.
        #expect(report.labellings[0].revised == 3 && report.labellings[0].retracted == 0)
        let after = try labels()
        #expect(after[stamp(3)]?.reason == .stopLoss && after[stamp(3)]?.decidedAt == stamp(5))
        #expect(after[stamp(5)]?.decidedAt == stamp(6))
        #expect(after[stamp(2)] == before[stamp(2)])
        try finish(["labels.revised": report.labellings[0].revised])
    }

    @Test func aRevisedEntryRevisesItsOwnLabelToo() throws {
        try begin()
        var entry = candle(4)
        entry.close = 999.9
        entry.low = 999.9
        let report = try send(entry)
        #expect(report.labellings[0].revised == 1)
        #expect(try labels()[stamp(4)]?.entryPrice == 999.9)
        try finish(["labels.revised": 1, "labels.retracted": 0])
    }

    @Test func aRevisionThatChangesNoLabelWritesNoLabel() throws {
        try begin()
        var entry = candle(4)
        entry.volume = 7
        let report = try send(entry)
        #expect(report.labellings[0].revised == 0 && report.rows.revised == 1)
        // The candle, the monitor and the completion.
        #expect(report.newEvents == 3)
        try finish(["labels.revised": 0, "labels.retracted": 0, "labels.closed": 6])
    }

    @Test func aLateCandleClearsFlagsAndBecomesAnEntry() throws {
        let rows = (0..<10).filter { $0 != 5 }.map {
            candle($0, high: $0 == 3 || $0 == 6 ? 1_002 : 1_000)
        }
        let first = try bench.update(rows)
        #expect(first.gaps == [.init(from: stamp(5), through: stamp(5), missing: 1)])
        #expect(try labels()[stamp(4)]?.flags.contains(.crossesGap) == true)
        #expect(try labels()[stamp(2)]?.flags.contains(.crossesGap) == false)
        let report = try send(candle(5))
        #expect(report.rows.late == 1)
        #expect(report.labellings[0].revised == 2 && report.labellings[0].closed == 1)
        #expect(try labels()[stamp(4)]?.flags.contains(.crossesGap) == false)
        #expect(try labels()[stamp(5)]?.decidedAt == stamp(6))
        try finish(["labels.revised": 2, "labels.retracted": 0, "labels.closed": 6])
    }

    @Test func aLateCandleAfterTheDeadlineDecidesATimeoutAnew() throws {
        // The deadline of 0 lies in a gap; 40 decides it, then 35 does.
        try bench.update([candle(0), candle(1), candle(40)])
        #expect(try labels()[stamp(0)]?.decidedAt == stamp(40))
        var late = candle(35)
        late.close = 1_000.5
        late.high = 1_000.5
        let report = try bench.update([late], now: stamp(41))
        #expect(report.labellings[0].revised == 2)
        #expect(try labels()[stamp(0)]?.decidedAt == stamp(35))
        #expect(try labels()[stamp(0)]?.exitTime == stamp(30))
        try finish(["labels.revised": 2])
    }

    @Test func lateRowsOfTheFirstUpdateAreEntriesHoweverTheyCome() throws {
        // Imported at minute 5, with older rows in the update that opens the labelling.
        try bench.importCandles((5..<10).map { candle($0) })
        try bench.update((0..<5).map { candle($0) }, now: stamp(10))
        let other = try Bench(market, [.scalp])
        try other.update((0..<10).map { candle($0) })
        #expect(try bench.digests().ofHistory == other.digests().ofHistory)
        try finish([:])
    }
}
