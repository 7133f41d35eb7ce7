/// What the name of a file of candles says: `BTC-USDT_USDT-1m-20251108.csv.gz`.
///
/// Base, quote and, behind `_`, the settlement currency; the timeframe; whatever follows a further
/// `-` is for people. `_` stands where a symbol has `:`, which not every file system allows.
public struct CandleFileName: Equatable, Sendable {
    /// The market's pair.
    public let symbol: Symbol
    /// The length of a candle.
    public let timeframe: Timeframe

    /// The endings of files that can be read, longest first.
    public static let endings = [".csv.gz", ".json.gz", ".csv", ".json"]

    /// Whether a file's name ends as a file of candles may.
    public static func isCandles(_ name: String) -> Bool { stem(name) != nil }

    /// Reads a file's name; nil if it is not of this form.
    public init?(_ name: String) {
        guard let stem = Self.stem(name) else { return nil }
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return nil }
        let quote = parts[1].split(separator: "_", omittingEmptySubsequences: false)
        guard quote.count <= 2,
            let symbol = Symbol("\(parts[0])-\(quote.joined(separator: ":"))"),
            let timeframe = Timeframe(String(parts[2]))
        else { return nil }
        self.symbol = symbol
        self.timeframe = timeframe
    }

    private static func stem(_ name: String) -> Substring? {
        endings.first { name.hasSuffix($0) }.map { name.dropLast($0.count) }
    }
}
