internal import CanonicalJSON
public import Digest

/// The payload of `tag.set`: the end of a commit gets a name, a name is moved, or it is given up.
///
/// It names the last event of the commit by stream, version and hash, as one store's positions mean
/// nothing to another.
public struct TagChange: Equatable, Sendable {
    /// The stream that holds the tags of a store.
    public static let stream = StreamID("tags")!
    /// Most bytes of who says so.
    public static let maximumByBytes = 200
    /// Most bytes of a note.
    public static let maximumNoteBytes = 1_000

    /// The last event of the commit that a tag names.
    public struct Target: Equatable, Sendable {
        /// The event's stream.
        public var stream: StreamID
        /// Its place in it.
        public var version: StreamVersion
        /// The hash of its bytes.
        public var eventHash: Hash256

        /// An event.
        public init(stream: StreamID, version: StreamVersion, eventHash: Hash256) {
            self.stream = stream
            self.version = version
            self.eventHash = eventHash
        }
    }

    /// The name.
    public var name: TagName
    /// What it names from now on; nil if it names nothing any more.
    public var target: Target?
    /// The version in the stream of tags of the event that set the name until now; nil if it was
    /// free.
    public var replaces: StreamVersion?
    /// Who says so.
    public var by: String
    /// Why; nil if that was not said.
    public var note: String?

    /// A change.
    public init(
        name: TagName, target: Target?, replaces: StreamVersion?, by: String, note: String?
    ) {
        self.name = name
        self.target = target
        self.replaces = replaces
        self.by = by
        self.note = note
    }

    /// The event.
    public var event: EventData {
        let json: JSONValue = [
            "by": .string(by),
            "event_hash": target.map { .string($0.eventHash.hex) } ?? .null,
            "name": .string(name.description),
            "note": note.map { .string($0) } ?? .null,
            "replaces": replaces.map { .integer($0.number) } ?? .null,
            "schema": .integer(EventType.tagSet.schemaVersion),
            "stream": target.map { .string($0.stream.description) } ?? .null,
            "version": target.map { .integer($0.version.number) } ?? .null,
        ]
        return EventData(type: .tagSet, json: json)
    }
}

extension TagChange {
    /// Reads a payload.
    public init(_ payload: RawSpan) throws(FormatError) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: payload.copy())
        } catch {
            throw FormatError("tag.set: \(error)")
        }
        guard let name = (json["name"]?.text).flatMap({ TagName($0) }) else {
            throw Self.missing("name")
        }
        guard let by = json["by"]?.text else { throw Self.missing("by") }
        guard json["schema"]?.int64 == Int64(EventType.tagSet.schemaVersion) else {
            throw FormatError("tag.set: the payload is of another schema")
        }
        self.name = name
        self.by = by
        target = try Self.target(json)
        replaces = json["replaces"] == .null ? nil : try Self.version(json, "replaces")
        if json["note"] != .null {
            guard let text = json["note"]?.text else { throw Self.missing("note") }
            note = text
        }
        guard target != nil || replaces != nil else {
            throw FormatError("tag.set: a name is given up that names nothing")
        }
    }

    private static func target(_ json: JSONValue) throws(FormatError) -> Target? {
        let parts = ["stream", "version", "event_hash"]
        if parts.allSatisfy({ json[$0] == .null }) { return nil }
        guard let stream = (json["stream"]?.text).flatMap({ StreamID($0) }) else {
            throw missing("stream")
        }
        guard let text = json["event_hash"]?.text, let hash = Hash256(hex: text), hash.hex == text
        else { throw missing("event_hash") }
        return Target(stream: stream, version: try version(json, "version"), eventHash: hash)
    }

    private static func version(
        _ json: JSONValue, _ name: String
    ) throws(FormatError) -> StreamVersion {
        guard let number = json[name]?.int64, number > 0 else { throw missing(name) }
        return StreamVersion(UInt64(number))
    }

    private static func missing(_ name: String) -> FormatError {
        FormatError("tag.set: \(name) is missing")
    }
}
