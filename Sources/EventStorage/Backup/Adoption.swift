internal import Digest
internal import EventFormat
internal import LMDB

/// Events of another copy of a log on their way into this one, frames and all: what one LMDB commit
/// of them writes.
///
/// The segment's reader has checked frames and hashes; here every event is checked against its
/// stream: version, chain and id. Payloads are checked by who verifies the whole.
struct Adoption: ~Copyable {
    /// Where the log ends with the events so far; root and tree follow at the end.
    private(set) var head: StoreHead
    /// Bytes of the events so far.
    private(set) var byteCount = 0
    /// The rows of the tree, for the hashes that the reader completes.
    var rows: TreeRows
    private let view: StoreView
    private var streams: [StreamID: StreamHead] = [:]
    private let hasher: SHA256

    /// Begins where the log ends.
    ///
    /// - Parameter rows: the last ones of the head's tree.
    init(_ view: consuming StoreView, head: StoreHead, rows: TreeRows, hasher: SHA256) {
        self.view = view
        self.head = head
        self.rows = rows
        self.hasher = hasher
    }

    /// Adds an event as it is stored, with its entries of the index.
    mutating func add(
        _ event: borrowing EventView, _ transaction: inout WriteTransaction
    ) throws {
        let envelope = try event.envelope()
        let known = try streams[envelope.stream] ?? view.head(of: envelope.stream)
        guard envelope.streamVersion == (known?.version ?? .none).next else {
            throw FormatError(
                "the event is version \(envelope.streamVersion) of \(envelope.stream), expected "
                    + "\((known?.version ?? .none).next)")
        }
        guard envelope.previousHash == known?.hash ?? .zero else {
            throw FormatError("the hash chain of \(envelope.stream) is broken here")
        }
        let position = event.frame.position
        let stream = StreamHead(
            number: known?.number ?? head.streams, version: envelope.streamVersion,
            position: position, hash: event.frame.eventHash)
        try write(event, envelope, stream, &transaction)
        if known == nil { head.streams += 1 }
        streams[envelope.stream] = stream
        head.position = position
        head.commit = event.frame.commit
        head.appendedAt = event.frame.appendedAt
    }

    private mutating func write(
        _ event: borrowing EventView, _ envelope: Envelope, _ stream: StreamHead,
        _ transaction: inout WriteTransaction
    ) throws {
        let (position, index) = (stream.position, view.databases.index)
        var stored = event.frameBytes.copy()
        stored.append(bytes: event.eventBytes)
        byteCount += stored.count
        try transaction.put(
            view.databases.events, Keys.event(position), stored, appends: true)
        var value: [UInt8] = []
        value.append(littleEndian: position.number)
        try transaction.put(index, Keys.version(stream.number, stream.version), value)
        // What no fold can take has no day, until a program comes that can read it.
        if let day = (try? event.marketDay()) ?? nil {
            try transaction.put(index, Keys.day(stream.number, day, position), [])
        }
        // An id that does not follow from the content comes from a key, which the index knows.
        let derived = Envelope.id(
            stream: envelope.stream, version: envelope.streamVersion,
            typeNumber: envelope.typeNumber, schemaVersion: envelope.schemaVersion,
            payload: event.payload.copy(), hasher: hasher)
        if derived != envelope.id {
            guard try transaction.value(index, Keys.identifier(envelope.id)) == nil else {
                throw FormatError("the event's id is that of an earlier event")
            }
            try transaction.put(index, Keys.identifier(envelope.id), value)
        }
    }

    /// Writes heads of streams, rows and the log's head.
    mutating func finish(
        tree: MerkleFrontier, _ transaction: inout WriteTransaction
    ) throws {
        for (id, stream) in streams.sorted(by: { $0.key < $1.key }) {
            try transaction.put(view.databases.index, Keys.stream(id), stream.bytes)
        }
        try rows.write(to: view.databases.tree, &transaction)
        head.tree = tree
        head.root = tree.root(hasher: hasher)
        try transaction.put(view.databases.meta, Keys.head, head.bytes)
    }
}
