/// The scan of the batch labeller: for each entry the first candle that ends its trade.
///
/// Short trades are best scanned literally: the processor foresees the loop, and two mispredicted
/// branches a trade are the floor. Long trades are best skipped through. So the first 32 candles
/// or more are looked at one by one, up to a multiple of 16, and from there whole blocks of 16 and
/// 256 are passed over while their extremes touch neither barrier. The deadline is no part of the
/// loop: its index only moves forwards, from one entry to the next.
struct BarrierScan {
    let takeProfitFactor: Double
    let stopLossFactor: Double
    /// From entry to deadline, in milliseconds.
    let timeout: Int64

    /// How many candles are looked at before the first skip.
    private static let near = 32

    init(_ rules: LabelRules) {
        takeProfitFactor = rules.takeProfitFactor
        stopLossFactor = rules.stopLossFactor
        timeout = rules.timeout
    }

    /// The outcomes of the entries from `first` on; see ``BatchLabeler``.
    func outcomes(
        time: Span<Int64>, high: Span<Double>, low: Span<Double>, close: Span<Double>,
        from first: Int
    ) -> Outcomes {
        let count = time.count
        precondition(high.count == count && low.count == count && close.count == count)
        var outcomes = Outcomes(
            firstEntry: first, exitIndex: Array(repeating: -1, count: count - first),
            reason: Array(repeating: 0, count: count - first))
        var blocks: BlockExtremes?
        var deadline = first
        for entry in first..<count {
            let end = time[entry] + timeout
            while deadline < count, time[deadline] < end { deadline += 1 }
            let takeProfit = close[entry] * takeProfitFactor
            let stopLoss = close[entry] * stopLossFactor

            let far = (entry + 1 + Self.near + 15) & ~15
            var index = Self.firstTouch(
                high, low, takeProfit, stopLoss, in: entry + 1..<min(far, deadline))
            if index == far, far < deadline {
                // Built when first needed: trades of half an hour never get here.
                if blocks == nil { blocks = BlockExtremes(high: high, low: low, from: first) }
                index = Self.firstTouch(
                    high, low, takeProfit, stopLoss, in: far..<deadline, skipping: blocks!)
            }
            if index < deadline {
                outcomes.exitIndex[entry - first] = Int32(truncatingIfNeeded: index)
                let reason: ExitReason = high[index] >= takeProfit ? .takeProfit : .stopLoss
                outcomes.reason[entry - first] = reason.rawValue
            } else if deadline < count {
                outcomes.exitIndex[entry - first] = Int32(truncatingIfNeeded: deadline)
                outcomes.reason[entry - first] = ExitReason.timeout.rawValue
            }
        }
        return outcomes
    }

    /// The first candle of `range` that touches a barrier, or the range's end.
    @inline(__always)
    private static func firstTouch(
        _ high: Span<Double>, _ low: Span<Double>, _ takeProfit: Double, _ stopLoss: Double,
        in range: Range<Int>
    ) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= high.count)
        precondition(low.count == high.count)
        var index = range.lowerBound
        // The range was checked as a whole.
        while index < range.upperBound {
            if unsafe high[unchecked: index] >= takeProfit { break }
            if unsafe low[unchecked: index] <= stopLoss { break }
            index += 1
        }
        return index
    }

    /// The same for a range that starts at a multiple of 16 and is long.
    @inline(__always)
    private static func firstTouch(
        _ high: Span<Double>, _ low: Span<Double>, _ takeProfit: Double, _ stopLoss: Double,
        in range: Range<Int>, skipping blocks: BlockExtremes
    ) -> Int {
        let (largeHigh, largeLow) = (blocks.largeHigh.span, blocks.largeLow.span)
        let (smallHigh, smallLow) = (blocks.smallHigh.span, blocks.smallLow.span)
        var index = range.lowerBound
        while index < range.upperBound {
            let large = index >> BlockExtremes.large
            if index & 255 == 0, largeHigh[large] < takeProfit, largeLow[large] > stopLoss {
                index += 256
                continue
            }
            let small = index >> BlockExtremes.small
            if smallHigh[small] < takeProfit, smallLow[small] > stopLoss {
                index += 16
                continue
            }
            // This block touches a barrier; whether before the range ends is to be seen.
            return firstTouch(
                high, low, takeProfit, stopLoss, in: index..<min(index + 16, range.upperBound))
        }
        return range.upperBound
    }
}
