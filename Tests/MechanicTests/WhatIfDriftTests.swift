import DriftStatistics
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// What people did to a market holds in a what-if too: baselines that they set, pauses that they ended.
struct WhatIfDriftTests {
    private func ask(
        _ market: DriftMarket, _ configuration: LabelingConfiguration
    ) throws -> (record: WhatIf.Record, row: WhatIf.Row) {
        let answer = try market.bench.store.read { view in
            let position = try view.head().position
            let state = try MarketState.outline(
                view, market: DriftMarket.market, through: position)
            return try WhatIf.run(
                view, state, state.labellings[0], recorded: market.configuration,
                [IdentifiedConfiguration(configuration)], at: position)
        }
        return (answer.record, answer.rows[0])
    }

    @Test func pausesThatWereEndedAndBaselinesThatWereSet() throws {
        let market = try OperationsTests.jumping()
        _ = try market.bench.updater.resume(by: "ada", at: market.now)
        try market.run(30, price: 1_500)
        let first = DriftMarket.stamp(24)
        _ = try market.bench.updater.setBaseline(
            first..<DriftMarket.stamp(100), market.configuration, at: market.now)
        try market.run(40, price: 1_500)
        _ = try market.bench.updater.releaseBaseline(
            market.configuration, by: "ada", at: market.now)
        try market.run(200, price: 1_500)
        try market.run(60, price: 3_000)

        let (record, row) = try ask(market, market.bench.configurations[0])
        let drift = try #require(record.drift)
        #expect(drift.checks == (try market.checks().count))
        #expect(drift.pauses >= 2 && drift.alerts >= 2)
        #expect(row.drift == drift)
        #expect(row.driftDifference?.compared == drift.checks)
        #expect(row.driftDifference?.severities == 0 && row.driftDifference?.decisions == 0)

        // The same moments by a schedule of its own: rows enough for a check by data come never.
        var same = market.bench.configurations[0]
        same.drift.checkRows += 1
        let own = try ask(market, same).row
        #expect(own.driftDifference?.hasOwnSchedule == true)
        #expect(own.drift == drift)
        #expect(own.driftDifference?.severities == 0)

        var calm = market.bench.configurations[0]
        calm.drift.alpha = 1e-12
        calm.drift.psi = 1e9
        calm.drift.labelShare = 1
        calm.drift.outsideShare = 1
        let none = try ask(market, calm).row
        #expect(none.drift?.pauses == 0 && none.drift?[.severe] == 0)
        #expect(none.difference.isEmpty)
        #expect(none.driftDifference?.severities ?? 0 > 0)
        #expect(none.driftDifference?.decisions ?? 0 > 0)
    }

    /// Tallies over columns are those of rows, to the last bit.
    @Test(arguments: UInt64(1)...5)
    func tallies(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var grid = DayGrid<Label>(timeframe: .oneMinute)
        var labels: [Label] = []
        for minute in 0..<6_000 where random.chance(80) {
            let time = Int64(minute) * 60_000
            // Now and then one that waits across a gap.
            let held = Int64(random.pick(1...(random.chance(2) ? 900 : 30))) * 60_000
            let label = Label(
                entryTime: time, entryPrice: 1, exitTime: time + held, exitPrice: 1,
                decidedAt: time + held, grossBps: 0,
                costsBps: Double(random.pick(1...1_000_000)) / 7,
                netBps: Double(random.pick(-5...5)), reason: .timeout, flags: [])
            labels.append(label)
            grid.set(label)
        }
        let windows = (0..<43).map { _ in
            let first = random.pick(-100...6_100)
            let range = Int64(first) * 60_000..<Int64(first + random.pick(0...4_000)) * 60_000
            return LabelSeries.Window(
                range: range,
                knownBy: range.upperBound + Int64(random.pick(-40...40)) * 60_000)
        }
        let series = LabelSeries(labels[...], .oneMinute)
        for choice in DriftPolicy.Labels.allCases {
            for (window, tally) in zip(windows, series.tallies(windows, choice)) {
                let expected = LabelTally(
                    grid, in: window.range, knownBy: window.knownBy, choice)
                #expect(tally.count == expected.count)
                #expect(tally.profitable == expected.profitable)
                #expect(tally.costSum.bitPattern == expected.costSum.bitPattern)
            }
        }
    }
}
