import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// A batch that revises yesterday's candle and also holds one of four months later: the window moves
/// on within the very batch, and once that kept the revision from relabelling anything.
struct FarJumpTests {
    static let hourly = MarketID(
        venue: "binance", symbol: Symbol("BTC-USDT")!, timeframe: Timeframe("1h")!)!
    static let configuration = LabelingConfiguration(
        takeProfitBps: 80, stopLossBps: 60, timeoutMinutes: 600)

    /// A walk on a coarse grid, so that barriers are touched now and then.
    static let candles: [Candle] = {
        var random = SplitMix64(seed: 2_025)
        var price = 10_000
        let start = UTCDay(year: 2025, month: 6, day: 1).start
        var candles: [Candle] = []
        for hour in 0..<260 {
            let open = price
            price += Int(random.next() % 121) - 60
            // The last twenty lie 120 days behind the others.
            let gap: Int64 = hour < 240 ? 0 : 120 * UTCDay.milliseconds
            candles.append(
                Candle(
                    time: start + Int64(hour) * 3_600_000 + gap, open: Double(open),
                    high: Double(max(open, price) + 20), low: Double(min(open, price) - 20),
                    close: Double(price), volume: 1))
        }
        return candles
    }()

    static func revised(_ index: Int) -> Candle {
        var candle = candles[index]
        candle.close -= 15
        candle.low -= 150
        return candle
    }

    /// Every label of the log, also before the window.
    private func labels(_ bench: Bench) throws -> [Label] {
        let state = try bench.updater.state()
        var labels: [Label] = []
        try bench.store.read { view in
            let grid = try History.labels(
                view, market: Self.hourly, labelling: state.labellings[0],
                days: Int32.min...Int32.max)
            grid.forEach { labels.append($0) }
        }
        return labels
    }

    private func run(_ batches: [[Candle]], restarts: Bool) throws -> [Label] {
        let bench = try Bench(Self.hourly, [Self.configuration])
        for batch in batches {
            try bench.update(batch)
            if restarts { bench.startUpdater() }
        }
        let check = try Recomputation.run(bench.store)
        #expect(check.differences.isEmpty, "\(check.differences.first?.message ?? "")")
        return try labels(bench)
    }

    @Test(arguments: [130, 195, 199]) func cutsOfBatchesDoNotShowInLabels(index: Int) throws {
        let first = Array(Self.candles[..<200])
        let rest = Array(Self.candles[200...])
        let change = Self.revised(index)
        var final = Self.candles
        final[index] = change
        let whole = try run([final], restarts: false)
        for restarts in [false, true] {
            #expect(try run([first, [change] + rest], restarts: restarts) == whole)
            #expect(try run([first, [change], rest], restarts: restarts) == whole)
        }
    }

    @Test func aLateCandleBeforeAJumpIsLabelledWarmAndCold() throws {
        var gappy = Array(Self.candles[..<200])
        let late = gappy.remove(at: 197)
        let rest = Array(Self.candles[200...])
        let warm = try run([gappy, [late] + rest], restarts: false)
        let cold = try run([gappy, [late] + rest], restarts: true)
        #expect(warm == cold)
        #expect(try run([Self.candles], restarts: false) == warm)
    }
}
