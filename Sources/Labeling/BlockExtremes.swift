/// The highest high and lowest low of every 16 and every 256 candles, for skipping.
struct BlockExtremes {
    /// `1 << small` candles make a small block, `1 << large` a large one.
    static let small = 4
    static let large = 8

    private(set) var smallHigh: [Double]
    private(set) var smallLow: [Double]
    private(set) var largeHigh: [Double]
    private(set) var largeLow: [Double]

    /// Blocks without candles, which touch no barrier.
    static let none = BlockExtremes(count: 0)

    private init(count: Int) {
        let smallBlocks = (count + (1 << Self.small) - 1) >> Self.small
        let largeBlocks = (count + (1 << Self.large) - 1) >> Self.large
        smallHigh = Array(repeating: -.infinity, count: smallBlocks)
        smallLow = Array(repeating: .infinity, count: smallBlocks)
        largeHigh = Array(repeating: -.infinity, count: largeBlocks)
        largeLow = Array(repeating: .infinity, count: largeBlocks)
    }

    /// The extremes of all blocks that reach beyond `first`; earlier ones stay empty.
    ///
    /// - Complexity: O(candles after `first`).
    init(high: Span<Double>, low: Span<Double>, from first: Int) {
        self.init(count: high.count)
        for block in (first >> Self.small)..<smallHigh.count {
            let start = block << Self.small
            let end = min(start + (1 << Self.small), high.count)
            var highest = high[start]
            var lowest = low[start]
            for index in (start + 1)..<end {
                // Not max() and min(), whose rules for NaN and −0 cost three times as much.
                highest = high[index] > highest ? high[index] : highest
                lowest = low[index] < lowest ? low[index] : lowest
            }
            smallHigh[block] = highest
            smallLow[block] = lowest
            let outer = block >> (Self.large - Self.small)
            largeHigh[outer] = highest > largeHigh[outer] ? highest : largeHigh[outer]
            largeLow[outer] = lowest < largeLow[outer] ? lowest : largeLow[outer]
        }
    }
}
