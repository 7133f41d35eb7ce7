internal import Labeling
internal import Market

/// All candles of a market known so far, ascending, for scans from an index on.
struct CandleSeries: Sendable {
    private(set) var candles: [Candle] = []

    /// Adds candles or replaces them.
    ///
    /// - Parameter rows: in any order; the last of one stamp counts.
    /// - Complexity: O(rows) where all are newer, O(candles + rows log rows) where one is late.
    mutating func merge(_ rows: [Candle]) {
        var late: [Candle] = []
        for candle in rows {
            if candle.time > candles.last?.time ?? .min {
                candles.append(candle)
            } else if let index = index(of: candle.time) {
                candles[index] = candle
            } else if let index = late.firstIndex(where: { $0.time == candle.time }) {
                late[index] = candle
            } else {
                late.append(candle)
            }
        }
        guard !late.isEmpty else { return }
        candles += late
        candles.sort { $0.time < $1.time }
    }

    /// Where the candle of a stamp stands; nil if it is not known.
    ///
    /// - Complexity: O(log candles).
    func index(of stamp: Int64) -> Int? {
        let index = firstIndex(atOrAfter: stamp)
        return index < candles.count && candles[index].time == stamp ? index : nil
    }

    /// The newest candle up to a stamp; nil if there is none.
    ///
    /// - Complexity: O(log candles).
    func last(atOrBefore stamp: Int64) -> Candle? {
        let after = stamp == .max ? candles.count : firstIndex(atOrAfter: stamp + 1)
        return after > 0 ? candles[after - 1] : nil
    }

    /// The first index whose stamp is at or after a time; the count if there is none.
    ///
    /// - Complexity: O(log candles).
    func firstIndex(atOrAfter stamp: Int64) -> Int {
        var low = 0
        var high = candles.count
        while low < high {
            let middle = (low + high) / 2
            if candles[middle].time < stamp { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The label of the trade entered at an index by the rules as they are written: candle by candle
    /// to the one that decides, and no further; nil where none through `last` does.
    ///
    /// - Complexity: O(candles of the trade).
    func label(of entry: Int, through last: Int64, _ rules: LabelRules) -> Label? {
        let price = candles[entry].close
        let (takeProfit, stopLoss) =
            (price * rules.takeProfitFactor, price * rules.stopLossFactor)
        let deadline = candles[entry].time + rules.timeout
        var index = entry + 1
        while index < candles.count, candles[index].time <= last {
            let candle = candles[index]
            let reason: ExitReason? =
                if candle.time >= deadline {
                    .timeout
                } else if candle.high >= takeProfit {
                    .takeProfit
                } else if candle.low <= stopLoss {
                    .stopLoss
                } else {
                    nil
                }
            if let reason {
                return rules.label(
                    entry: NumberedCandle(candles[entry], ordinal: entry),
                    decidedBy: NumberedCandle(candle, ordinal: index), reason: reason)
            }
            index += 1
        }
        return nil
    }
}
