internal import CanonicalJSON
public import Digest

/// The payload of `event.skipped`: an event that no fold can take is passed over, and why.
///
/// It names the event by stream and version, as one store's positions mean nothing to another, and
/// by its hash, so that it holds for these bytes and no others.
public struct SkippedEvent: Equatable, Sendable {
    /// The stream that holds the skips of all streams.
    public static let stream = StreamID("skips")!
    /// Most bytes of a reason.
    public static let maximumReasonBytes = 1_000

    /// The stream of the event that is passed over.
    public var stream: StreamID
    /// Its place in it.
    public var version: StreamVersion
    /// The hash of its bytes.
    public var eventHash: Hash256
    /// The number of its type.
    public var typeNumber: UInt16
    /// The version of its payload's schema.
    public var schemaVersion: UInt16
    /// Why, in a person's words.
    public var reason: String
    /// Who decided; nil if that was not said.
    public var by: String?
    /// The version of the program that could not read it.
    public var program: String

    /// A skip.
    public init(
        stream: StreamID, version: StreamVersion, eventHash: Hash256, typeNumber: UInt16,
        schemaVersion: UInt16, reason: String, by: String?, program: String
    ) {
        self.stream = stream
        self.version = version
        self.eventHash = eventHash
        self.typeNumber = typeNumber
        self.schemaVersion = schemaVersion
        self.reason = reason
        self.by = by
        self.program = program
    }

    /// The event.
    public func event(causation: EventID) -> EventData {
        let json: JSONValue = [
            "by": by.map { .string($0) } ?? .null,
            "event_hash": .string(eventHash.hex),
            "program": .string(program),
            "reason": .string(reason),
            "schema": .integer(EventType.eventSkipped.schemaVersion),
            "stream": .string(stream.description),
            "type": .integer(typeNumber),
            "type_version": .integer(schemaVersion),
            "version": .integer(version.number),
        ]
        return EventData(type: .eventSkipped, json: json, causation: causation)
    }

    /// Reads a payload.
    public init(_ payload: RawSpan) throws(FormatError) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: payload.copy())
        } catch {
            throw FormatError("event.skipped: \(error)")
        }
        func text(_ name: String) throws(FormatError) -> String {
            guard let text = json[name]?.text else { throw Self.missing(name) }
            return text
        }
        func number<Value: FixedWidthInteger>(_ name: String) throws(FormatError) -> Value {
            guard let number = json[name]?.int64.flatMap({ Value(exactly: $0) }) else {
                throw Self.missing(name)
            }
            return number
        }
        guard let stream = StreamID(try text("stream")) else { throw Self.missing("stream") }
        guard let hash = Hash256(hex: try text("event_hash")) else {
            throw Self.missing("event_hash")
        }
        self.stream = stream
        version = StreamVersion(try number("version"))
        eventHash = hash
        typeNumber = try number("type")
        schemaVersion = try number("type_version")
        reason = try text("reason")
        by = json["by"] == .null ? nil : try text("by")
        program = try text("program")
        let schema: UInt16 = try number("schema")
        guard schema == EventType.eventSkipped.schemaVersion else {
            throw FormatError("event.skipped: the payload is of another schema")
        }
    }

    private static func missing(_ name: String) -> FormatError {
        FormatError("event.skipped: \(name) is missing")
    }
}
