internal import CanonicalJSON
internal import Market

/// One value of a row, printed one way for people and another for scripts.
enum Cell {
    case integer(Int64)
    case number(Double)
    /// A number of which people read a few digits: tables round it.
    case measure(Double)
    /// A number that tables show with so many decimals.
    case fixed(Double, decimals: Int)
    case text(String)
    /// Milliseconds UTC: RFC 3339 in tables, epoch milliseconds in JSON and CSV.
    case time(Int64)
    /// Microseconds UTC of the log: RFC 3339 in tables, epoch microseconds in JSON and CSV.
    case recorded(Int64)
    case none

    /// A measured number; none where there is none.
    static func measure(_ value: Double?) -> Cell { value.map { .measure($0) } ?? .none }

    /// A number with so many decimals; none where there is none.
    static func decimals(_ value: Double?, _ decimals: Int) -> Cell {
        value.map { .fixed($0, decimals: decimals) } ?? .none
    }

    /// A number; none where there is none.
    static func number(_ value: Double?) -> Cell { value.map { .number($0) } ?? .none }

    /// A text; none where there is none.
    static func text(_ text: String?) -> Cell { text.map { .text($0) } ?? .none }

    /// For a table.
    var forPeople: String {
        switch self {
        case .integer(let value): String(value)
        case .number(let value): value.description
        case .measure(let value): Number.short(value)
        case .fixed(let value, let decimals): Number.fixed(value, decimals)
        case .text(let text): text
        case .time(let time): UTCTime.text(milliseconds: time)
        case .recorded(let time): UTCTime.text(microseconds: time)
        case .none: ""
        }
    }

    /// For CSV: floats in the shortest form that reads back to the same bits.
    var forCSV: String {
        switch self {
        case .integer(let value), .time(let value), .recorded(let value): String(value)
        case .number(let value), .measure(let value), .fixed(let value, _): value.description
        case .text(let text): Self.quoted(text)
        case .none: ""
        }
    }

    /// For JSON.
    var forJSON: JSONValue {
        switch self {
        case .integer(let value), .time(let value), .recorded(let value): .integer(value)
        // JSON has no infinity. None can be recorded any more, but what was is still shown.
        case .number(let value), .measure(let value), .fixed(let value, _):
            value.isFinite ? .number(value) : .string("\(value)")
        case .text(let text): .string(text)
        case .none: .null
        }
    }

    /// Whether a table sets it to the right.
    var isNumeric: Bool {
        switch self {
        case .integer, .number, .measure, .fixed: true
        default: false
        }
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" }) else { return text }
        return "\""
            + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
