internal import CanonicalJSON
internal import Digest
internal import EventFormat

/// Members of a payload of JSON, read with the name of the event in every error.
struct PayloadReader {
    private let json: JSONValue?
    private let place: String

    /// Reads a payload of the version of its type that this program writes.
    init(_ payload: RawSpan, _ type: EventType) throws(FormatError) {
        do throws(JSONError) {
            json = try JSONValue(parsing: payload.copy())
        } catch {
            throw FormatError("\(type.name): \(error)")
        }
        place = type.name
        guard try integer("schema") == Int64(type.schemaVersion) else {
            throw FormatError("\(type.name): the payload is of another schema")
        }
    }

    /// A part of a document.
    init(_ json: JSONValue?, in place: String) {
        self.json = json
        self.place = place
    }

    /// The error of a member that is not there or of another kind.
    func missing(_ name: String) -> FormatError { FormatError("\(place): \(name) is missing") }

    /// The error of a member that others contradict.
    func contradicted(_ name: String, _ why: String) -> FormatError {
        FormatError("\(place): \(name) \(why)")
    }

    func isNull(_ name: String) -> Bool { json?[name] == .null }

    func integer(_ name: String) throws(FormatError) -> Int64 {
        guard let value = json?[name]?.int64 else { throw missing(name) }
        return value
    }

    func count(_ name: String) throws(FormatError) -> Int {
        let value = try integer(name)
        guard value >= 0 else { throw FormatError("\(place): \(name) is negative") }
        return Int(value)
    }

    /// `from_ms` and `until_ms`: stamps, the end not in it.
    func range() throws(FormatError) -> Range<Int64> {
        let (from, until) = (try integer("from_ms"), try integer("until_ms"))
        guard from <= until else { throw contradicted("until_ms", "lies before from_ms") }
        return from..<until
    }

    func number(_ name: String) throws(FormatError) -> Double {
        guard let value = json?[name]?.double else { throw missing(name) }
        return value
    }

    func text(_ name: String) throws(FormatError) -> String {
        guard let value = json?[name]?.text else { throw missing(name) }
        return value
    }

    func bool(_ name: String) throws(FormatError) -> Bool {
        guard case .bool(let value)? = json?[name] else { throw missing(name) }
        return value
    }

    func hash(_ name: String) throws(FormatError) -> Hash256 {
        guard let hash = Self.hash(json?[name]) else { throw missing(name) }
        return hash
    }

    func hashes(_ name: String) throws(FormatError) -> [Hash256] {
        guard let elements = json?[name]?.elements else { throw missing(name) }
        var hashes: [Hash256] = []
        for element in elements {
            guard let hash = Self.hash(element) else { throw missing(name) }
            hashes.append(hash)
        }
        return hashes
    }

    /// Lower case only, as hashes are written.
    private static func hash(_ value: JSONValue?) -> Hash256? {
        guard let text = value?.text, let hash = Hash256(hex: text), hash.hex == text else {
            return nil
        }
        return hash
    }

    func choice<Choice: RawRepresentable<String>>(_ name: String) throws(FormatError) -> Choice {
        guard let choice = json?[name]?.text.flatMap(Choice.init) else { throw missing(name) }
        return choice
    }

    /// What `read` gives; nil where the member is null.
    func optional<Value>(
        _ name: String, _ read: (String) throws(FormatError) -> Value
    ) throws(FormatError) -> Value? {
        isNull(name) ? nil : try read(name)
    }

    func object(_ name: String) throws(FormatError) -> PayloadReader {
        guard let value = json?[name], value.members != nil else { throw missing(name) }
        return PayloadReader(value, in: "\(place): \(name)")
    }

    func objects(_ name: String) throws(FormatError) -> [PayloadReader] {
        guard let elements = json?[name]?.elements else { throw missing(name) }
        return elements.map { PayloadReader($0, in: "\(place): \(name)") }
    }

    func numbers(_ name: String) throws(FormatError) -> [Double] {
        guard let elements = json?[name]?.elements else { throw missing(name) }
        var numbers: [Double] = []
        for element in elements {
            guard let number = element.double else { throw missing(name) }
            numbers.append(number)
        }
        return numbers
    }

    func counts(_ name: String) throws(FormatError) -> [Int] {
        guard let elements = json?[name]?.elements else { throw missing(name) }
        var counts: [Int] = []
        for element in elements {
            guard let count = element.int64, count >= 0 else { throw missing(name) }
            counts.append(Int(count))
        }
        return counts
    }

    func texts(_ name: String) throws(FormatError) -> [String] {
        guard let elements = json?[name]?.elements else { throw missing(name) }
        var texts: [String] = []
        for element in elements {
            guard let text = element.text else { throw missing(name) }
            texts.append(text)
        }
        return texts
    }
}

extension JSONValue {
    /// A number, or null where there is none.
    init(_ number: Double?) { self = number.map { .number($0) } ?? .null }

    /// A text, or null where there is none.
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }
}
