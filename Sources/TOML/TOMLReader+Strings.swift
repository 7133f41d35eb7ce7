extension TOMLReader {
    /// `"…"`, on one line.
    mutating func basicString() throws(TOMLError) -> String {
        at += 1
        var bytes: [UInt8] = []
        while !take("\"") {
            if take("\\") {
                try escape(into: &bytes)
            } else {
                bytes.append(try character())
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `'…'`, on one line: nothing in it is special.
    mutating func literalString() throws(TOMLError) -> String {
        at += 1
        var bytes: [UInt8] = []
        while !take("'") { bytes.append(try character()) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What follows `"""` or `'''`, up to three of its quotes; two more of them before belong to it.
    mutating func longString(quote: UInt8) throws(TOMLError) -> String {
        _ = takeNewline()
        var bytes: [UInt8] = []
        while true {
            if next == quote {
                let start = at
                while next == quote, at - start < 5 { at += 1 }
                let count = at - start
                bytes += Array(repeating: quote, count: count < 3 ? count : count - 3)
                if count >= 3 { return String(decoding: bytes, as: UTF8.self) }
                continue
            }
            let start = at
            if takeNewline() {
                bytes += text[start..<at]
            } else if quote == UInt8(ascii: "\""), take("\\") {
                if !skipContinuation() { try escape(into: &bytes) }
            } else {
                bytes.append(try character())
            }
        }
    }

    /// Passes over a line break that a backslash takes out, and all blanks and breaks behind it.
    private mutating func skipContinuation() -> Bool {
        let start = at
        skipBlanks()
        guard takeNewline() else {
            at = start
            return false
        }
        repeat { skipBlanks() } while takeNewline()
        return true
    }

    private mutating func character() throws(TOMLError) -> UInt8 {
        guard let byte = next, byte != UInt8(ascii: "\n") else {
            throw fail("the text does not end")
        }
        guard !Self.isControl(byte) else { throw fail("a control character in a text") }
        at += 1
        return byte
    }

    /// What follows a backslash.
    private mutating func escape(into bytes: inout [UInt8]) throws(TOMLError) {
        let byte = next
        at += 1
        switch byte {
        case UInt8(ascii: "\"")?: bytes.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\")?: bytes.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "b")?: bytes.append(0x08)
        case UInt8(ascii: "f")?: bytes.append(0x0C)
        case UInt8(ascii: "n")?: bytes.append(0x0A)
        case UInt8(ascii: "r")?: bytes.append(0x0D)
        case UInt8(ascii: "t")?: bytes.append(0x09)
        case UInt8(ascii: "u")?: try scalar(digits: 4, into: &bytes)
        case UInt8(ascii: "U")?: try scalar(digits: 8, into: &bytes)
        default:
            at -= 1
            throw fail("an unknown escape in a text; '…' takes backslashes as they are")
        }
    }

    private mutating func scalar(digits: Int, into bytes: inout [UInt8]) throws(TOMLError) {
        let hex = text[at...].prefix(digits)
        guard hex.count == digits, hex.allSatisfy(TOMLNumber.isHexDigit),
            let code = UInt32(String(decoding: hex, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(code)
        else { throw fail("\(digits) hexadecimal digits of a Unicode scalar are expected") }
        at += digits
        bytes += Array(String(Character(scalar)).utf8)
    }
}
