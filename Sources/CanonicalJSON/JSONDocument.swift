/// A document that somebody wrote, with the lines to name in an error.
public struct JSONDocument: Sendable {
    /// What it says.
    public let value: JSONValue
    /// The lines, from 1, on which members and elements begin.
    private let lines: [JSONPath: Int]

    /// A document read from another format.
    public init(value: JSONValue, lines: [JSONPath: Int]) {
        self.value = value
        self.lines = lines
    }

    /// Reads one JSON document, as ``JSONValue/init(parsing:)-([UInt8])`` does.
    ///
    /// - Complexity: O(length).
    public init(parsing text: [UInt8]) throws(JSONError) {
        value = try JSONValue(parsing: text)
        var scan = LineScan(text: text)
        scan.pass(value, at: JSONPath())
        lines = scan.lines
    }

    /// The line on which a value begins; where there is none, that of the nearest one around it.
    public func line(of path: JSONPath) -> Int? {
        var path: JSONPath? = path
        while let place = path {
            if let line = lines[place] { return line }
            path = place.parent
        }
        return nil
    }
}

/// A walk over a text that is known to hold a value, for the lines of its parts.
private struct LineScan {
    let text: [UInt8]
    var lines: [JSONPath: Int] = [:]
    private var at = 0
    private var line = 1

    init(text: [UInt8]) { self.text = text }

    mutating func pass(_ value: JSONValue, at path: JSONPath) {
        skipToToken()
        switch value {
        case .object(let members):
            at += 1
            for member in members {
                skipToToken()
                let place = path.member(member.name)
                lines[place] = line
                skipString()
                pass(member.value, at: place)
            }
            skipToToken()
            at += 1
        case .array(let elements):
            at += 1
            for (index, element) in elements.enumerated() {
                skipToToken()
                let place = path.element(index)
                lines[place] = line
                pass(element, at: place)
            }
            skipToToken()
            at += 1
        case .string: skipString()
        case .null, .bool, .number: while at < text.count, !isBetweenTokens, !isClosing { at += 1 }
        }
    }

    private mutating func skipToToken() {
        while at < text.count, isBetweenTokens {
            if text[at] == UInt8(ascii: "\n") { line += 1 }
            at += 1
        }
    }

    /// A string has no line breaks in it.
    private mutating func skipString() {
        at += 1
        while text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at += 1
    }

    private var isBetweenTokens: Bool {
        switch text[at] {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"): true
        default: false
        }
    }

    private var isClosing: Bool { text[at] == UInt8(ascii: "]") || text[at] == UInt8(ascii: "}") }
}
