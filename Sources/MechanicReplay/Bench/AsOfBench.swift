internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// What was known at any moment: a window that was restated five times and grew by ten thousand
/// versions, and one market's state among many events.
enum AsOfBench {
    private static let market = MarketID(
        venue: "bench", symbol: Symbol("BTC-USDT")!, timeframe: .oneMinute)!

    static func run(
        _ history: CandleColumns, _ directory: String, events: Int
    ) throws -> [BenchResult] {
        try restated(history, "\(directory)/restated") + many(history, "\(directory)/many", events)
    }

    private static func make(_ path: String) throws -> EventStore {
        var options = EventStore.Options()
        options.isVolatile = true
        return try EventStore.create(
            path: path, clock: .simulated, id: .none, now: 0, options: options)
    }

    private static func restated(
        _ history: CandleColumns, _ path: String
    ) throws -> [BenchResult] {
        let versions = 10_000
        let store = try make(path)
        let updater = Updater(store: store, market: market)
        let base = history.count - versions
        let window = history.slice(max(0, base - 129_600)..<base)
        let now = (window.time[window.count - 1] + 60_000) * 1_000
        _ = try updater.update(UpdateRequest(candles: window), at: now)
        for restatement in 1...5 {
            var other = CandleColumns()
            for index in 0..<window.count {
                var candle = window[index]
                candle.volume += Double(restatement)
                other.append(candle)
            }
            _ = try updater.update(UpdateRequest(candles: other), at: now)
        }
        for row in base..<history.count {
            let minute = history.slice(row..<row + 1)
            _ = try updater.update(
                UpdateRequest(candles: minute), at: (minute.time[0] + 60_000) * 1_000)
        }
        let head = try store.head().position.number
        var (current, past): ([Double], [Double]) = ([], [])
        for round in 0..<21 {
            // In turn, and from the beginning of the log to its end.
            current.append(try Stopwatch.microseconds { try load(store, .head) })
            let point = head * UInt64(round + 1) / 22
            past.append(
                try Stopwatch.microseconds { try load(store, .position(GlobalPosition(point))) })
        }
        let base90 = Stopwatch.median(current)
        return [
            BenchResult(
                what: "90 days restated 5 times, \(Number.grouped(versions)) versions, now",
                median: base90 / 1e3, unit: "ms", bytes: store.usedBytes),
            BenchResult(
                what: "the same as of the past", median: Stopwatch.median(past) / 1e3, unit: "ms",
                ratio: Stopwatch.median(past) / base90, against: "now"),
            BenchResult(
                what: "the slowest of \(past.count) points", median: (past.max() ?? 0) / 1e3,
                unit: "ms", ratio: (past.max() ?? 0) / base90, against: "now"),
        ]
    }

    private static func load(_ store: EventStore, _ point: TimePoint) throws {
        _ = try store.read { try MarketState.load($0, market: market, asOf: point).state.position }
    }

    /// Markets that get a minute at a time, until the log has so many events.
    private static func many(
        _ history: CandleColumns, _ path: String, _ events: Int
    ) throws -> [BenchResult] {
        let store = try make(path)
        let markets = (0..<50).map { number in
            MarketID(venue: "bench", symbol: Symbol("S\(number)-USDT")!, timeframe: .oneMinute)!
        }
        let group = MarketGroup(store: store)
        var row = 0
        while try store.head().position.number < UInt64(events), row < history.count {
            let minute = history.slice(row..<row + 1)
            _ = try group.update(
                markets.map { ($0, UpdateRequest(candles: minute)) },
                at: (minute.time[0] + 60_000) * 1_000)
            row += 1
        }
        let head = try store.head()
        var (points, states): ([Double], [Double]) = ([], [])
        for round in 0..<101 {
            let time = head.appendedAt / 101 * Int64(round)
            let position = GlobalPosition(head.position.number * UInt64(round + 1) / 102)
            try store.read { view in
                points.append(
                    try Stopwatch.microseconds { _ = try view.resolve(.time(time)) })
                let end = try view.resolve(.position(position))
                states.append(
                    try Stopwatch.microseconds {
                        _ = try MarketState.outline(
                            view, market: markets[round % markets.count], through: end)
                    })
            }
        }
        let count = Number.grouped(head.position.number)
        return [
            BenchResult(
                what: "a time to a position, \(count) events", median: Stopwatch.median(points),
                unit: "µs", bytes: store.usedBytes),
            BenchResult(
                what: "one market's state as of the past, \(count) events",
                median: Stopwatch.median(states) / 1e3, unit: "ms"),
            BenchResult(
                what: "the slowest of \(states.count) states", median: (states.max() ?? 0) / 1e3,
                unit: "ms"),
        ]
    }
}
