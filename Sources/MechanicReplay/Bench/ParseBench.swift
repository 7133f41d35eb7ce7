internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic

/// Parsing and validating klines, alone and on their way into a store.
enum ParseBench {
    static func run(_ history: CandleColumns, _ directory: String) throws -> [BenchResult] {
        let text = klines(history)
        var times: [Double] = []
        for _ in 0..<9 {
            times.append(
                try Stopwatch.microseconds { try CandleFile.parse(text, timeframe: .oneMinute) })
        }
        let median = Stopwatch.median(times)
        var imports: [Double] = []
        for round in 0..<3 {
            imports.append(try importOnce(text, "\(directory)/imported-\(round)"))
        }
        let endToEnd = Stopwatch.median(imports)
        return [
            BenchResult(
                what: "parse and validate klines", median: Double(text.count) / median,
                unit: "MB/s", bytes: text.count),
            BenchResult(
                what: "import: parse, compare, record, commit",
                median: Double(text.count) / endToEnd, unit: "MB/s", ratio: endToEnd / median,
                against: "parse (time)", bytes: text.count),
        ]
    }

    /// Microseconds of an import into an empty store, on the disk at the end.
    private static func importOnce(_ text: [UInt8], _ path: String) throws -> Double {
        let store = try EventStore.create(path: path, clock: .simulated, id: .none, now: 0)
        let market = MarketID(
            venue: "bench", symbol: Symbol("BTC-USDT")!, timeframe: .oneMinute)!
        let updater = Updater(store: store, market: market)
        return try Stopwatch.microseconds {
            let candles = try CandleFile.parse(text, timeframe: .oneMinute).candles
            let last = candles.time.last ?? 0
            _ = try updater.importCandles(candles, at: (last + 60_000) * 1_000)
        }
    }

    /// The candles as Binance writes them.
    private static func klines(_ candles: CandleColumns) -> [UInt8] {
        var text = ""
        for index in 0..<candles.count {
            let row = candles[index]
            text += "\(row.time),\(row.open),\(row.high),\(row.low),\(row.close),\(row.volume),"
            text += "\(row.time + 59_999),0,0,0,0,0\n"
        }
        return Array(text.utf8)
    }
}
