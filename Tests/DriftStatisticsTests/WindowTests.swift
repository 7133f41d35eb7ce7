import DriftStatistics
import Testing

struct WindowTests {
    @Test func returnsEndAtGaps() {
        let minute: Int64 = 60_000
        let returns = WindowReturns(
            times: [0, minute, 3 * minute, 4 * minute, 5 * minute],
            closes: [100, 110, 50, 75, 75], interval: minute)
        #expect(returns.values == [(110.0 - 100) / 100, 0.5, 0])
        #expect(WindowReturns(times: [], closes: [], interval: minute).values.isEmpty)
        #expect(WindowReturns(times: [0], closes: [1], interval: minute).values.isEmpty)
    }

    private func returns(_ values: [Double]) -> WindowReturns {
        var closes = [1.0]
        for value in values { closes.append(closes.last! * (1 + value)) }
        return WindowReturns(
            times: closes.indices.map { Int64($0) }, closes: closes, interval: 1)
    }

    /// Independent returns count nearly in full, those in clusters much less.
    @Test(arguments: UInt64(1)...10)
    func clustersCountLess(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let noise = (0..<6_000).map { _ in Double.random(in: -1e-4...1e-4, using: &random) }
        let independent = returns(noise).effectiveCount
        #expect(independent > 3_000 && independent <= 6_000, "seed \(seed): \(independent)")
        let clusters = noise.enumerated().map { $1 * ($0 / 300 % 4 == 0 ? 10 : 1) }
        let fewer = returns(clusters).effectiveCount
        #expect(fewer < 600 && fewer > 60, "seed \(seed): \(fewer)")
    }

    @Test func effectiveCountWhereNothingVaries() {
        #expect(returns([Double](repeating: 0, count: 500)).effectiveCount == 500)
        #expect(returns([0.1, 0.2]).effectiveCount == 2)
        #expect(returns([]).effectiveCount == 0)
        let closes = [1, 0, .nan] + [Double](repeating: 2, count: 300)
        let broken = WindowReturns(
            times: closes.indices.map { Int64($0) }, closes: closes, interval: 1)
        #expect(broken.effectiveCount == Double(broken.values.count))
        #expect(SortedSample(broken.values) == nil)
    }

    @Test func tally() {
        var tally = LabelTally()
        #expect(tally.profitableShare == nil)
        #expect(tally.meanCostBps == nil)
        #expect(tally.effectiveCount == nil)
        tally.add(isProfitable: true, costBps: 10, heldCandles: 1)
        tally.add(isProfitable: false, costBps: 13, heldCandles: 7)
        tally.add(isProfitable: false, costBps: 4, heldCandles: 4)
        tally.add(isProfitable: false, costBps: 1, heldCandles: 4)
        #expect(tally.profitableShare == 0.25)
        #expect(tally.meanCostBps == 7)
        #expect(tally.effectiveCount == 1)
        var short = LabelTally()
        short.add(isProfitable: true, costBps: 1, heldCandles: 0)
        #expect(short.effectiveCount == 1)
    }
}
