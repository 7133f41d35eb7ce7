/// RFC 8785, JSON Canonicalization Scheme: one text for one value, so that it can be hashed.
extension JSONValue {
    /// The canonical text: members sorted by UTF-16 code units, no white space, shortest numbers.
    ///
    /// - Complexity: O(length), and O(n log n) for the members of each object.
    public var canonicalText: String {
        String(decoding: canonicalBytes, as: UTF8.self)
    }

    /// The canonical text as UTF-8.
    public var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(1_024)
        write(to: &output, sorted: true)
        return output
    }

    /// The text with members in the order given: for people and scripts, not for hashing.
    public var compactText: String {
        var output: [UInt8] = []
        write(to: &output, sorted: false)
        return String(decoding: output, as: UTF8.self)
    }

    private func write(to output: inout [UInt8], sorted: Bool) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let bool): output.append(contentsOf: (bool ? "true" : "false").utf8)
        case .number(let number): output.append(contentsOf: Self.numberText(number).utf8)
        case .string(let text): Self.write(text, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.write(to: &output, sorted: sorted)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            let ordered = sorted ? Self.sorted(members) : members
            output.append(UInt8(ascii: "{"))
            for (index, member) in ordered.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output, sorted: sorted)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// The members by the UTF-16 code units of their names.
    private static func sorted(_ members: [Member]) -> [Member] {
        func precedes(_ left: Member, _ right: Member) -> Bool {
            left.name.utf16.lexicographicallyPrecedes(right.name.utf16)
        }
        // What the program writes itself is in order already.
        let isSorted = zip(members, members.dropFirst()).allSatisfy { !precedes($1, $0) }
        return isSorted ? members : members.sorted(by: precedes)
    }

    private static func needsEscape(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                return true
            }
        }
        return false
    }

    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        guard needsEscape(text) else {
            output.append(contentsOf: text.utf8)
            output.append(UInt8(ascii: "\""))
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0C: output.append(contentsOf: "\\f".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                output.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(digits)".utf8)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// A number as ECMAScript's `Number::toString` writes it, which RFC 8785 §3.2.2.3 prescribes.
    ///
    /// Swift's `description` finds the same shortest digits; only their layout differs.
    ///
    /// - Precondition: `number` is finite; JSON has no other numbers.
    public static func numberText(_ number: Double) -> String {
        precondition(number.isFinite, "JSON has no number \(number)")
        // Counts and times, most numbers that are written, need no digits to be searched for.
        if let integer = Int64(exactly: number), integer.magnitude < 1 << 53 {
            return String(integer)
        }
        if number < 0 { return "-" + numberText(-number) }
        let (digits, exponent) = shortestDigits(number)
        let count = digits.count
        switch exponent {
        case count...21:
            return text(digits) + String(repeating: "0", count: exponent - count)
        case 1...21:
            return text(digits[..<exponent]) + "." + text(digits[exponent...])
        case -5...0:
            return "0." + String(repeating: "0", count: -exponent) + text(digits)
        default:
            let power = exponent - 1
            let sign = power < 0 ? "-" : "+"
            let head = text(digits[..<1])
            let tail = count > 1 ? "." + text(digits[1...]) : ""
            return "\(head)\(tail)e\(sign)\(power.magnitude)"
        }
    }

    private static func text(_ digits: some Sequence<UInt8>) -> String {
        String(decoding: Array(digits), as: UTF8.self)
    }

    /// The shortest digits `d1 d2 …` and `n` with `number = 0.d1 d2 … × 10^n`.
    private static func shortestDigits(_ number: Double) -> (digits: [UInt8], exponent: Int) {
        var digits: [UInt8] = []
        var pointAt: Int?
        var power = 0
        let text = Array(number.description.utf8)
        for (index, byte) in text.enumerated() {
            if byte == UInt8(ascii: ".") {
                pointAt = digits.count
            } else if byte == UInt8(ascii: "e") {
                power = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
                break
            } else {
                digits.append(byte)
            }
        }
        var exponent = (pointAt ?? digits.count) + power
        let zero = UInt8(ascii: "0")
        while digits.count > 1, digits[0] == zero {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits[digits.count - 1] == zero { digits.removeLast() }
        return (digits, exponent)
    }
}
