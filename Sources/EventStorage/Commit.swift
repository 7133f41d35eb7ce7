internal import Digest
public import EventFormat
internal import LMDB

/// Events and projection records on their way into one commit: visible together or not at all.
///
/// Events are numbered and hashed as they come; they are written when the closure of
/// ``EventStore/append(at:_:)`` ends, because a frame names the size of its commit.
public struct Commit: ~Copyable {
    /// The store as of the commit before.
    public let view: StoreView
    /// The clock's time of this commit, microseconds UTC.
    public let now: Int64
    /// The head with the events so far; its tree and root follow when the commit ends.
    public private(set) var head: StoreHead
    private(set) var staged: [Staged] = []
    private(set) var records: [(key: [UInt8], value: [UInt8]?)] = []
    var streams: [StreamID: StreamHead]
    private(set) var touched: Set<StreamID> = []
    private let hasher: SHA256

    /// An event that waits for the end of the commit.
    struct Staged {
        var stored: [UInt8]
        var frame: Frame
        let stream: UInt32
        let version: StreamVersion
        let day: Int32?
        let identifier: EventID?
    }

    init(
        view: consuming StoreView, now: Int64, head: StoreHead, streams: [StreamID: StreamHead],
        hasher: SHA256
    ) {
        self.view = view
        self.now = now
        self.head = head
        self.streams = streams
        self.hasher = hasher
    }

    /// The id of the commit's first event: what the events after it are correlated with.
    public var firstEventID: EventID? {
        guard let stored = staged.first?.stored else { return nil }
        return EventView(checked: stored.rawSpan).id
    }

    /// Number of events in the commit so far.
    public var eventCount: Int { staged.count }

    /// The bytes of the events in the commit so far.
    public private(set) var byteCount = 0

    /// A stream's head, the events of this commit included; nil if there is no such stream.
    public mutating func head(of stream: StreamID) throws(EventStoreError) -> StreamHead? {
        if let known = streams[stream] { return known }
        let found = try view.head(of: stream)
        if let found { streams[stream] = found }
        return found
    }

    /// Adds an event to a stream.
    ///
    /// - Parameter expected: what the caller knows of the stream.
    /// - Returns: where the event stands; for a retry, where it stands since the first time.
    /// - Throws: `.wrongExpectedVersion`, which names both versions; `.streamNotFound`;
    ///   `.invalidPayload`. After an error the commit is as it was before.
    /// - Complexity: O(payload): it is hashed twice, for the id and for the chain.
    @discardableResult
    public mutating func append(
        _ event: EventData, to stream: StreamID, expecting expected: ExpectedVersion
    ) throws(EventStoreError) -> Appended {
        if let defect = event.defect {
            throw EventStoreError(.invalidPayload, "\(event.type.name) for \(stream): \(defect)")
        }
        let known = try head(of: stream)
        let version = known?.version ?? .none
        if let earlier = try retry(event, to: stream, known: known, expecting: expected) {
            return earlier
        }
        if case .streamExists = expected, known == nil {
            throw EventStoreError(.streamNotFound, "the stream \(stream) does not exist")
        }
        let id =
            event.idempotencyKey.map { Envelope.id(stream: stream, key: $0, hasher: hasher) }
            ?? Envelope.id(
                stream: stream, version: version.next, type: event.type, payload: event.payload,
                hasher: hasher)
        return stage(event, id: id, stream: stream, known: known)
    }

    /// Calls `body` with the event added last, as it will be stored; only the frame's count of
    /// events is not known yet. A fold that reads it is the fold that a replay repeats.
    public func withLastEvent<Result>(
        _ body: (borrowing EventView) throws -> Result
    ) throws -> Result {
        precondition(!staged.isEmpty, "an event was appended")
        let stored = staged[staged.count - 1].stored
        return try body(EventView(checked: stored.rawSpan))
    }

    /// Calls `body` with every event that this commit added to a stream.
    public func forEachStagedEvent(
        of stream: StreamID, _ body: (borrowing EventView) throws -> Void
    ) throws {
        guard let number = streams[stream]?.number else { return }
        for event in staged where event.stream == number {
            let stored = event.stored
            try body(EventView(checked: stored.rawSpan))
        }
    }

    /// Sets a projection's record, or removes it where `value` is nil.
    public mutating func setProjection(_ key: [UInt8], _ value: [UInt8]?) {
        records.append((key, value))
    }

    /// Compares the expected version with the known one.
    ///
    /// - Returns: the place of the same event if it was recorded before; nil if it is to be added.
    private mutating func retry(
        _ event: EventData, to stream: StreamID, known: StreamHead?,
        expecting expected: ExpectedVersion
    ) throws(EventStoreError) -> Appended? {
        // A key names the event whatever is expected: a second event under it would take over its
        // entry in the index.
        if let earlier = try findByKey(event, stream: stream) { return earlier }
        let expectedVersion: StreamVersion
        switch expected {
        case .exactly(let version): expectedVersion = version
        case .noStream: expectedVersion = .none
        case .any, .streamExists: return nil
        }
        let actual = known?.version ?? .none
        if expectedVersion == actual { return nil }
        if expectedVersion < actual, let known {
            let id = Envelope.id(
                stream: stream, version: expectedVersion.next, type: event.type,
                payload: event.payload, hasher: hasher)
            if let position = try position(of: expectedVersion.next, in: known),
                let recorded = try recordedID(at: position), recorded == id
            {
                return Appended(
                    position: position, version: expectedVersion.next, id: id, isNew: false)
            }
        }
        throw EventStoreError(
            .wrongExpectedVersion,
            "the stream \(stream) has version \(actual), expected \(expectedVersion): "
                + "read it again and decide anew")
    }

    private func findByKey(
        _ event: EventData, stream: StreamID
    ) throws(EventStoreError) -> Appended? {
        guard let key = event.idempotencyKey else { return nil }
        let id = Envelope.id(stream: stream, key: key, hasher: hasher)
        if let earlier = staged.first(where: { $0.identifier == id }) {
            return Appended(
                position: earlier.frame.position, version: earlier.version, id: id, isNew: false)
        }
        do {
            guard let bytes = try view.value(view.databases.index, Keys.identifier(id)) else {
                return nil
            }
            guard bytes.byteCount == 8 else { throw FormatError("a key's index is damaged") }
            let position = GlobalPosition(bytes.load(UInt64.self, at: 0))
            guard let recorded = try view.event(at: position) else {
                throw FormatError("a key leads to no event")
            }
            return Appended(
                position: position, version: recorded.streamVersion, id: id, isNew: false)
        } catch {
            throw view.translate(error)
        }
    }

    /// The position of a version, in this commit or before it.
    private func position(
        of version: StreamVersion, in stream: StreamHead
    ) throws(EventStoreError) -> GlobalPosition? {
        if let own = staged.first(where: { $0.stream == stream.number && $0.version == version }) {
            return own.frame.position
        }
        return try view.position(of: version, in: stream)
    }

    private func recordedID(at position: GlobalPosition) throws(EventStoreError) -> EventID? {
        if let own = staged.first(where: { $0.frame.position == position }) {
            return EventID(
                own.stored.rawSpan.extracting(Frame.byteCount + 24..<Frame.byteCount + 40))
        }
        return try view.event(at: position)?.id
    }

    private mutating func stage(
        _ event: EventData, id: EventID, stream: StreamID, known: StreamHead?
    ) -> Appended {
        let position = GlobalPosition(head.position.number + 1)
        // Strictly increasing even where the clock stands still or runs back.
        let time = head.appendedAt == .min ? now : max(head.appendedAt + 1, now)
        let version = (known?.version ?? .none).next
        let envelope = Envelope(
            stream: stream, streamVersion: version, typeNumber: event.type.number,
            schemaVersion: event.type.schemaVersion, id: id, recordedAt: time,
            causation: event.causation, correlation: event.correlation,
            previousHash: known?.hash ?? .zero)
        var stored = [UInt8](repeating: 0, count: Frame.byteCount)
        stored.reserveCapacity(Frame.byteCount + Envelope.byteCount + event.payload.count + 272)
        envelope.encode(payload: event.payload, into: &stored)
        let hash = hasher.hash(stored.rawSpan.extracting(Frame.byteCount..<stored.count))
        let frame = Frame(
            position: position, commit: head.commit + 1, indexInCommit: UInt32(staged.count),
            eventsInCommit: 0, appendedAt: time, eventHash: hash)
        // The count of events follows when the commit ends.
        stored.replaceSubrange(0..<Frame.byteCount, with: frame.bytes)
        let number = known?.number ?? head.streams
        if known == nil { head.streams += 1 }
        staged.append(
            Staged(
                stored: stored, frame: frame, stream: number, version: version,
                day: day(of: event), identifier: event.idempotencyKey == nil ? nil : id))
        byteCount += stored.count
        head.position = position
        head.appendedAt = time
        streams[stream] = StreamHead(
            number: number, version: version, position: position, hash: hash)
        touched.insert(stream)
        return Appended(position: position, version: version, id: id, isNew: true)
    }

    /// The UTC day of a payload of columns, for the index. The payload was checked before.
    private func day(of event: EventData) -> Int32? {
        guard case .columns(let layout) = event.type.encoding else { return nil }
        return try? ColumnPayload(event.payload.rawSpan, layout: layout).day
    }

    /// Gives every frame the size of the commit and adds it to the tree.
    ///
    /// - Parameter completed: called with every hash that a tile holds.
    mutating func seal(_ completed: (_ level: UInt8, _ index: UInt64, _ hash: Hash256) -> Void) {
        let count = UInt32(staged.count)
        for index in staged.indices {
            staged[index].frame.eventsInCommit = count
            let bytes = staged[index].frame.bytes
            staged[index].stored.replaceSubrange(0..<Frame.byteCount, with: bytes)
            let leaf = MerkleFrontier.leaf(bytes, hasher: hasher)
            head.tree.append(leaf: leaf, hasher: hasher) { height, index, hash in
                // Tiles hold every eighth height: 0, 8, 16 …
                if height % 8 == 0 { completed(UInt8(height / 8), index, hash) }
            }
        }
        head.commit += 1
        head.root = head.tree.root(hasher: hasher)
    }

    /// The streams that this commit adds to, by name: the order of writing is the same everywhere.
    var touchedStreams: [(id: StreamID, head: StreamHead)] {
        touched.sorted().map { ($0, streams[$0]!) }
    }
}
