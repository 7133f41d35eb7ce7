internal import Digest

/// A recorded event, read in place: frame and event as they lie in the store.
///
/// Lives no longer than the transaction it came from; ``RecordedEvent`` is the copy that may leave.
public struct EventView: ~Escapable {
    private let stored: RawSpan
    private let nameLength: Int
    private let payloadLength: Int

    /// What keeps bytes from being an event: a length or a zero that is not so; nil if nothing.
    ///
    /// - Complexity: O(1): says nothing about hashes or the payload.
    public static func defect(in stored: RawSpan) -> FormatError? {
        let fixed = Frame.byteCount + Envelope.byteCount
        guard stored.byteCount >= fixed else {
            return FormatError("an event has \(stored.byteCount) bytes, fewer than its header")
        }
        let event = stored.extracting(Frame.byteCount..<stored.byteCount)
        guard event.load(UInt16.self, at: 0) == Envelope.formatVersion else {
            return FormatError("event format \(event.load(UInt16.self, at: 0)) is unknown here")
        }
        let nameLength = Int(event.load(UInt16.self, at: 6))
        guard (1...StreamID.maximumBytes).contains(nameLength) else {
            return FormatError("an event names a stream with \(nameLength) bytes")
        }
        let payloadLength = Int(event.load(UInt32.self, at: 104))
        let size = fixed + paddedToEight(nameLength) + paddedToEight(payloadLength)
        guard stored.byteCount == size, event.load(UInt32.self, at: 108) == 0 else {
            return FormatError(
                "an event's lengths give \(size) bytes, it has \(stored.byteCount)")
        }
        let nameEnd = fixed + nameLength
        let payloadStart = fixed + paddedToEight(nameLength)
        guard stored.extracting(nameEnd..<payloadStart).isZero,
            stored.extracting(payloadStart + payloadLength..<size).isZero
        else { return FormatError("an event is not padded with zeros") }
        return nil
    }

    /// Reads what the store holds under a position.
    ///
    /// - Precondition: ``defect(in:)`` found none.
    @_lifetime(copy stored)
    public init(checked stored: RawSpan) {
        self.stored = stored
        nameLength = Int(stored.load(UInt16.self, at: Frame.byteCount + 6))
        payloadLength = Int(stored.load(UInt32.self, at: Frame.byteCount + 104))
    }

    /// Its place in this store.
    public var frame: Frame { Frame(stored) }

    /// The bytes of the frame.
    public var frameBytes: RawSpan {
        @_lifetime(copy self)
        get { stored.extracting(0..<Frame.byteCount) }
    }

    /// The bytes of the event: what its hash covers.
    public var eventBytes: RawSpan {
        @_lifetime(copy self)
        get { stored.extracting(Frame.byteCount..<stored.byteCount) }
    }

    /// The bytes of the stream's name.
    public var streamName: RawSpan {
        @_lifetime(copy self)
        get {
            let start = Frame.byteCount + Envelope.byteCount
            return stored.extracting(start..<start + nameLength)
        }
    }

    /// The payload.
    public var payload: RawSpan {
        @_lifetime(copy self)
        get {
            let start = Frame.byteCount + Envelope.byteCount + paddedToEight(nameLength)
            return stored.extracting(start..<start + payloadLength)
        }
    }

    /// The number of the type.
    public var typeNumber: UInt16 { stored.load(UInt16.self, at: Frame.byteCount + 2) }

    /// The version of the payload's schema.
    public var schemaVersion: UInt16 { stored.load(UInt16.self, at: Frame.byteCount + 4) }

    /// The event's place in its stream, from 1.
    public var streamVersion: StreamVersion {
        StreamVersion(stored.load(UInt64.self, at: Frame.byteCount + 8))
    }

    /// When it entered the log it comes from: microseconds UTC.
    public var recordedAt: Int64 { stored.load(Int64.self, at: Frame.byteCount + 16) }

    /// Its id.
    public var id: EventID {
        EventID(stored.extracting(Frame.byteCount + 24..<Frame.byteCount + 40))
    }

    /// The type, if this program knows it in this schema version.
    public var type: EventType? {
        EventType.find(number: typeNumber, schemaVersion: schemaVersion)
    }

    /// The type in the version that this program writes: for readers that get every payload in its
    /// current version; nil for a type that this program does not know.
    public var currentType: EventType? { EventCatalog.product.current(number: typeNumber) }

    /// The envelope, copied.
    public func envelope() throws(FormatError) -> Envelope {
        let event = eventBytes
        let name = String(validating: streamName.copy(), as: UTF8.self)
        guard let stream = name.flatMap({ StreamID($0) }) else {
            throw FormatError("an event names a stream that is none")
        }
        return Envelope(
            stream: stream, streamVersion: streamVersion, typeNumber: typeNumber,
            schemaVersion: schemaVersion, id: id, recordedAt: recordedAt,
            causation: EventID(event.extracting(40..<56)),
            correlation: EventID(event.extracting(56..<72)),
            previousHash: Hash256(event.extracting(72..<104)))
    }

    /// Reads the payload as columns of `layout`.
    @_lifetime(copy self)
    public func columns(_ layout: ColumnLayout) throws(FormatError) -> ColumnPayload {
        try ColumnPayload(payload, layout: layout)
    }

    /// The UTC day of a payload of columns; nil for other payloads and unknown types.
    public func marketDay() throws(FormatError) -> Int32? {
        guard let type, case .columns(let layout) = type.encoding else { return nil }
        return try columns(layout).day
    }

    /// The event as a copy of its own.
    public func recorded() throws(FormatError) -> RecordedEvent {
        RecordedEvent(
            frame: frame, envelope: try envelope(), payload: payload.copy(), stored: stored.copy())
    }
}

/// A recorded event that outlives its transaction.
public struct RecordedEvent: Sendable {
    /// Its place in the store.
    public let frame: Frame
    /// Its header.
    public let envelope: Envelope
    /// Its payload.
    public let payload: [UInt8]
    /// Frame and event as stored.
    public let stored: [UInt8]

    /// The type, if this program knows it in this schema version.
    public var type: EventType? {
        EventType.find(number: envelope.typeNumber, schemaVersion: envelope.schemaVersion)
    }
}
