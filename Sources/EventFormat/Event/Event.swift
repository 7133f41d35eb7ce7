public import CanonicalJSON
public import Digest

/// An event proposed: what the caller says. The store adds version, times, id and hashes.
public struct EventData: Sendable {
    /// The kind of event.
    public var type: EventType
    /// The payload, in the type's encoding.
    public var payload: [UInt8] { didSet { isCanonical = false } }
    /// The event that caused this one; `.none` for a first cause.
    public var causation: EventID
    /// The event that began the flow this one belongs to; `.none` for a beginning.
    public var correlation: EventID
    /// Recognises a retry where no expected version can: an event of the stream that was recorded
    /// with the same key is this one. It must say the same.
    public var idempotencyKey: [UInt8]?
    /// Whether the payload was written here as canonical JSON and need not be read to be checked.
    private var isCanonical = false

    /// An event with a payload of canonical JSON.
    ///
    /// - Precondition: the type's encoding is JSON.
    public init(type: EventType, json: JSONValue, causation: EventID = .none) {
        precondition(type.encoding == .json, "\(type.name) has no payload of JSON")
        self.init(type: type, payload: json.canonicalBytes, causation: causation)
        isCanonical = true
    }

    /// Whether a recorded event has this type and payload.
    public func isSame(as recorded: borrowing EventView) -> Bool {
        recorded.typeNumber == type.number && recorded.schemaVersion == type.schemaVersion
            && recorded.payload.isIdenticalBytes(to: payload.rawSpan)
    }

    /// What keeps the payload from being one of the type; nil if nothing does.
    public var defect: FormatError? {
        isCanonical ? nil : type.defect(in: payload.rawSpan)
    }

    /// An event.
    public init(
        type: EventType, payload: [UInt8], causation: EventID = .none, correlation: EventID = .none,
        idempotencyKey: [UInt8]? = nil
    ) {
        self.type = type
        self.payload = payload
        self.causation = causation
        self.correlation = correlation
        self.idempotencyKey = idempotencyKey
    }
}

/// The header of an event: hashed, and the same bytes in every store.
///
/// ```
/// <- 2 -> <- 2 -> <- 2 -> <- 2 -> <---- 8 ----> <---- 8 ---->
/// |format | type  |schema |stream | stream      | recordedAt |
/// |version|       |version|length | version     | µs UTC     |
/// <------ 16 ------> <------ 16 ------> <------- 16 -------> <------ 32 ------> <- 4 -> <- 4 ->
/// | event id        | causation        | correlation        | previous hash   |payload| zero  |
/// |                 |                  |                    | of the stream   |length |       |
/// then the stream's name and the payload, each padded with zeros to a multiple of eight.
/// ```
public struct Envelope: Sendable {
    /// Bytes of the fixed part.
    public static let byteCount = 112
    /// The only format version so far.
    public static let formatVersion: UInt16 = 1

    /// The stream.
    public var stream: StreamID
    /// The event's place in it, from 1.
    public var streamVersion: StreamVersion
    /// The number of its type.
    public var typeNumber: UInt16
    /// The version of its payload's schema.
    public var schemaVersion: UInt16
    /// Its id.
    public var id: EventID
    /// When it entered the log it comes from: microseconds UTC.
    public var recordedAt: Int64
    /// The event that caused it.
    public var causation: EventID
    /// The event that began its flow.
    public var correlation: EventID
    /// The hash of the event before it in its stream; zero for the first.
    public var previousHash: Hash256

    /// An envelope of all its parts.
    public init(
        stream: StreamID, streamVersion: StreamVersion, typeNumber: UInt16, schemaVersion: UInt16,
        id: EventID, recordedAt: Int64, causation: EventID, correlation: EventID,
        previousHash: Hash256
    ) {
        self.stream = stream
        self.streamVersion = streamVersion
        self.typeNumber = typeNumber
        self.schemaVersion = schemaVersion
        self.id = id
        self.recordedAt = recordedAt
        self.causation = causation
        self.correlation = correlation
        self.previousHash = previousHash
    }

    /// Appends the bytes of the event with this envelope and `payload`.
    ///
    /// - Complexity: O(payload).
    public func encode(payload: [UInt8], into buffer: inout [UInt8]) {
        let name = stream.description.utf8
        let kind = UInt64(Self.formatVersion) | UInt64(typeNumber) << 16
        let previous = previousHash.words
        let start = buffer.count
        buffer.append(
            words: [
                kind | UInt64(schemaVersion) << 32 | UInt64(name.count) << 48,
                streamVersion.number, UInt64(bitPattern: recordedAt), id.high, id.low,
                causation.high, causation.low, correlation.high, correlation.low, previous.0,
                previous.1, previous.2, previous.3, UInt64(UInt32(payload.count)),
            ] as InlineArray<14, UInt64>)
        buffer.append(contentsOf: name)
        buffer.padToEight(from: start)
        buffer.append(contentsOf: payload)
        buffer.padToEight(from: start)
    }

    /// The id of an event: the first 16 bytes of a SHA-256 over what it says and where it stands.
    ///
    /// The hashed bytes: name's length (2), name, stream version (8), type (2), schema version (2),
    /// payload. Times are not among them: a retry a second later is the same event.
    public static func id(
        stream: StreamID, version: StreamVersion, type: EventType, payload: [UInt8],
        hasher: SHA256
    ) -> EventID {
        id(
            stream: stream, version: version, typeNumber: type.number,
            schemaVersion: type.schemaVersion, payload: payload, hasher: hasher)
    }

    /// The id of an event whose type this program need not know.
    public static func id(
        stream: StreamID, version: StreamVersion, typeNumber: UInt16, schemaVersion: UInt16,
        payload: [UInt8], hasher: SHA256
    ) -> EventID {
        var head: [UInt8] = []
        head.reserveCapacity(StreamID.maximumBytes + 14)
        head.append(littleEndian: UInt16(stream.description.utf8.count))
        head.append(contentsOf: stream.description.utf8)
        head.append(littleEndian: version.number)
        head.append(littleEndian: typeNumber)
        head.append(littleEndian: schemaVersion)
        hasher.begin()
        hasher.update(head.rawSpan)
        hasher.update(payload.rawSpan)
        return EventID(hasher.finish())
    }

    /// The id of an event appended under `.any`: derived from the stream and the caller's key.
    ///
    /// The hashed bytes: 0xFFFF (a length no name has), name's length (2), name, key.
    public static func id(stream: StreamID, key: [UInt8], hasher: SHA256) -> EventID {
        var bytes: [UInt8] = [0xFF, 0xFF]
        bytes.append(littleEndian: UInt16(stream.description.utf8.count))
        bytes.append(contentsOf: stream.description.utf8)
        bytes.append(contentsOf: key)
        return EventID(hasher.hash(bytes))
    }
}
