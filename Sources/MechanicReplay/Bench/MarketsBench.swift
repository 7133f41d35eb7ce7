internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import SystemIO

/// 250 markets that get an hour of candles each: one update, one commit, on the disk.
enum MarketsBench {
    /// How many markets there are.
    private static let count = 250
    /// Minutes that each has before; what an update costs does not depend on it.
    private static let base = 7 * 1_440

    static func run(
        _ history: CandleColumns, _ directory: String, rounds: Int
    ) throws -> [BenchResult] {
        let rounds = max(3, min(rounds / 10, 20))
        let store = try EventStore.create(
            path: "\(directory)/markets", clock: .simulated, id: .none, now: 0)
        let markets = (0..<count).map { number in
            MarketID(venue: "bench", symbol: Symbol("S\(number)-USDT")!, timeframe: .oneMinute)!
        }
        let group = MarketGroup(store: store, threads: Processors.count)
        let start = history.slice(0..<base)
        let load = try Stopwatch.microseconds {
            _ = try group.importCandles(requests(markets, start), at: clock(start))
            _ = try group.update(requests(markets, CandleColumns()), at: clock(start))
        }
        var times: [Bool: [Double]] = [:]
        for round in 0..<rounds * 2 {
            let first = base + round * 60
            let hour = history.slice(first..<first + 60)
            // One after the other: what another group writes makes a warm one stale.
            let isWarm = round < rounds
            times[isWarm, default: []].append(
                try Stopwatch.microseconds {
                    let group =
                        isWarm ? group : MarketGroup(store: store, threads: Processors.count)
                    _ = try group.update(requests(markets, hour), at: clock(hour))
                })
        }
        let bytes = store.usedBytes
        return [
            BenchResult(
                what: "import and label \(base) candles of \(count) markets", median: load / 1e3,
                unit: "ms", bytes: bytes),
            BenchResult(
                what: "60 candles of \(count) markets, warm",
                median: Stopwatch.median(times[true] ?? []) / 1e3, unit: "ms"),
            BenchResult(
                what: "60 candles of \(count) markets, cold",
                median: Stopwatch.median(times[false] ?? []) / 1e3, unit: "ms"),
        ]
    }

    private static func requests(
        _ markets: [MarketID], _ candles: CandleColumns
    ) -> [MarketGroup.Request] {
        markets.map { ($0, UpdateRequest(candles: candles)) }
    }

    private static func clock(_ candles: CandleColumns) -> Int64 {
        (candles.time[candles.count - 1] + 60_000) * 1_000
    }
}
