internal import Market

/// Parsing and validating klines.
enum ParseBench {
    static func run(_ history: CandleColumns) throws -> [BenchResult] {
        let text = klines(history)
        var times: [Double] = []
        for _ in 0..<9 {
            times.append(
                try Stopwatch.microseconds { try CandleFile.parse(text, timeframe: .oneMinute) })
        }
        let median = Stopwatch.median(times)
        return [
            BenchResult(
                what: "parse and validate klines", median: Double(text.count) / median,
                unit: "MB/s",
                bytes: text.count)
        ]
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
