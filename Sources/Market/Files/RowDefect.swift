/// Why a row of a file is no candle, without text: most rejects of a wrong file are never shown.
enum RowDefect: Error {
    /// The row ends before this field.
    case missing(CandleField, columns: Int)
    /// Nothing stands between the delimiters.
    case empty(CandleField)
    /// The text at these bytes is no plain decimal number.
    case notNumber(CandleField, Range<Int>)
    /// The text at these bytes is no time.
    case notTime(Range<Int>)
    /// The stamp at these bytes lies in no sane year in any unit.
    case strangeTime(Range<Int>)
    /// The stamp is of another unit than the first one of the file.
    case otherUnit(StampUnit, expected: StampUnit)
    /// A quoted field does not end before its delimiter.
    case quote(CandleField)
    /// No line break for longer than any row is.
    case overlong
    /// The values are those of no candle.
    case values(CandleDefect)

    /// The reason as a person reads it.
    func reason(in bytes: Span<UInt8>) -> String {
        switch self {
        case .missing(let field, let columns):
            "\(field.name): the row ends after \(columns) column\(columns == 1 ? "" : "s")"
        case .empty(let field): "\(field.name): empty"
        case .notNumber(let field, let text):
            "\(field.name): \(Self.quote(bytes, text)) is not a number"
        case .notTime(let text):
            "timestamp: \(Self.quote(bytes, text)) is neither a count of ms, µs or ns"
                + " nor RFC 3339 with Z or an offset"
        case .strangeTime(let text):
            "timestamp: \(Self.quote(bytes, text)) lies outside the years 2000 to 2199"
                + " in ms, µs and ns"
        case .otherUnit(let unit, let expected):
            "timestamp: in \(unit.name), but the file's first is in \(expected.name)"
        case .quote(let field): "\(field.name): the quotes do not match"
        case .overlong: "no line break within \(CandleFile.lineLimit) bytes"
        case .values(let defect): defect.description
        }
    }

    /// A piece of the file for a message: short, and harmless on a terminal.
    private static func quote(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        var text = "\""
        for at in range.prefix(32) {
            let byte = bytes[at]
            text.unicodeScalars.append((0x20..<0x7F).contains(byte) ? Unicode.Scalar(byte) : "?")
        }
        return text + (range.count > 32 ? "…\"" : "\"")
    }
}
