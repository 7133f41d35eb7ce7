internal import CanonicalJSON

/// A reader over the bytes of a TOML document (https://toml.io/en/v1.0.0).
struct TOMLReader {
    let text: [UInt8]
    var at = 0
    var tree = TOMLTree()
    private let newlines: [Int]

    init(_ text: [UInt8]) throws(TOMLError) {
        self.text = text
        // The mark that some editors put before UTF-8.
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        newlines = text.indices.filter { text[$0] == UInt8(ascii: "\n") }
        guard String(validating: text, as: UTF8.self) == nil else { return }
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
        throw TOMLError(message: "is not UTF-8", line: (bad ?? 0) + 1)
    }

    mutating func document() throws(TOMLError) -> JSONDocument {
        // The table that the last header named.
        var table = TOMLTree.root
        while true {
            skipBlanks()
            guard let byte = next else { return tree.document() }
            switch byte {
            case UInt8(ascii: "["): table = try header()
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"): break
            default: try keyAndValue(in: table)
            }
            try endOfLine()
        }
    }

    private mutating func header() throws(TOMLError) -> Int {
        let line = line
        at += 1
        let isArray = take("[")
        skipBlanks()
        let names = try key()
        guard take("]"), !isArray || take("]") else {
            throw fail("the header does not end in \(isArray ? "]]" : "]")")
        }
        return try tree.open(names, isArray: isArray, line: line)
    }

    /// Reads `key = value` into a table.
    mutating func keyAndValue(in table: Int) throws(TOMLError) {
        let line = line
        let names = try key()
        guard take("=") else { throw fail("= is expected behind the key") }
        skipBlanks()
        try value(into: try tree.define(names, in: table, line: line))
    }

    /// A key, dotted or not, and the blanks behind it.
    private mutating func key() throws(TOMLError) -> [String] {
        var names: [String] = []
        while true {
            names.append(try simpleKey())
            skipBlanks()
            guard take(".") else { return names }
            skipBlanks()
        }
    }

    private mutating func simpleKey() throws(TOMLError) -> String {
        switch next {
        case UInt8(ascii: "\"")?: return try basicString()
        case UInt8(ascii: "'")?: return try literalString()
        default:
            let start = at
            while let byte = next, Self.isBare(byte) { at += 1 }
            guard at > start else { throw fail("a key is expected") }
            return String(decoding: text[start..<at], as: UTF8.self)
        }
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The rest of a line: blanks and a comment.
    private mutating func endOfLine() throws(TOMLError) {
        skipBlanks()
        try skipComment()
        guard next == nil || takeNewline() else { throw fail("the end of the line is expected") }
    }

    mutating func skipComment() throws(TOMLError) {
        guard take("#") else { return }
        while let byte = next, byte != UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "\r"), at + 1 < text.count, text[at + 1] == 0x0A { return }
            guard !Self.isControl(byte) else { throw fail("a control character in a comment") }
            at += 1
        }
    }

    /// Whether a byte may stand in no string and no comment; a tab may.
    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 || byte == 0x7F }

    mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 { at += 1 }
    }

    /// Passes over a line break, if there is one.
    mutating func takeNewline() -> Bool {
        if take("\n") { return true }
        guard next == UInt8(ascii: "\r"), at + 1 < text.count, text[at + 1] == 0x0A else {
            return false
        }
        at += 2
        return true
    }

    /// Passes over a character, if it is the next one.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// Passes over a text, if it comes next.
    mutating func takeWord(_ word: String) -> Bool {
        guard text[at...].starts(with: word.utf8) else { return false }
        at += word.utf8.count
        return true
    }

    /// The next byte; nil at the end.
    var next: UInt8? { at < text.count ? text[at] : nil }

    /// The line of the next byte, from 1.
    var line: Int {
        var (low, high) = (0, newlines.count)
        while low < high {
            let middle = (low + high) / 2
            if newlines[middle] < at { low = middle + 1 } else { high = middle }
        }
        return low + 1
    }

    func fail(_ message: String) -> TOMLError { TOMLError(message: message, line: line) }
}
