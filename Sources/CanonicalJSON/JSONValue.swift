/// A JSON document as a value (RFC 8259).
///
/// Numbers are binary64, as RFC 8785 prescribes; integers are exact up to 2^53. Members keep the
/// order in which they were given; ``canonicalText`` sorts them.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// One name and its value inside an object.
    public struct Member: Sendable, Equatable {
        /// The member's name.
        public var name: String
        /// The member's value.
        public var value: JSONValue

        /// A member.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Up to here binary64 holds every whole number: 2^53.
    private static let exactLimit = 9_007_199_254_740_992.0

    /// An integer as a number.
    ///
    /// - Precondition: `abs(integer) <= 2^53`: beyond it binary64 would lose digits.
    public static func integer(_ integer: some BinaryInteger) -> JSONValue {
        let number = Double(integer)
        precondition(number.magnitude <= exactLimit, "\(integer) is not exact in JSON")
        return .number(number)
    }

    /// The member `name` of an object, or nil.
    ///
    /// - Complexity: O(members).
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text, if this is a string.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, if this is one.
    public var double: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The number as an integer, if it is one without a fraction and within ±2^53: beyond it the text
    /// may have said another one.
    public var int64: Int64? {
        guard case .number(let number) = self, number.magnitude <= Self.exactLimit else {
            return nil
        }
        return Int64(exactly: number)
    }

    /// The elements, if this is an array.
    public var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, if this is an object.
    public var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object, members in the order given.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
    /// Null.
    public init(nilLiteral: ()) { self = .null }
}
