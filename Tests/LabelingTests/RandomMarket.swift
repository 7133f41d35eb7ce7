import Labeling
import Market

/// Random candles and configurations, made to hit the edges of the rules.
struct RandomMarket {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// Candles on a coarse price grid, so that prices repeat and barriers are hit exactly.
    mutating func candles(count: Int, timeframe: Timeframe = .oneMinute) -> [Candle] {
        // Barriers of whole per mille lie on the grid of prices around 1,000.
        let range = Int.random(in: 1...6, using: &random)
        let gapPercent = [0, 0, 2, 20].randomElement(using: &random)!
        let jumpPercent = [0, 1, 5].randomElement(using: &random)!
        var time = 1_735_689_600_000 - timeframe.milliseconds * Int64(count / 2)
        var price = 1_000
        return (0..<count).map { _ in
            if random.chance(gapPercent) {
                time += timeframe.milliseconds * Int64.random(in: 1...40, using: &random)
            }
            if random.chance(jumpPercent) { price += Int.random(in: -80...80, using: &random) }
            let open = price
            price = max(100, price + Int.random(in: -range...range, using: &random))
            let high = max(open, price) + Int.random(in: 0...range, using: &random)
            let low = min(open, price) - Int.random(in: 0...range, using: &random)
            defer { time += timeframe.milliseconds }
            return Candle(
                time: time, open: Double(open), high: Double(high), low: Double(low),
                close: Double(price), volume: Double(Int.random(in: 0...3, using: &random)))
        }
    }

    /// Any configuration that passes validation, mostly with barriers on the price grid.
    mutating func configuration() -> LabelingConfiguration {
        var configuration = LabelingConfiguration(
            takeProfitBps: [10, 20, 50, 100, 15, 400, 12.5].randomElement(using: &random)!,
            stopLossBps: [10, 20, 50, 100, 7, 400, 12.5].randomElement(using: &random)!,
            timeoutMinutes: [1, 2, 5, 30, 33, 200, 5_000].randomElement(using: &random)!)
        configuration.exchange = ["binance", "coinbase", "kraken", "nowhere"]
            .randomElement(using: &random)!
        configuration.positionSize = [1_000, 9_999.5, 10_000, 50_000]
            .randomElement(using: &random)!
        configuration.makerAfterMinutes = [0, 5, 7.5, 60].randomElement(using: &random)!
        configuration.costThresholdBps = [0, 0, 5].randomElement(using: &random)!
        configuration.minPnlBps = [0, 0, -5, 7].randomElement(using: &random)!
        configuration.fees = FeeSchedule(
            entries: [
                .init(
                    exchange: "binance", from: UTCDay(year: 2024, month: 12, day: 31), makerBps: 1,
                    takerBps: 3),
                .init(
                    exchange: "binance", from: UTCDay(year: 2025, month: 1, day: 1), makerBps: 2,
                    takerBps: 6),
                .init(
                    exchange: "kraken", from: UTCDay(year: 2025, month: 1, day: 2), makerBps: 4,
                    takerBps: 10),
            ], defaultBps: 8)
        return configuration
    }
}

extension IncrementalLabeler {
    /// Candle by candle over a whole series.
    mutating func advance(over candles: some Sequence<Candle>) -> [Label] {
        var labels: [Label] = []
        for candle in candles { advance(candle, closing: &labels) }
        return labels
    }
}

extension Sequence<Label> {
    /// In the order of the entries.
    var byEntry: [Label] { sorted { $0.entryTime < $1.entryTime } }
}
