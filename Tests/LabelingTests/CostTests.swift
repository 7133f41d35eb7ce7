import Labeling
import Market
import Testing

/// Costs by hand.
@Suite struct CostTests {
    private let entry = Candle(
        time: UTCDay(year: 2025, month: 10, day: 10).start, open: 100, high: 101, low: 100,
        close: 100, volume: 4)

    private func costs(
        _ minutes: Double, _ change: (inout LabelingConfiguration) -> Void = { _ in }
    )
        -> Double
    {
        var configuration = LabelingConfiguration.scalp
        change(&configuration)
        let (model, exit) = (CostModel(configuration), entry.time + Int64(minutes * 60_000))
        let costs = model.costsBps(entry: entry, exitTime: exit)
        // The parts that people are told are the same sum.
        #expect(model.parts(entry: entry, exitTime: exit).total == costs)
        return costs
    }

    @Test func takerAndMaker() {
        // Range 1 % = 100 bps (not exactly: 1.01 is no binary64), half of it slips, impact 0.5.
        let slippage = ((101.0 / 100) - 1) * 10_000 * 0.5 + 0.5
        #expect(costs(1) == ((6.0 + 6) + 3 + slippage) * 1.1)
        #expect(costs(5) == costs(1), "exactly five minutes are not longer than five")
        #expect(costs(6) == ((2.0 + 2) + 1.5 + slippage) * 1.1)
        #expect(abs(costs(1) - 72.05) < 1e-9)
    }

    @Test func marketImpact() {
        func impact(_ size: Double, volume: Double) -> Double {
            var configuration = LabelingConfiguration.scalp
            configuration.positionSize = size
            return CostModel(configuration).impactBps(volume: volume)
        }
        #expect(impact(9_999, volume: 0) == 0.5)
        #expect(impact(10_000, volume: 0) == 2)
        #expect(impact(10_000, volume: 400) == 5)
        #expect(impact(10_000, volume: 1_600) == 2.5)
        #expect(impact(10_000, volume: 1) == 5, "capped")
    }

    @Test func metaNeedsBothThresholds() {
        var configuration = LabelingConfiguration.scalp
        configuration.costThresholdBps = 2
        configuration.minPnlBps = 3
        let model = CostModel(configuration)
        #expect(!model.isMeta(netBps: 2.5) && !model.isMeta(netBps: 3))
        #expect(model.isMeta(netBps: (3.0).nextUp))
        #expect(!CostModel(.scalp).isMeta(netBps: 0))
    }

    @Test(arguments: [
        (2019, 12, 31, 8.0, 8.0), (2020, 1, 1, 10, 10), (2022, 12, 31, 10, 10), (2023, 1, 1, 2, 8),
        (2024, 6, 30, 2, 8), (2024, 7, 1, 2, 6),
    ])
    func binanceDates(year: Int, month: Int, day: Int, maker: Double, taker: Double) {
        let table = FeeTable(.standard, exchange: "binance")
        let midnight = UTCDay(year: year, month: month, day: day).start
        for time in [midnight, midnight + UTCDay.milliseconds - 1] {
            #expect(table.fee(at: time, maker: true) == maker)
            #expect(table.fee(at: time, maker: false) == taker)
            #expect(FeeSchedule.standard.fee(exchange: "binance", at: time, maker: true) == maker)
        }
    }

    @Test func unknownExchangePaysTheDefault() {
        let table = FeeTable(.standard, exchange: "nowhere")
        #expect(table.fee(at: entry.time, maker: true) == 8)
        #expect(table.fee(at: entry.time, maker: false) == 8)
        #expect(FeeTable(.standard, exchange: "kraken").fee(at: entry.time, maker: false) == 10)
        #expect(costs(1) { $0.exchange = "nowhere" } > costs(1))
    }

    /// Each fee is that of its own day: a trade may enter at one and leave at another.
    @Test func feesChangeWhileHeld() {
        let midnight = UTCDay(year: 2024, month: 7, day: 1).start
        var late = entry
        late.time = midnight - 60_000
        let model = CostModel(.scalp)
        let slippage = ((101.0 / 100) - 1) * 10_000 * 0.5 + 0.5
        let crossing = model.costsBps(entry: late, exitTime: midnight)
        #expect(crossing == ((8.0 + 6) + 3 + slippage) * 1.1)
    }
}
