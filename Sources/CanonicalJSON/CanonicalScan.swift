extension JSONValue {
    /// Whether a text is canonical JSON of the plain kind that programs write: ASCII without
    /// escapes, whole numbers of up to 15 digits. False says nothing: the text must be read.
    ///
    /// A tenth of the work of reading a document and writing it again, which is the definition.
    ///
    /// - Complexity: O(length), nothing is kept.
    public static func isPlainCanonical(_ text: [UInt8]) -> Bool {
        var scan = CanonicalScan(text: text)
        return scan.value(depth: 0) && scan.at == text.count
    }
}

/// One pass over the bytes of a document; every function leaves `at` behind what it accepted.
private struct CanonicalScan {
    let text: [UInt8]
    var at = 0

    init(text: [UInt8]) { self.text = text }

    mutating func value(depth: Int) -> Bool {
        guard at < text.count else { return false }
        switch text[at] {
        case UInt8(ascii: "{"): return depth < 64 && object(depth: depth + 1)
        case UInt8(ascii: "["): return depth < 64 && array(depth: depth + 1)
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number()
        }
    }

    /// Members whose names rise: the order of ASCII is that of UTF-16.
    private mutating func object(depth: Int) -> Bool {
        at += 1
        if take("}") { return true }
        var previous: Range<Int>?
        while true {
            guard let name = string() else { return false }
            if let previous, !rises(previous, name) { return false }
            previous = name
            guard take(":"), value(depth: depth) else { return false }
            if take("}") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func array(depth: Int) -> Bool {
        at += 1
        if take("]") { return true }
        while true {
            guard value(depth: depth) else { return false }
            if take("]") { return true }
            guard take(",") else { return false }
        }
    }

    /// A string's bytes between the quotes; nil if it is none, or not a plain one.
    private mutating func string() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = at
        while at < text.count {
            let byte = text[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return start..<at - 1
            }
            guard (0x20...0x7E).contains(byte), byte != UInt8(ascii: "\\") else { return nil }
            at += 1
        }
        return nil
    }

    private func rises(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        for (a, b) in zip(left, right) where text[a] != text[b] { return text[a] < text[b] }
        return left.count < right.count
    }

    /// A whole number without a needless zero or sign: exact in binary64, written as it stands.
    private mutating func number() -> Bool {
        let isNegative = take("-")
        let start = at
        while at < text.count, (0x30...0x39).contains(text[at]) { at += 1 }
        guard (1...15).contains(at - start) else { return false }
        return text[start] != UInt8(ascii: "0") || (at - start == 1 && !isNegative)
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let bytes = word.description.utf8
        guard text[at...].starts(with: bytes) else { return false }
        at += bytes.count
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < text.count, text[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }
}
