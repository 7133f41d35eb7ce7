/// The pieces of a line of CSV, as ranges of the file's bytes. No field crosses a line break.
enum CSVLine {
    /// Most columns looked at in a header.
    private static let columnLimit = 1_000

    /// Where the line that holds `start` ends: at its line feed, or at the end of the file.
    ///
    /// - Complexity: O(length), eight bytes at a time.
    @inline(__always)
    static func end(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let raw = unsafe bytes.bytes
        var at = start
        let lastWord = raw.byteCount - 8
        while at <= lastWord {
            // A byte of `word` is zero where the text has a line feed; subtracting one from each
            // byte borrows into the top bit there first ("Hacker's Delight", §6-1).
            let text = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: at, as: UInt64.self)
            let word = text.littleEndian ^ 0x0A0A_0A0A_0A0A_0A0A
            let found = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if found != 0 { return at + found.trailingZeroBitCount >> 3 }
            at += 8
        }
        while at < bytes.count, bytes[at] != 0x0A { at += 1 }
        return at
    }

    /// The line from `start` on, without its line break.
    static func content(_ bytes: Span<UInt8>, from start: Int) -> Range<Int> {
        let end = end(bytes, from: start)
        return start..<(end > start && bytes[end - 1] == 0x0D ? end - 1 : end)
    }

    /// Whether a line holds spaces only.
    static func isBlank(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.allSatisfy { bytes[$0] == 0x20 || bytes[$0] == 0x09 || bytes[$0] == 0x0D }
    }

    /// What divides the fields of a line: the first character that can, since the first field, a
    /// time or a name, holds none of them.
    static func delimiter(_ bytes: Span<UInt8>, _ content: Range<Int>) -> UInt8 {
        let found = content.first {
            bytes[$0] == UInt8(ascii: ",") || bytes[$0] == UInt8(ascii: ";") || bytes[$0] == 0x09
        }
        return found.map { bytes[$0] } ?? UInt8(ascii: ",")
    }

    /// The field at the beginning of `rest`, without the spaces and quotes around it.
    ///
    /// - Parameter next: where the next field begins, or nil if this is the last.
    /// - Returns: the field, and whether its quotes are sound.
    static func field(
        _ bytes: Span<UInt8>, _ rest: Range<Int>, delimiter: UInt8, next: inout Int?
    ) -> (range: Range<Int>, isSound: Bool) {
        var at = rest.lowerBound
        let end = rest.upperBound
        while at < end, bytes[at] == 0x20 { at += 1 }
        var content = at..<at
        var isQuoted = false
        if at < end, bytes[at] == UInt8(ascii: "\"") {
            isQuoted = true
            at += 1
            let start = at
            while at < end, bytes[at] != UInt8(ascii: "\"") { at += 1 }
            guard at < end else { return (start..<end, false) }
            content = start..<at
            at += 1
        }
        let tail = at
        while at < end, bytes[at] != delimiter { at += 1 }
        next = at < end ? at + 1 : nil
        var last = at
        while last > tail, bytes[last - 1] == 0x20 { last -= 1 }
        return isQuoted ? (content, last == tail) : (tail..<last, true)
    }

    /// All fields of a line.
    static func all(
        _ bytes: Span<UInt8>, _ content: Range<Int>, delimiter: UInt8
    ) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var next: Int? = content.lowerBound
        while let start = next, fields.count < columnLimit {
            next = nil
            let rest = start..<content.upperBound
            fields.append(field(bytes, rest, delimiter: delimiter, next: &next).range)
        }
        return fields
    }

    /// A field as a column's name: `Open time` is `open_time`.
    static func name(_ bytes: Span<UInt8>, _ field: Range<Int>) -> String {
        var name: [UInt8] = []
        for at in field.prefix(64) {
            let byte = bytes[at]
            let isUpper = (0x41...0x5A).contains(byte)
            name.append(byte == 0x20 ? UInt8(ascii: "_") : isUpper ? byte | 0x20 : byte)
        }
        return String(decoding: name, as: UTF8.self)
    }
}
