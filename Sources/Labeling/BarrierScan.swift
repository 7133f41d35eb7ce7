import Market

/// The scan of the batch labeller: for each entry the first candle that ends its trade.
///
/// Short trades are best scanned literally: the processor foresees the loop, and two mispredicted
/// branches a trade are the floor. Long trades are scanned literally only to the end of a block of
/// 16; from there whole blocks of 16 and 256 are passed over while their extremes touch neither
/// barrier. A longer literal start, other block sizes, branch-free bit masks over a block and
/// three loops instead of one were all measured and slower. The deadline is no part of the loops:
/// its index only moves forwards, from one entry to the next.
struct BarrierScan {
    let takeProfitFactor: Double
    let stopLossFactor: Double
    /// From entry to deadline, in milliseconds.
    let timeout: Int64

    /// Deadlines up to this many minutes away are scanned to literally.
    private static let shortMinutes: Int64 = 48

    init(_ rules: LabelRules) {
        takeProfitFactor = rules.takeProfitFactor
        stopLossFactor = rules.stopLossFactor
        timeout = rules.timeout
    }

    /// The outcomes of a range of entries; see ``BatchLabeler``.
    func outcomes(
        time: Span<Int64>, high: Span<Double>, low: Span<Double>, close: Span<Double>,
        in entries: Range<Int>
    ) -> Outcomes {
        let count = time.count
        let first = entries.lowerBound
        precondition(high.count == count && low.count == count && close.count == count)
        var outcomes = Outcomes(
            firstEntry: first, exitIndex: Array(repeating: -1, count: entries.count),
            reason: Array(repeating: 0, count: entries.count))
        let isShort = timeout <= Self.shortMinutes * Timeframe.oneMinute.milliseconds
        let extremes = isShort ? .none : BlockExtremes(high: high, low: low, from: first)
        let blocks = Blocks(
            smallHigh: extremes.smallHigh.span, smallLow: extremes.smallLow.span,
            largeHigh: extremes.largeHigh.span, largeLow: extremes.largeLow.span)
        var deadline = first
        for entry in entries {
            let end = time[entry] + timeout
            while deadline < count, time[deadline] < end { deadline += 1 }
            let barriers = Barriers(
                takeProfit: close[entry] * takeProfitFactor,
                stopLoss: close[entry] * stopLossFactor)

            let nextBlock = (entry | (BlockExtremes.small - 1)) + 1
            let near = isShort ? deadline : min(nextBlock, deadline)
            var index = barriers.firstTouch(high, low, in: entry + 1..<near)
            if index == near, near < deadline {
                let block = barriers.firstBlock(blocks, in: near..<deadline)
                // The block touches a barrier; whether before the deadline is to be seen.
                index = barriers.firstTouch(
                    high, low, in: block..<min(block + BlockExtremes.small, deadline))
            }
            if index < deadline {
                let reason: ExitReason =
                    high[index] >= barriers.takeProfit ? .takeProfit : .stopLoss
                outcomes.exitIndex[entry - first] = Int32(truncatingIfNeeded: index)
                outcomes.reason[entry - first] = reason.rawValue
            } else if deadline < count {
                outcomes.exitIndex[entry - first] = Int32(truncatingIfNeeded: deadline)
                outcomes.reason[entry - first] = ExitReason.timeout.rawValue
            }
        }
        return outcomes
    }
}

/// ``BlockExtremes`` as the scan reads them.
private struct Blocks: ~Escapable {
    let smallHigh: Span<Double>
    let smallLow: Span<Double>
    let largeHigh: Span<Double>
    let largeLow: Span<Double>
}

/// The two prices that end one trade.
private struct Barriers {
    let takeProfit: Double
    let stopLoss: Double

    /// The first candle of `range` that touches a barrier, or the range's end.
    @inline(__always)
    func firstTouch(_ high: Span<Double>, _ low: Span<Double>, in range: Range<Int>) -> Int {
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

    /// The start of the first block of 16 in `range` that touches a barrier, or the range's end.
    ///
    /// The range starts with a block.
    @inline(__always)
    func firstBlock(_ blocks: borrowing Blocks, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            let large = index >> BlockExtremes.largeShift
            if index & (BlockExtremes.large - 1) == 0, blocks.largeHigh[large] < takeProfit,
                blocks.largeLow[large] > stopLoss
            {
                index += BlockExtremes.large
                continue
            }
            let small = index >> BlockExtremes.smallShift
            guard blocks.smallHigh[small] < takeProfit, blocks.smallLow[small] > stopLoss else {
                return index
            }
            index += BlockExtremes.small
        }
        return range.upperBound
    }
}
