internal import Market

/// What is counted of a day's candles, in the order of their stamps.
struct CandleTally {
    let interval: Int64
    var candles = 0
    var missing = 0
    var gaps = 0
    var outliers = 0
    var returns = 0
    var sum = 0.0
    var squares = 0.0
    private var previous: Candle?

    init(interval: Int64) { self.interval = interval }

    mutating func add(_ candle: Candle) {
        candles += 1
        if candle.high > candle.low * MarketMonitor.outlierRatio { outliers += 1 }
        if let previous {
            if candle.time - previous.time == interval {
                let step = (candle.close - previous.close) / previous.close
                returns += 1
                sum += step
                squares += step * step
            } else {
                noteGap(from: previous.time, to: candle.time)
            }
        }
        previous = candle
    }

    /// A day that ends in a gap has it too. What is missing at its beginning is not counted: a market
    /// may be younger than a day.
    mutating func close(at end: Int64) {
        if let previous, end - previous.time > interval { noteGap(from: previous.time, to: end) }
    }

    private mutating func noteGap(from last: Int64, to next: Int64) {
        gaps += 1
        missing += Int((next - last) / interval) - 1
    }
}
