internal import CanonicalJSON

extension TOMLReader {
    /// Reads a value into a node of the tree.
    mutating func value(into node: Int) throws(TOMLError) {
        switch next {
        case nil: throw fail("a value is expected")
        case UInt8(ascii: "[")?: try array(node)
        case UInt8(ascii: "{")?: try inlineTable(node)
        default: tree.set(.scalar(try scalar()), at: node)
        }
    }

    private mutating func array(_ node: Int) throws(TOMLError) {
        tree.set(.array, at: node)
        at += 1
        while true {
            try skipLines()
            if take("]") { return }
            try value(into: try tree.addElement(to: node, .scalar(.null), line))
            try skipLines()
            if take(",") { continue }
            guard take("]") else { throw fail("the array goes on with , or ends with ]") }
            return
        }
    }

    /// Line breaks and comments are allowed inside brackets only.
    private mutating func skipLines() throws(TOMLError) {
        repeat {
            skipBlanks()
            try skipComment()
        } while takeNewline()
    }

    private mutating func inlineTable(_ node: Int) throws(TOMLError) {
        tree.set(.inline, at: node)
        at += 1
        skipBlanks()
        if take("}") { return }
        while true {
            skipBlanks()
            try keyAndValue(in: node)
            skipBlanks()
            if take(",") { continue }
            guard take("}") else { throw fail("the table goes on with , or ends with }") }
            return
        }
    }

    private mutating func scalar() throws(TOMLError) -> JSONValue {
        if takeWord("\"\"\"") { return .string(try longString(quote: UInt8(ascii: "\""))) }
        if takeWord("'''") { return .string(try longString(quote: UInt8(ascii: "'"))) }
        if next == UInt8(ascii: "\"") { return .string(try basicString()) }
        if next == UInt8(ascii: "'") { return .string(try literalString()) }
        let word = word()
        switch word {
        case "": throw fail("a value is expected")
        case "true": return true
        case "false": return false
        case "inf", "+inf", "-inf", "nan", "+nan", "-nan": throw fail("\(word) is no number here")
        default: break
        }
        if TOMLTime.isTime(word) { return .string(word) }
        guard let number = TOMLNumber.value(word) else {
            throw fail("\(word.prefix(40)) is no value; a text stands in quotes")
        }
        guard number.isFinite else {
            throw fail("\(word.prefix(40)) is beyond what a binary64 holds exactly")
        }
        return .number(number)
    }

    /// The characters up to what ends a value, with the one blank that a time may have.
    private mutating func word() -> String {
        let start = at
        skipWord()
        let isDate = at - start == 10 && text[start + 4] == UInt8(ascii: "-")
        if isDate, next == 0x20, at + 1 < text.count, (0x30...0x39).contains(text[at + 1]) {
            at += 1
            skipWord()
        }
        return String(decoding: text[start..<at], as: UTF8.self)
    }

    private mutating func skipWord() {
        while let byte = next {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"),
                UInt8(ascii: "#"):
                return
            default: at += 1
            }
        }
    }
}
