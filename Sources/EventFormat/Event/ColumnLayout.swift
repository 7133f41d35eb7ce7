/// The columns of a payload: words of eight bytes first, single bytes behind them.
public struct ColumnLayout: Hashable, Sendable {
    /// What the bits of a word are.
    public enum Word: Hashable, Sendable {
        /// A signed integer: a market time in milliseconds.
        case time
        /// A binary64.
        case number
    }

    /// Columns of eight bytes, in their order.
    public let words: [Named<Word>]
    /// Columns of one byte, in their order.
    public let bytes: [String]

    /// A column's name and kind.
    public struct Named<Kind: Hashable & Sendable>: Hashable, Sendable {
        /// Its name, as in `schemas/`.
        public let name: String
        /// What it holds.
        public let kind: Kind
    }

    private init(_ words: [(String, Word)], bytes: [String]) {
        self.words = words.map { Named(name: $0.0, kind: $0.1) }
        self.bytes = bytes
    }

    private static let candleWords: [(String, Word)] = [
        ("time", .time), ("open", .number), ("high", .number), ("low", .number),
        ("close", .number), ("volume", .number),
    ]

    private static let labelWords: [(String, Word)] = [
        ("entry_time", .time), ("entry_price", .number), ("exit_time", .time),
        ("exit_price", .number), ("decided_at", .time), ("gross_bps", .number),
        ("costs_bps", .number), ("net_bps", .number),
    ]

    private static func previous(_ words: [(String, Word)]) -> [(String, Word)] {
        words.dropFirst().map { ("previous_\($0.0)", $0.1) }
    }

    /// Rows of `candles.recorded`.
    public static let candles = ColumnLayout(candleWords, bytes: [])
    /// Rows of `candles.revised`; `kind` is 1 for a change, 2 for a late arrival, whose previous
    /// values are zero.
    public static let candleRevisions = ColumnLayout(
        candleWords + previous(candleWords), bytes: ["kind"])
    /// Rows of `labels.closed` and `labels.retracted`.
    public static let labels = ColumnLayout(labelWords, bytes: ["reason", "flags"])
    /// Rows of `labels.revised`.
    public static let labelRevisions = ColumnLayout(
        labelWords + previous(labelWords),
        bytes: ["reason", "flags", "previous_reason", "previous_flags"])
}
