internal import Market
internal import SystemIO

extension FuzzTarget {
    /// Files of candles: the first byte chooses layout and timeframe. What is read is sound, and reads
    /// the same when it is written as CSV.
    static let candles = FuzzTarget(name: "candles") { (input) throws(Violation) in
        let layouts = CandleLayout.allCases
        let choice = Int(input.first ?? 0)
        let timeframe = choice & 8 == 0 ? Timeframe.oneMinute : Timeframe("4h")!
        let layout = layouts[choice % layouts.count]
        let bytes = Array(input.dropFirst())
        guard
            let batch = try? CandleFile.parse(bytes, layout: layout, timeframe: timeframe)
        else { return }
        let candles = batch.candles
        try require(batch.layout != .auto, "a layout was not found out")
        try require(batch.rows <= bytes.count, "there are more rows than bytes")
        try require(
            batch.rejects.count == min(batch.rejectedCount, CandleBatch.rejectLimit),
            "rejects are not counted")
        var text = ""
        for index in 0..<candles.count {
            let candle = candles[index]
            try require(CandleDefect.isSound(candle, timeframe: timeframe), "\(candle) is none")
            text += "\(candle.time),\(candle.open),\(candle.high),\(candle.low),"
            text += "\(candle.close),\(candle.volume)\n"
        }
        let again = try? CandleFile.parse(
            Array(text.utf8), layout: .ohlcv, timeframe: timeframe)
        try require(again?.candles == candles, "candles read differently when written as CSV")
    }

    /// gzip files: never more than the limit comes out.
    static let gzip = FuzzTarget(name: "gzip") { (input) throws(Violation) in
        let limit = 1 << 20
        guard let bytes = try? Gzip.decompress(input, limit: limit) else { return }
        try require(Gzip.isCompressed(input), "what is no gzip file was read as one")
        try require(bytes.count <= limit, "more came out than the limit")
    }
}
