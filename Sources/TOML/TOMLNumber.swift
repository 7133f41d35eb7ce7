/// The numbers of TOML: `1_000`, `-0.5`, `6e23`, `0xFF`.
enum TOMLNumber {
    /// The number a word stands for, infinite where binary64 has no such one; nil if it is none.
    static func value(_ word: String) -> Double? {
        let bytes = Array(word.utf8)
        let radix = radix(bytes)
        let isInNumber = radix == 16 ? isHexDigit : isDigit
        for (at, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            guard at > 0, at + 1 < bytes.count, isInNumber(bytes[at - 1]),
                isInNumber(bytes[at + 1])
            else { return nil }
        }
        let plain = bytes.filter { $0 != UInt8(ascii: "_") }
        if let radix { return whole(plain.dropFirst(2), radix: radix) }
        return isDecimal(plain) ? Double(String(decoding: plain, as: UTF8.self)) : nil
    }

    /// Whether a number's text has neither point nor exponent.
    static func isWhole(_ word: String) -> Bool {
        radix(Array(word.utf8)) != nil || !word.utf8.contains { ".eE".utf8.contains($0) }
    }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func radix(_ bytes: [UInt8]) -> Int? {
        guard bytes.count > 2, bytes[0] == UInt8(ascii: "0") else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "x"): return 16
        case UInt8(ascii: "o"): return 8
        case UInt8(ascii: "b"): return 2
        default: return nil
        }
    }

    private static func whole(_ digits: ArraySlice<UInt8>, radix: Int) -> Double? {
        guard digits.allSatisfy(isHexDigit),
            let number = Int64(String(decoding: digits, as: UTF8.self), radix: radix)
        else { return nil }
        return Double(number)
    }

    /// `[+-] digits [. digits] [e [+-] digits]`, no 0 before other digits.
    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest.removeFirst(count)
            return count
        }
        func takeSign() {
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
                rest.removeFirst()
            }
        }
        takeSign()
        let startsWithZero = rest.first == UInt8(ascii: "0")
        let count = digits()
        guard count == 1 || count > 1 && !startsWithZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard digits() > 0 else { return false }
        }
        if let exponent = rest.first, exponent | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            takeSign()
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
