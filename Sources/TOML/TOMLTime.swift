/// The dates and times of TOML (RFC 3339), which JSON has as strings.
enum TOMLTime {
    /// Whether a word is a date, a time, or both, with an offset or without one.
    static func isTime(_ word: String) -> Bool {
        var rest = Array(word.utf8)[...]
        guard takeDate(&rest) else { return takeTime(&rest) && rest.isEmpty }
        if rest.isEmpty { return true }
        guard let mark = rest.popFirst(), mark == 0x20 || mark | 0x20 == UInt8(ascii: "t"),
            takeTime(&rest)
        else { return false }
        return rest.isEmpty || takeOffset(&rest) && rest.isEmpty
    }

    private static func takeDate(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let before = rest
        guard let year = number(4, &rest), take("-", &rest), let month = number(2, &rest),
            take("-", &rest), let day = number(2, &rest), (1...12).contains(month), day >= 1,
            day <= days(of: month, in: year)
        else {
            rest = before
            return false
        }
        return true
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// A minute may end in a leap second, as RFC 3339 has it.
    private static func takeTime(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let hour = number(2, &rest), take(":", &rest), let minute = number(2, &rest),
            take(":", &rest), let second = number(2, &rest), hour < 24, minute < 60, second <= 60
        else { return false }
        guard take(".", &rest) else { return true }
        let fraction = rest.prefix(while: TOMLNumber.isDigit)
        rest.removeFirst(fraction.count)
        return !fraction.isEmpty
    }

    private static func takeOffset(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if take("Z", &rest) || take("z", &rest) { return true }
        guard take("+", &rest) || take("-", &rest), let hour = number(2, &rest),
            take(":", &rest), let minute = number(2, &rest)
        else { return false }
        return hour < 24 && minute < 60
    }

    private static func number(_ digits: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(TOMLNumber.isDigit) else { return nil }
        rest.removeFirst(digits)
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func take(
        _ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>
    ) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }
}
