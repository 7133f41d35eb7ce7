/// The numbers of TOML: `1_000`, `-0.5`, `6e23`, `0xFF`.
enum TOMLNumber {
    /// The number a word stands for; nil if it is none. Infinite where binary64 has no such one: it is
    /// too large, or a whole number beyond 2^53, where not every one is a binary64.
    static func value(_ word: String) -> Double? {
        let bytes = Array(word.utf8)
        let radix = radix(bytes) ?? 10
        for (at, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            guard at > 0, at + 1 < bytes.count, isDigit(bytes[at - 1], radix),
                isDigit(bytes[at + 1], radix)
            else { return nil }
        }
        let plain = bytes.filter { $0 != UInt8(ascii: "_") }
        guard radix == 10 else {
            let digits = plain.dropFirst(2)
            return digits.allSatisfy { isDigit($0, radix) } ? whole(digits, radix) : nil
        }
        guard isDecimal(plain) else { return nil }
        let isWhole = !plain.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        return isWhole ? whole(plain[...], 10) : Double(String(decoding: plain, as: UTF8.self))
    }

    static func isDigit(_ byte: UInt8) -> Bool { isDigit(byte, 10) }

    static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte, 16) }

    private static func isDigit(_ byte: UInt8, _ radix: Int) -> Bool {
        switch byte {
        case 0x30...0x39: Int(byte - 0x30) < radix
        case 0x61...0x66, 0x41...0x46: radix == 16
        default: false
        }
    }

    private static func radix(_ bytes: [UInt8]) -> Int? {
        guard bytes.count > 2, bytes[0] == UInt8(ascii: "0") else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "x"): return 16
        case UInt8(ascii: "o"): return 8
        case UInt8(ascii: "b"): return 2
        default: return nil
        }
    }

    private static func whole(_ digits: ArraySlice<UInt8>, _ radix: Int) -> Double {
        let number = Int64(String(decoding: digits, as: UTF8.self), radix: radix)
        guard let number, number.magnitude <= 1 << 53 else { return .infinity }
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
