/// How each trade of a series ended, without prices and costs: two columns, one row an entry.
public struct Outcomes: Equatable, Sendable {
    /// Index of the first entry's candle; row `k` belongs to the candle `firstEntry + k`.
    public let firstEntry: Int
    /// Index of the deciding candle; −1 while the trade is open.
    public internal(set) var exitIndex: [Int32]
    /// Raw value of the ``ExitReason``; 0 while the trade is open.
    public internal(set) var reason: [UInt8]

    /// Number of entries.
    public var count: Int { exitIndex.count }
}
