internal import DriftStatistics
internal import Labeling
internal import Market
internal import Spelling

/// A statement about a market's state that is true or false at a point: `drift.severity>=critical`.
///
/// ```
/// predicate  = name [ operator value ] | "label" time [ "." field [ operator value ] ]
/// operator   = "<" | "<=" | "=" | "!=" | ">=" | ">"
/// ```
/// A name that is true or false by itself stands alone. Blanks around operators do not count.
public struct Predicate: Sendable, Equatable, CustomStringConvertible {
    /// How a value is compared.
    public enum Comparison: String, Sendable, CaseIterable {
        case less = "<"
        case atMost = "<="
        case equal = "="
        case unequal = "!="
        case atLeast = ">="
        case greater = ">"

        /// Whether two values stand so.
        func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .less: left < right
            case .atMost: left <= right
            case .equal: left == right
            case .unequal: left != right
            case .atLeast: left >= right
            case .greater: left > right
            }
        }
    }

    /// What is looked at.
    public enum Subject: String, Sendable, CaseIterable {
        /// Open alerts of the market.
        case alerts
        /// Candles of the window.
        case candles
        /// The severity of the labelling's newest check.
        case severity = "drift.severity"
        /// Closed labels of the window.
        case closed = "labels.closed"
        /// Open trades.
        case open = "labels.open"
        /// The level in force for the labelling.
        case level
        /// The share of the window's labels that were worth taking.
        case metaShare = "meta_share"
        /// Whether trading is paused.
        case paused
    }

    /// A field of a label.
    public enum LabelField: String, Sendable, CaseIterable {
        case ambiguous
        case costs = "costs_bps"
        case exitPrice = "exit_price"
        case exitReason = "exit_reason"
        case gross = "pnl_gross_bps"
        case meta = "meta_label"
        case net = "pnl_net_bps"
    }

    /// A statement.
    enum Statement: Sendable, Equatable {
        case isPaused
        case number(Subject, Comparison, Double)
        case severity(Subject, Comparison, DriftSeverity)
        /// A label of this entry exists.
        case label(Int64)
        case labelNumber(Int64, LabelField, Comparison, Double)
        case exitReason(Int64, Comparison, ExitReason)
    }

    let statement: Statement
    /// The text as it was given.
    public let description: String

    /// Why a text is no predicate, and what may have been meant.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// What is wrong, and what to write instead.
        public let description: String
    }

    /// The entry of the label that it is about; nil for others.
    var entry: Int64? {
        switch statement {
        case .label(let entry), .labelNumber(let entry, _, _, _), .exitReason(let entry, _, _):
            entry
        default: nil
        }
    }

    /// Whether it is about a labelling, not about the market as a whole.
    public var needsLabelling: Bool {
        switch statement {
        case .isPaused, .number(.alerts, _, _), .number(.candles, _, _): false
        default: true
        }
    }

    /// Reads a predicate.
    ///
    /// - Throws: ``Invalid``.
    public init(_ text: String) throws(Invalid) {
        description = text
        let (left, comparison, right) = Self.halves(text)
        let words = left.split(separator: " ")
        if words.first == "label" {
            guard words.count == 2 else {
                throw Invalid(
                    description: "label: give the entry's time, such as label 2025-10-10T21:18Z")
            }
            statement = try Self.label(String(words[1]), comparison, right)
            return
        }
        guard words.count == 1, let subject = Subject(rawValue: left) else {
            throw Self.unknown(left, Subject.allCases.map(\.rawValue) + ["label TIME"], "predicate")
        }
        statement = try Self.statement(subject, comparison, right)
    }

    /// What stands before the first operator, the operator, and what stands behind it.
    private static func halves(_ text: String) -> (String, Comparison?, String) {
        let signs: Set<Character> = ["<", ">", "=", "!"]
        guard let start = text.firstIndex(where: { signs.contains($0) }) else {
            return (trimmed(text), nil, "")
        }
        let end = text[start...].firstIndex { !signs.contains($0) } ?? text.endIndex
        let sign = text[start..<end]
        // What people write for it elsewhere.
        let comparison = sign == "==" ? .equal : Comparison(rawValue: String(sign))
        return (trimmed(String(text[..<start])), comparison, trimmed(String(text[end...])))
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private static func statement(
        _ subject: Subject, _ comparison: Comparison?, _ value: String
    ) throws(Invalid) -> Statement {
        if subject == .paused {
            guard comparison == nil, value.isEmpty else {
                throw Invalid(description: "paused stands alone: it is true or false")
            }
            return .isPaused
        }
        let comparison = try need(comparison, subject.rawValue)
        switch subject {
        case .severity, .level:
            guard let severity = DriftSeverity(rawValue: value) else {
                let names = DriftSeverity.allCases.map(\.rawValue)
                throw unknown(value, names, "value of \(subject.rawValue)")
            }
            return .severity(subject, comparison, severity)
        default: return .number(subject, comparison, try number(value, subject.rawValue))
        }
    }

    private static func label(
        _ text: String, _ comparison: Comparison?, _ value: String
    ) throws(Invalid) -> Statement {
        // A point before a digit is that of a fraction of a second.
        var place = text
        var name: String?
        if let point = text.lastIndex(of: "."), let next = text[point...].dropFirst().first,
            next.isLetter || next == "_"
        {
            place = String(text[..<point])
            name = String(text[point...].dropFirst())
        }
        guard let entry = Int64(place) ?? UTCTime.microseconds(place).map({ $0 / 1_000 }),
            (-UTCTime.end...UTCTime.end).contains(entry)
        else {
            throw Invalid(
                description:
                    "label \(place): the entry's time is RFC 3339 or epoch milliseconds, such "
                    + "as 2025-10-10T21:18Z")
        }
        guard let name else {
            guard comparison == nil else {
                throw Invalid(
                    description: "label \(place): which field is compared? such as "
                        + "label \(place).exit_reason=tp")
            }
            return .label(entry)
        }
        guard let field = LabelField(rawValue: name) else {
            throw unknown(name, LabelField.allCases.map(\.rawValue), "field of a label")
        }
        if comparison == nil, value.isEmpty, field == .meta || field == .ambiguous {
            return .labelNumber(entry, field, .equal, 1)
        }
        let comparison = try need(comparison, "label \(place).\(name)")
        guard field == .exitReason else {
            return .labelNumber(entry, field, comparison, try number(value, name))
        }
        let reasons = ExitReason.allCases
        guard let reason = reasons.first(where: { $0.name == value }) else {
            throw unknown(value, reasons.map(\.name), "value of exit_reason")
        }
        guard comparison == .equal || comparison == .unequal else {
            throw Invalid(description: "exit_reason has no order: compare it with = or !=")
        }
        return .exitReason(entry, comparison, reason)
    }

    private static func need(
        _ comparison: Comparison?, _ name: String
    ) throws(Invalid) -> Comparison {
        if let comparison { return comparison }
        let all = Comparison.allCases.map(\.rawValue).joined(separator: " ")
        throw Invalid(description: "\(name): compared how? with one of \(all) and a value")
    }

    private static func number(_ text: String, _ name: String) throws(Invalid) -> Double {
        guard let number = Double(text), number.isFinite else {
            throw Invalid(description: "\(name): '\(text)' is no number")
        }
        return number
    }

    private static func unknown(_ name: String, _ known: [String], _ what: String) -> Invalid {
        let near = EditDistance.nearest(to: name, in: known)
        return Invalid(
            description: "'\(name)' is no \(what)"
                + (near.map { "; did you mean \($0)?" }
                    ?? ": there are \(known.joined(separator: ", "))"))
    }
}
