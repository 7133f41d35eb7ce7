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

    /// A tally of a day; nil for one in which the market begins, where nothing is missing before its
    /// first candle.
    private let start: Int64?

    init(interval: Int64, from start: Int64?) {
        self.interval = interval
        self.start = start
    }

    mutating func add(_ candle: Candle) {
        candles += 1
        if previous == nil, let start, candle.time > start {
            noteGap(from: start - interval, to: candle.time)
        }
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

    /// A day that ends in a gap has it too.
    mutating func close(at end: Int64) {
        if let previous, end - previous.time > interval { noteGap(from: previous.time, to: end) }
    }

    private mutating func noteGap(from last: Int64, to next: Int64) {
        gaps += 1
        missing += Int((next - last) / interval) - 1
    }
}
