internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic

/// The log of hourly updates folded again, with all digests.
enum ReplayBench {
    static func run(_ history: CandleColumns, _ directory: String) throws -> [BenchResult] {
        var options = EventStore.Options()
        options.isVolatile = true
        let store = try EventStore.create(
            path: "\(directory)/replayed", clock: .simulated, id: .none, now: 0, options: options)
        let market = MarketID(
            venue: "bench", symbol: Symbol("BTC-USDT")!, timeframe: .oneMinute)!
        let backfill = Backfill(
            updater: Updater(store: store, market: market), every: 3_600_000,
            configurations: [.scalp])
        let updates = try backfill.run(history) { _, _, _ in }
        var times: [Double] = []
        for _ in 0..<7 {
            times.append(try Stopwatch.microseconds { try Replay.run(store) })
        }
        let days = history.count / 1_440
        let verify = try Stopwatch.microseconds { try store.verify() }
        return [
            BenchResult(
                what: "replay \(days) days, \(updates) updates",
                median: Stopwatch.median(times) / 1e3,
                unit: "ms", bytes: store.usedBytes),
            BenchResult(
                what: "verify the same log", median: verify / 1e3, unit: "ms",
                bytes: store.usedBytes),
        ]
    }
}
