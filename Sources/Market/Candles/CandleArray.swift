/// Reads ccxt's JSON: an array of rows, each an array of at least six numbers.
///
/// One pass, no tree: a file of 216,000 rows would be 1.3 million JSON values. Structure that is
/// not JSON's stops the whole file; a value that is no number costs its row only.
struct CandleArray {
    var rows: CandleRows
    private var at: Int
    private var line = 1

    init(timeframe: Timeframe, start: Int) {
        at = start
        rows = CandleRows(timeframe: timeframe, layout: .ccxt)
    }

    /// Reads the whole document.
    mutating func read(_ bytes: Span<UInt8>) throws(CandleFileError) {
        rows.batch.candles.reserveCapacity(bytes.count / 50)
        guard skipSpace(bytes) == UInt8(ascii: "[") else {
            throw fail("an array of rows, [[ms, open, high, low, close, volume], …], is expected")
        }
        at += 1
        if skipSpace(bytes) != UInt8(ascii: "]") {
            try readRow(bytes)
            while skipSpace(bytes) == UInt8(ascii: ",") {
                at += 1
                try readRow(bytes)
            }
        }
        guard skipSpace(bytes) == UInt8(ascii: "]") else {
            throw fail("',' or ']' is expected after a row")
        }
        at += 1
        guard skipSpace(bytes) == nil else { throw fail("unexpected text after the last ']'") }
    }

    private mutating func readRow(_ bytes: Span<UInt8>) throws(CandleFileError) {
        guard skipSpace(bytes) == UInt8(ascii: "[") else {
            throw fail("'[' is expected at the beginning of a row")
        }
        let rowLine = line
        at += 1
        var fields = InlineArray<6, Range<Int>>(repeating: 0..<0)
        var defect: RowDefect?
        var count = 0
        if skipSpace(bytes) != UInt8(ascii: "]") {
            repeat {
                if count > 0 { at += 1 }
                let (range, isNumber) = try readValue(bytes)
                if let field = CandleField(rawValue: count) {
                    fields[count] = range
                    if !isNumber, defect == nil {
                        defect = field == .time ? .notTime(range) : .notNumber(field, range)
                    }
                }
                count += 1
            } while skipSpace(bytes) == UInt8(ascii: ",")
        }
        guard skipSpace(bytes) == UInt8(ascii: "]") else {
            throw fail("',' or ']' is expected after a value")
        }
        at += 1
        do throws(RowDefect) {
            if let defect { throw defect }
            if let field = CandleField(rawValue: count) { throw .missing(field, columns: count) }
            try rows.take(bytes, fields)
        } catch {
            rows.batch.reject(line: rowLine) { error.reason(in: bytes) }
        }
    }

    /// Passes a number, a string or a word such as `null`.
    ///
    /// - Returns: its text, without quotes, and whether it can be a number.
    private mutating func readValue(
        _ bytes: Span<UInt8>
    ) throws(CandleFileError) -> (range: Range<Int>, isNumber: Bool) {
        guard let first = skipSpace(bytes) else { throw fail("the document ends too early") }
        if first == UInt8(ascii: "\"") { return (try readString(bytes), true) }
        let start = at
        while at < bytes.count, Self.isToken(bytes[at]) { at += 1 }
        let range = start..<at
        guard Self.isLetter(first) else {
            guard !range.isEmpty else { throw fail("a number is expected") }
            return (range, true)
        }
        // Python's json writes NaN and Infinity, which are not JSON's; they too cost only the row.
        let words = ["null", "true", "false", "NaN", "Infinity"]
        guard words.contains(where: { Self.matches(bytes, range, $0) }) else {
            throw fail("a number is expected")
        }
        return (range, false)
    }

    private mutating func readString(_ bytes: Span<UInt8>) throws(CandleFileError) -> Range<Int> {
        at += 1
        let start = at
        while at < bytes.count, bytes[at] >= 0x20 {
            if bytes[at] == UInt8(ascii: "\"") {
                at += 1
                return start..<(at - 1)
            }
            // An escape is no part of a number; passing its second byte keeps `\"` from ending it.
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        throw fail("a string does not end")
    }

    /// Passes white space; returns the byte behind it, or nil at the end of the file.
    private mutating func skipSpace(_ bytes: Span<UInt8>) -> UInt8? {
        while at < bytes.count {
            switch bytes[at] {
            case 0x0A: line += 1
            case 0x20, 0x09, 0x0D: break
            default: return bytes[at]
            }
            at += 1
        }
        return nil
    }

    /// Whether a byte can stand in a number or a word.
    @inline(__always)
    private static func isToken(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || isLetter(byte)
    }

    @inline(__always)
    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    private static func matches(_ bytes: Span<UInt8>, _ range: Range<Int>, _ word: String) -> Bool {
        range.count == word.utf8.count && zip(range, word.utf8).allSatisfy { bytes[$0] == $1 }
    }

    private func fail(_ message: String) -> CandleFileError {
        CandleFileError(line: line, message: message)
    }
}
