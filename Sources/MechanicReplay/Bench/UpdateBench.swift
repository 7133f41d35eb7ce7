internal import EventFormat
internal import EventStorage
internal import LMDB
internal import Market
internal import Mechanic
internal import SystemIO

/// The hourly update against the same puts in bare LMDB and against one `write + fdatasync`.
enum UpdateBench {
    static func run(
        _ history: CandleColumns, _ directory: String, rounds: Int
    ) throws -> [BenchResult] {
        let rounds = max(10, min(rounds, (history.count - 100_000) / 60))
        let base = history.count - rounds * 60
        let start = history.slice(0..<base)
        let hours = (0..<rounds).map { history.slice(base + $0 * 60..<base + ($0 + 1) * 60) }

        // Once to learn the puts of every update, where nobody waits for the disk.
        let plans = try record(start, hours, "\(directory)/recorded")
        let store = try make("\(directory)/store", start, isVolatile: false)
        let unsynced = try make("\(directory)/unsynced", start, isVolatile: true)
        let bare = try BareStore("\(directory)/bare", plans.base)
        let probe = try SyncProbe(path: "\(directory)/probe")
        var (floor, puts, updates, computes): ([Double], [Double], [Double], [Double]) =
            ([], [], [], [])
        for (round, (hour, plan)) in zip(hours, plans.updates).enumerated() {
            floor.append(try Stopwatch.microseconds { try probe.append() })
            // In turn, so that neither always comes after the other's wait for the disk.
            for isBare in round.isMultiple(of: 2) ? [true, false] : [false, true] {
                if isBare {
                    puts.append(try Stopwatch.microseconds { try bare.commit(plan) })
                } else {
                    updates.append(try Stopwatch.microseconds { try update(store, hour) })
                }
            }
            computes.append(try Stopwatch.microseconds { try update(unsynced, hour) })
        }
        return results(floor, puts, updates, computes, plans.updates.last ?? [])
    }

    private static func results(
        _ floor: [Double], _ puts: [Double], _ updates: [Double], _ computes: [Double],
        _ last: [Calls.Put]
    ) -> [BenchResult] {
        let (base, bare, update) = (
            Stopwatch.median(floor), Stopwatch.median(puts), Stopwatch.median(updates)
        )
        let bytes = last.reduce(0) { $0 + $1.key.count + ($1.value?.count ?? 0) }
        return [
            BenchResult(what: "write 4 KiB + fdatasync", median: base, unit: "µs", bytes: 4_096),
            BenchResult(
                what: "same puts in bare LMDB", median: bare, unit: "µs", ratio: bare / base,
                against: "fdatasync", bytes: bytes),
            BenchResult(
                what: "hourly update, scalp", median: update, unit: "µs", ratio: update / bare,
                against: "bare LMDB", bytes: bytes),
            BenchResult(
                what: "hourly update, scalp", median: update, unit: "µs", ratio: update / base,
                against: "fdatasync", bytes: bytes),
            BenchResult(
                what: "hourly update, no wait for the disk", median: Stopwatch.median(computes),
                unit: "µs", ratio: Stopwatch.median(computes) / update, against: "hourly update"),
        ]
    }

    private static let market = MarketID(
        venue: "bench", symbol: Symbol("BTC-USDT")!, timeframe: .oneMinute)!

    private static func make(
        _ path: String, _ start: CandleColumns, isVolatile: Bool
    ) throws -> Updater {
        var options = EventStore.Options()
        options.isVolatile = isVolatile
        let store = try EventStore.create(
            path: path, clock: .simulated, id: .none, now: 0, options: options)
        let updater = Updater(store: store, market: market)
        _ = try updater.update(UpdateRequest(candles: start), at: clock(start))
        return updater
    }

    @discardableResult
    private static func update(_ updater: Updater, _ hour: CandleColumns) throws -> UpdateReport {
        try updater.update(UpdateRequest(candles: hour), at: clock(hour))
    }

    private static func clock(_ candles: CandleColumns) -> Int64 {
        (candles.time[candles.count - 1] + 60_000) * 1_000
    }

    private static func record(
        _ start: CandleColumns, _ hours: [CandleColumns], _ path: String
    ) throws -> (base: [Calls.Put], updates: [[Calls.Put]]) {
        Calls.record()
        let updater = try make(path, start, isVolatile: true)
        let base = Calls.disarm().recorded
        var updates: [[Calls.Put]] = []
        for hour in hours {
            Calls.record()
            try update(updater, hour)
            updates.append(Calls.disarm().recorded)
        }
        return (base, updates)
    }
}
