/// Why a text is not JSON, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    /// What was wrong.
    public let message: String
    /// The line, from 1.
    public let line: Int
    /// The byte within the line, from 1.
    public let column: Int

    /// The message with its place.
    public var description: String { "line \(line), column \(column): \(message)" }
}

extension JSONValue {
    /// Reads one JSON document.
    ///
    /// Refuses what RFC 8785 cannot canonicalise: a name given twice, a number beyond binary64,
    /// bytes that are not UTF-8; and documents nested deeper than 64, so that no input exhausts the
    /// stack.
    ///
    /// - Complexity: O(length).
    public init(parsing text: [UInt8]) throws(JSONError) {
        var parser = JSONParser(text: text)
        self = try parser.document()
    }

    /// Reads one JSON document.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }
}

/// The names of an object while it is read: one by one while they are few, which is the usual case,
/// hashed where somebody sends very many.
private struct MemberNames {
    private var many: Set<[UInt8]> = []
    private static let few = 32

    /// Whether a name is new behind `members`, and notes it.
    ///
    /// By bytes: Swift's == takes two spellings of "é" for one name, RFC 8785 does not.
    mutating func insert(_ name: String, behind members: [JSONValue.Member]) -> Bool {
        guard members.count >= Self.few else {
            // == first: it is quick, and names of the same bytes always pass it.
            return !members.contains {
                $0.name == name && $0.name.utf8.elementsEqual(name.utf8)
            }
        }
        if many.isEmpty { many = Set(members.map { Array($0.name.utf8) }) }
        return many.insert(Array(name.utf8)).inserted
    }
}

/// A recursive-descent reader over bytes.
private struct JSONParser {
    let text: [UInt8]
    var at = 0
    var depth = 0

    init(text: [UInt8]) { self.text = text }

    mutating func document() throws(JSONError) -> JSONValue {
        let result = try value()
        skipSpace()
        guard at == text.count else { throw fail("unexpected text after the document") }
        return result
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard at < text.count else { throw fail("the document ends too early") }
        switch text[at] {
        case UInt8(ascii: "{"): return try nested { (p) throws(JSONError) in try p.object() }
        case UInt8(ascii: "["): return try nested { (p) throws(JSONError) in try p.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        depth += 1
        guard depth <= 64 else { throw fail("nested deeper than 64") }
        let result = try body(&self)
        depth -= 1
        return result
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        at += 1
        var members: [JSONValue.Member] = []
        var names = MemberNames()
        members.reserveCapacity(8)
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard at < text.count, text[at] == UInt8(ascii: "\"") else {
                throw fail("a name in double quotes is expected")
            }
            let name = try string()
            guard names.insert(name, behind: members) else {
                throw fail("the name \"\(name)\" is given twice")
            }
            skipSpace()
            guard take(":") else { throw fail("':' is expected after \"\(name)\"") }
            members.append(.init(name, try value()))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw fail("',' or '}' is expected") }
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        at += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            elements.append(try value())
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw fail("',' or ']' is expected") }
        }
    }

    private mutating func word(
        _ word: String, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        guard text[at...].starts(with: word.utf8) else { throw fail("'\(word)' is expected") }
        at += word.utf8.count
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = at
        _ = take("-")
        let integerStart = at
        guard digits() else { throw fail("a value is expected") }
        if at - integerStart > 1, text[integerStart] == UInt8(ascii: "0") {
            throw fail("a number does not begin with 0")
        }
        if let integer = shortInteger(from: start) { return .number(integer) }
        if take("."), !digits() { throw fail("digits are expected after '.'") }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() else { throw fail("digits are expected in the exponent") }
        }
        let token = String(decoding: text[start..<at], as: UTF8.self)
        guard let number = Double(token), number.isFinite else {
            throw fail("\(token) is beyond binary64")
        }
        return .number(number)
    }

    /// The value of the digits just read if they are a whole number of at most 15 digits: exact in
    /// binary64, and most numbers are.
    private func shortInteger(from start: Int) -> Double? {
        guard at - start <= 15 else { return nil }
        if at < text.count {
            switch text[at] {
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
            default: break
            }
        }
        let isNegative = text[start] == UInt8(ascii: "-")
        var value: Int64 = 0
        for index in (isNegative ? start + 1 : start)..<at {
            value = value * 10 + Int64(text[index] - 0x30)
        }
        // −0 is a number of its own.
        return isNegative ? -Double(value) : Double(value)
    }

    private mutating func digits() -> Bool {
        let start = at
        while at < text.count, (0x30...0x39).contains(text[at]) { at += 1 }
        return at > start
    }

    private mutating func string() throws(JSONError) -> String {
        at += 1
        // Most strings hold neither escapes nor anything but ASCII: take them whole.
        var end = at
        while end < text.count, Self.isPlain(text[end]) { end += 1 }
        if end < text.count, text[end] == UInt8(ascii: "\"") {
            defer { at = end + 1 }
            return String(decoding: text[at..<end], as: UTF8.self)
        }
        var bytes: [UInt8] = []
        while true {
            guard at < text.count else { throw fail("a string does not end") }
            let byte = text[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    throw fail("a string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &bytes)
            case 0..<0x20:
                at -= 1
                throw fail("a control character stands in a string")
            default: bytes.append(byte)
            }
        }
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
        guard at < text.count else { throw fail("a string does not end") }
        let byte = text[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"): try unicode(into: &bytes)
        default:
            at -= 1
            throw fail("an unknown escape stands in a string")
        }
    }

    private mutating func unicode(into bytes: inout [UInt8]) throws(JSONError) {
        var scalar = UInt32(try hex4())
        if (0xD800...0xDBFF).contains(scalar) {
            guard take("\\"), take("u") else { throw fail("half a surrogate pair") }
            let low = UInt32(try hex4())
            guard (0xDC00...0xDFFF).contains(low) else { throw fail("half a surrogate pair") }
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let valid = Unicode.Scalar(scalar) else { throw fail("half a surrogate pair") }
        bytes.append(contentsOf: String(Character(valid)).utf8)
    }

    private mutating func hex4() throws(JSONError) -> UInt16 {
        guard at + 4 <= text.count,
            text[at..<at + 4].allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let code = UInt16(String(decoding: text[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw fail("four hexadecimal digits are expected") }
        at += 4
        return code
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < text.count, text[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// Whether a byte stands for itself in a string, whatever its neighbours are.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func skipSpace() {
        while at < text.count {
            switch text[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private func fail(_ message: String) -> JSONError {
        let before = text[..<min(at, text.count)]
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONError(message: message, line: line, column: before.count - lineStart + 1)
    }
}
