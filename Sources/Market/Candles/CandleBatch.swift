/// What a file of candles held: the sound rows, and the others with their reasons.
public struct CandleBatch: Equatable, Sendable {
    /// A row that is no candle.
    public struct Reject: Equatable, Sendable {
        /// The line of the file, from 1.
        public var line: Int
        /// What is wrong with it; names the column.
        public var reason: String

        /// A rejected row.
        public init(line: Int, reason: String) {
            self.line = line
            self.reason = reason
        }
    }

    /// Most rejects whose reasons are kept: a wrong file of 10 million lines stays small.
    public static let rejectLimit = 10_000

    /// The sound rows, in the file's order.
    public var candles = CandleColumns()
    /// The first rejected rows, in the file's order, at most ``rejectLimit``.
    public private(set) var rejects: [Reject] = []
    /// Number of all rejected rows.
    public private(set) var rejectedCount = 0
    /// The layout read; never `auto`.
    public var layout: CandleLayout

    /// A batch without rows.
    public init(layout: CandleLayout) { self.layout = layout }

    /// Number of rows read; headers and blank lines are none.
    public var rows: Int { candles.count + rejectedCount }

    /// Counts a rejected row; the reason is built only if it will be kept.
    mutating func reject(line: Int, _ reason: () -> String) {
        rejectedCount += 1
        if rejects.count < Self.rejectLimit {
            rejects.append(Reject(line: line, reason: reason()))
        }
    }
}
