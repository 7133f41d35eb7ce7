/// The highest high and lowest low of every 16 and every 256 candles, for skipping.
struct BlockExtremes {
    /// A small block holds `1 << smallShift` candles; shifts, since signed division costs the scan
    /// a tenth of its speed.
    static let smallShift = 4
    /// A large block holds `1 << largeShift` candles.
    static let largeShift = 8
    /// Candles of a small block.
    static var small: Int { 1 << smallShift }
    /// Candles of a large block.
    static var large: Int { 1 << largeShift }

    private(set) var smallHigh: [Double]
    private(set) var smallLow: [Double]
    private(set) var largeHigh: [Double]
    private(set) var largeLow: [Double]

    /// Blocks without candles, which touch no barrier.
    static let none = BlockExtremes(count: 0)

    private init(count: Int) {
        let smallBlocks = (count + Self.small - 1) / Self.small
        let largeBlocks = (count + Self.large - 1) / Self.large
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
        for block in (first >> Self.smallShift)..<smallHigh.count {
            let start = block * Self.small
            let end = min(start + Self.small, high.count)
            var highest = high[start]
            var lowest = low[start]
            for index in (start + 1)..<end {
                // Not max() and min(), which have rules for NaN and −0 to keep.
                highest = high[index] > highest ? high[index] : highest
                lowest = low[index] < lowest ? low[index] : lowest
            }
            smallHigh[block] = highest
            smallLow[block] = lowest
            let outer = block >> (Self.largeShift - Self.smallShift)
            largeHigh[outer] = highest > largeHigh[outer] ? highest : largeHigh[outer]
            largeLow[outer] = lowest < largeLow[outer] ? lowest : largeLow[outer]
        }
    }
}
