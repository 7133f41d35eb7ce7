/// The open trades by entry price, the oldest first among equal prices.
///
/// Both barriers rise with the entry price, so a candle's high closes the trades up to some price,
/// its low those from some price on: it takes the rungs off both ends and looks at no other.
struct PriceLadder: Sendable {
    /// One open trade.
    struct Rung: Sendable, BitwiseCopyable {
        /// The entry price.
        var price: Double
        /// Where ``OpenTrades`` keeps the trade.
        var slot: Int32
    }

    /// The rungs before `start` are gone; the array is moved up only when they are the greater part.
    private var rungs: [Rung] = []
    private var start = 0

    /// Room that is not worth moving the rungs for.
    private static let slack = 64

    /// The trade with the lowest entry price.
    var lowest: Rung? { start < rungs.count ? rungs[start] : nil }

    /// The trade with the highest entry price.
    var highest: Rung? { start < rungs.count ? rungs[rungs.count - 1] : nil }

    /// Takes off ``lowest``.
    mutating func removeLowest() { start += 1 }

    /// Takes off ``highest``.
    mutating func removeHighest() { rungs.removeLast() }

    /// Adds the youngest trade.
    ///
    /// - Precondition: the price is positive, as every candle's is.
    /// - Complexity: O(log n) comparisons and a move of the higher rungs.
    mutating func insert(price: Double, slot: Int32) {
        precondition(price > 0, "a price is positive")
        if start > Self.slack, start * 2 > rungs.count {
            rungs.removeFirst(start)
            start = 0
        }
        let above = firstIndex(atOrAbove: Int64(bitPattern: price.bitPattern) + 1)
        rungs.insert(Rung(price: price, slot: slot), at: above)
    }

    /// Removes the oldest trade of all, which is the first of its price.
    ///
    /// - Complexity: O(log n) comparisons and a move of the higher rungs.
    mutating func removeOldest(price: Double, slot: Int32) {
        let index = firstIndex(atOrAbove: Int64(bitPattern: price.bitPattern))
        precondition(rungs[index].slot == slot, "the ladder holds every open trade in order")
        rungs.remove(at: index)
    }

    /// The first rung whose price has at least these bits.
    ///
    /// Positive numbers order as their bits do; and a difference of integers steers the search
    /// without a branch, which would be mispredicted every other time.
    @inline(__always)
    private func firstIndex(atOrAbove bits: Int64) -> Int {
        var first = start
        var length = rungs.count - start
        while length > 0 {
            let half = (length + 1) >> 1
            let probe = Int64(bitPattern: rungs[first + half - 1].price.bitPattern)
            first += half & Int(truncatingIfNeeded: (probe &- bits) >> 63)
            length -= half
        }
        return first
    }
}
