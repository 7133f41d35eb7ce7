/// Why a file cannot be read as candles at all.
public struct CandleFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// What is wrong there and what is expected.
    public let message: String

    /// The message with its place.
    public var description: String { "line \(line): \(message)" }
}

/// Files of candles, as exchanges and their clients write them.
public enum CandleFile {
    /// Most bytes of a CSV line; a longer one is rejected, whatever it begins with.
    static let lineLimit = 1 << 20

    /// Reads the candles of an uncompressed file.
    ///
    /// A bad row is rejected with its line and reason, and costs no other row. Stamps are
    /// milliseconds, microseconds or nanoseconds since 1970 UTC, one unit in the whole file, which
    /// the first stamp between the years 2000 and 2200 decides; or RFC 3339 text.
    ///
    /// CSV: divided by `,` `;` or tabs; quotes, a byte order mark, CRLF and blank lines do no harm.
    /// A header may use any order and more columns; without one the first six count.
    ///
    /// - Throws: ``CandleFileError`` if a header lacks a column or JSON is malformed.
    /// - Complexity: O(bytes); 0.8 ns a byte of klines, 4 to 5 ns where quotes, another order of columns,
    ///   text stamps or JSON need care.
    public static func parse(
        _ bytes: Span<UInt8>, layout: CandleLayout = .auto, timeframe: Timeframe = .oneMinute
    ) throws(CandleFileError) -> CandleBatch {
        let start = textStart(bytes)
        let isArray = firstByte(bytes, from: start) == UInt8(ascii: "[")
        if layout == .ccxt || layout == .auto && isArray {
            var array = CandleArray(timeframe: timeframe, start: start)
            try array.read(bytes)
            return array.rows.batch
        }
        var table = CandleTable(timeframe: timeframe, start: start)
        try table.readModel(bytes, layout: layout)
        table.read(bytes)
        return table.rows.batch
    }

    /// Reads the candles of an uncompressed file.
    public static func parse(
        _ bytes: [UInt8], layout: CandleLayout = .auto, timeframe: Timeframe = .oneMinute
    ) throws(CandleFileError) -> CandleBatch {
        try parse(bytes.span, layout: layout, timeframe: timeframe)
    }

    /// Where the text begins: behind the byte order mark that Windows programs write.
    private static func textStart(_ bytes: Span<UInt8>) -> Int {
        bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    }

    private static func firstByte(_ bytes: Span<UInt8>, from start: Int) -> UInt8? {
        var at = start
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
        return at < bytes.count ? bytes[at] : nil
    }
}
