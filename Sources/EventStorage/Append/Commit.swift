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
    /// Frames and events of the commit, one behind the other: an array of its own for each would
    /// cost more than its hashes.
    private var bytes: [UInt8] = []
    private(set) var records: [(key: [UInt8], value: [UInt8]?)] = []
    private(set) var streams: StreamHeads
    private let hasher: SHA256

    /// An event that waits for the end of the commit.
    struct Staged {
        let position: GlobalPosition
        /// Where frame and event stand among the commit's bytes.
        let range: Range<Int>
        let stream: UInt32
        let version: StreamVersion
        let day: Int32?
        let identifier: EventID?
    }

    init(
        view: consuming StoreView, now: Int64, head: StoreHead, streams: StreamHeads,
        hasher: SHA256, byteCapacity: Int = 0
    ) {
        self.view = view
        self.now = now
        self.head = head
        self.streams = streams
        self.hasher = hasher
        bytes.reserveCapacity(byteCapacity)
    }

    /// The id of the commit's first event: what the events after it are correlated with.
    public var firstEventID: EventID? {
        guard let first = staged.first else { return nil }
        return EventView(checked: stored(first)).id
    }

    /// Number of events in the commit so far.
    public var eventCount: Int { staged.count }

    /// The bytes of the events in the commit so far.
    public var byteCount: Int { bytes.count }

    /// Frame and event of a staged event.
    @_lifetime(borrow self)
    func stored(_ event: Staged) -> RawSpan {
        bytes.rawSpan.extracting(event.range)
    }

    /// A stream's head, the events of this commit included; nil if there is no such stream.
    public mutating func head(of stream: StreamID) throws(EventStoreError) -> StreamHead? {
        if let known = streams[stream] { return known }
        let found = try view.head(of: stream)
        if let found { streams.learn(stream, found) }
        return found
    }

    /// Adds an event to a stream.
    ///
    /// - Parameter expected: what the caller knows of the stream.
    /// - Returns: where the event stands; for a retry, where it stands since the first time.
    /// - Throws: `.wrongExpectedVersion`, which names both versions; `.streamNotFound`;
    ///   `.keyReused`; `.invalidPayload`. After an error the commit is as it was before.
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
        return try body(EventView(checked: stored(staged[staged.count - 1])))
    }

    /// Calls `body` with every event that this commit added to a stream.
    public func forEachStagedEvent(
        of stream: StreamID, _ body: (borrowing EventView) throws -> Void
    ) throws {
        guard let number = streams[stream]?.number else { return }
        for event in staged where event.stream == number {
            try body(EventView(checked: stored(event)))
        }
    }

    /// Sets a projection's record, or removes it where `value` is nil.
    ///
    /// - Precondition: the key is not empty.
    public mutating func setProjection(_ key: [UInt8], _ value: [UInt8]?) {
        records.append((key, value))
    }

    /// Has all records of projections counted anew: some were found to be missing or damaged.
    ///
    /// - Complexity: O(records) when the commit ends.
    public mutating func recountProjections() { records.append((RecordTotal.key, nil)) }

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
        // An event with a key is that key's, not the one of the same words that was sent without.
        if expectedVersion < actual, event.idempotencyKey == nil, let known {
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
            guard event.isSame(as: EventView(checked: stored(earlier))) else {
                throw keyReused(stream, earlier.position)
            }
            return Appended(
                position: earlier.position, version: earlier.version, id: id, isNew: false)
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
            guard event.isSame(as: recorded) else { throw keyReused(stream, position) }
            return Appended(
                position: position, version: recorded.streamVersion, id: id, isNew: false)
        } catch {
            throw view.translate(error)
        }
    }

    private func keyReused(
        _ stream: StreamID, _ position: GlobalPosition
    ) -> EventStoreError {
        EventStoreError(
            .keyReused,
            "position \(position) of \(stream) was recorded with the same idempotency key and says "
                + "something else: a key names one event for ever, choose another",
            position: position)
    }

    /// The position of a version, in this commit or before it.
    private func position(
        of version: StreamVersion, in stream: StreamHead
    ) throws(EventStoreError) -> GlobalPosition? {
        if let own = staged.first(where: { $0.stream == stream.number && $0.version == version }) {
            return own.position
        }
        return try view.position(of: version, in: stream)
    }

    private func recordedID(at position: GlobalPosition) throws(EventStoreError) -> EventID? {
        if let own = staged.first(where: { $0.position == position }) {
            return EventView(checked: stored(own)).id
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
        let start = bytes.count
        // The hash and the count of events in the frame follow, this one when the commit ends.
        var frame = Frame(
            position: position, commit: head.commit + 1, indexInCommit: UInt32(staged.count),
            eventsInCommit: 0, appendedAt: time, eventHash: .zero)
        frame.append(to: &bytes)
        envelope.encode(payload: event.payload, into: &bytes)
        frame.eventHash = hasher.hash(
            bytes.rawSpan.extracting(start + Frame.byteCount..<bytes.count))
        bytes.store(frame.eventHash, at: start + Frame.eventHashOffset)
        let number = known?.number ?? head.streams
        if known == nil { head.streams += 1 }
        staged.append(
            Staged(
                position: position, range: start..<bytes.count, stream: number, version: version,
                day: day(of: event), identifier: event.idempotencyKey == nil ? nil : id))
        head.position = position
        head.appendedAt = time
        streams.move(
            stream,
            to: StreamHead(
                number: number, version: version, position: position, hash: frame.eventHash))
        return Appended(position: position, version: version, id: id, isNew: true)
    }

    /// The UTC day of a payload of columns, for the index. The payload was checked before.
    private func day(of event: EventData) -> Int32? {
        guard case .columns(let layout) = event.type.encoding else { return nil }
        return try? ColumnPayload(event.payload.rawSpan, layout: layout).day
    }

    /// Gives every frame the size of the commit and begins to add them to the tree.
    mutating func seal() -> TreeGrowth {
        let count = UInt32(staged.count)
        for event in staged {
            bytes.store(
                littleEndian: count, at: event.range.lowerBound + Frame.eventsInCommitOffset)
        }
        head.commit += 1
        return TreeGrowth(head.tree, bytes, starts: staged.map(\.range.lowerBound))
    }

    /// Takes over the tree as it is with this commit's events.
    mutating func adopt(_ grown: TreeGrowth.Outcome) {
        head.tree = grown.tree
        head.root = grown.root
    }

    /// The streams that this commit adds to, by name: the order of writing is the same everywhere.
    mutating func takeChangedStreams() -> [(id: StreamID, head: StreamHead)] {
        streams.takeChanged()
    }
}
