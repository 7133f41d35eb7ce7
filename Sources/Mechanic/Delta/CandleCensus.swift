internal import EventStorage
internal import Market
internal import Projections

/// Counts candles: those recorded, and those that a batch adds to them.
struct CandleCensus {
    let market: MarketID
    let window: RollingWindow
    let delta: CandleDelta
    /// All recorded candles, read once where the window does not hold what is counted.
    private var history: DayGrid<Candle>?

    init(state: MarketState, delta: CandleDelta) {
        market = state.market
        window = state.window
        self.delta = delta
    }

    /// The newest stamp once the batch is recorded; nil if there is none.
    var newest: Int64? { delta.recorded.last?.time ?? window.newest }

    /// The oldest stamp once the batch is recorded; nil if there is none.
    func oldest(_ view: borrowing StoreView) throws -> Int64? {
        let recorded = try History.oldestCandle(view, market: market)
        return [recorded, delta.recorded.first?.time, added.min()].compactMap { $0 }.min()
    }

    /// The stamps that come late.
    private var added: [Int64] {
        delta.revisions.filter { $0.kind == .late }.map(\.candle.time)
    }

    /// Candles of a range of stamps once the batch is recorded.
    mutating func count(
        from first: Int64, through last: Int64 = .max, _ view: borrowing StoreView
    ) throws -> Int {
        guard first <= last else { return 0 }
        return try recordedCount(from: first, through: last, view) + new(in: first...last)
    }

    /// Candles recorded by now in a range of stamps.
    ///
    /// - Complexity: O(candles of the range) inside the window; before it the log is read, once.
    mutating func recordedCount(
        from first: Int64, through last: Int64, _ view: borrowing StoreView
    ) throws -> Int {
        guard try !isInWindow(first, view) else {
            return Self.count(window.candles, from: first, through: last)
        }
        if history == nil {
            history = try History.candles(view, market: market, days: Int32.min...Int32.max)
        }
        return Self.count(history!, from: first, through: last)
    }

    /// Candles that the window will hold from a stamp on.
    func windowCount(from first: Int64) -> Int {
        guard let newest else { return 0 }
        let start = max(first, newest - RollingWindow.length + 1)
        return Self.count(window.candles, from: start, through: .max) + new(in: start...(.max))
    }

    /// Whether nothing recorded from a stamp on lies before the window.
    private func isInWindow(_ first: Int64, _ view: borrowing StoreView) throws -> Bool {
        if window.reaches(first) { return true }
        return try History.oldestCandle(view, market: market).map(window.reaches) ?? true
    }

    private func new(in range: ClosedRange<Int64>) -> Int {
        delta.recorded.count { range.contains($0.time) } + added.count(where: range.contains)
    }

    private static func count(_ grid: DayGrid<Candle>, from first: Int64, through last: Int64)
        -> Int
    {
        if first == .min, last == .max { return grid.count }
        var count = 0
        grid.forEach(from: first, through: last) { _ in count += 1 }
        return count
    }
}
