internal import DriftStatistics
package import Market

/// The stamps and closes of a period, ascending by stamp.
package struct PeriodRows {
    private(set) var times: [Int64] = []
    private(set) var closes: [Double] = []
    private let interval: Int64

    /// Whether there is no candle.
    package var isEmpty: Bool { times.isEmpty }

    package init(_ candles: DayGrid<Candle>, _ range: Range<Int64>) {
        interval = candles.timeframe.milliseconds
        guard !range.isEmpty else { return }
        var (times, closes): ([Int64], [Double]) = ([], [])
        let count = candles.rowsOfDays(from: range.lowerBound, through: range.upperBound - 1)
        times.reserveCapacity(count)
        closes.reserveCapacity(count)
        candles.forEach(from: range.lowerBound, through: range.upperBound - 1) { candle in
            times.append(candle.time)
            closes.append(candle.close)
        }
        (self.times, self.closes) = (times, closes)
    }

    var returns: WindowReturns {
        WindowReturns(times: times, closes: closes, interval: interval)
    }
}
