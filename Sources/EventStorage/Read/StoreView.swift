public import EventFormat
public import LMDB

/// A view of one commit of a store: everything that can be read, and nothing that changes.
///
/// Borrowed inside ``EventStore/read(_:)``; the compiler keeps it, and every event seen through
/// it, from leaving the closure.
public struct StoreView: ~Copyable, Transaction {
    /// The transaction inside.
    public let handle: TransactionHandle
    let databases: EventStore.Databases
    let path: String

    init(handle: TransactionHandle, databases: EventStore.Databases, path: String) {
        self.handle = handle
        self.databases = databases
        self.path = path
    }

    /// Where the log ends.
    public func head() throws(EventStoreError) -> StoreHead {
        do {
            guard let bytes = try value(databases.meta, Keys.head) else {
                throw FormatError("the store has no head")
            }
            return try StoreHead(bytes)
        } catch {
            throw translate(error)
        }
    }

    /// The event at a position, in place; nil if there is none.
    ///
    /// - Complexity: O(log events), no copy.
    @_lifetime(borrow self)
    public func event(at position: GlobalPosition) throws(EventStoreError) -> EventView? {
        let found = try value(
            databases.events, Keys.event(position), orThrow: { EventStoreError($0, path: path) })
        guard let found else { return nil }
        if let defect = EventView.defect(in: found) { throw .corrupted(defect, at: position) }
        let event = EventView(checked: found)
        // Swift 6.3 loses through the generic call that `found` depends on this borrow.
        return unsafe _overrideLifetime(event, borrowing: self)
    }

    /// Calls `body` with every event of a range, ascending, until it returns false.
    ///
    /// - Throws: `.corrupted` where an event up to the head is missing; what `body` throws.
    /// - Complexity: O(log events) to start, O(1) for each event, no copy.
    public func forEachEvent(
        from first: GlobalPosition = GlobalPosition(1), through last: GlobalPosition,
        _ body: (_ position: GlobalPosition, _ event: borrowing EventView) throws -> Bool
    ) throws {
        let last = min(last, try head().position)
        guard first <= last else { return }
        var expected = first
        var goesOn = true
        try scan(
            databases.events, from: Keys.event(first),
            { (key, value) throws in
                guard key.byteCount == 8 else {
                    throw EventStoreError.corrupted(FormatError("a key is no position"), at: nil)
                }
                let position = GlobalPosition(UInt64(bigEndian: key.load(UInt64.self, at: 0)))
                guard position <= last else { return false }
                guard position == expected else {
                    throw EventStoreError.corrupted(
                        FormatError("the event is missing"), at: expected)
                }
                if let defect = EventView.defect(in: value) {
                    throw EventStoreError.corrupted(defect, at: position)
                }
                expected = GlobalPosition(position.number + 1)
                goesOn = try body(position, EventView(checked: value))
                return goesOn
            }, orThrow: { EventStoreError($0, path: path) })
        // A log that ends early must not look like one that was read to its end.
        guard !goesOn || expected > last else {
            throw EventStoreError.corrupted(FormatError("the event is missing"), at: expected)
        }
    }

    /// A stream's head; nil if there is no such stream.
    public func head(of stream: StreamID) throws(EventStoreError) -> StreamHead? {
        do {
            guard let bytes = try value(databases.index, Keys.stream(stream)) else { return nil }
            return try StreamHead(bytes)
        } catch {
            throw translate(error)
        }
    }

    /// The streams whose names begin with `prefix`, by name.
    public func streams(prefix: String) throws -> [(id: StreamID, head: StreamHead)] {
        let start = Keys.streams(prefix: prefix)
        var found: [(id: StreamID, head: StreamHead)] = []
        try scan(
            databases.index, from: start,
            { (key, value) throws in
                let bytes = key.copy()
                guard bytes.starts(with: start) else { return false }
                guard let id = StreamID(String(decoding: bytes.dropFirst(), as: UTF8.self)) else {
                    throw EventStoreError.corrupted(FormatError("a stream has no name"), at: nil)
                }
                do {
                    found.append((id, try StreamHead(value)))
                } catch {
                    throw translate(error)
                }
                return true
            }, orThrow: { EventStoreError($0, path: path) })
        return found
    }

    /// The position of a stream's event; nil if the stream does not reach so far.
    public func position(
        of version: StreamVersion, in stream: StreamHead
    ) throws(EventStoreError) -> GlobalPosition? {
        do {
            let bytes = try value(databases.index, Keys.version(stream.number, version))
            guard let bytes else { return nil }
            guard bytes.byteCount == 8 else { throw FormatError("a version's index is damaged") }
            return GlobalPosition(bytes.load(UInt64.self, at: 0))
        } catch {
            throw translate(error)
        }
    }

    /// The events of a stream that hold rows of a range of days, as (day, position), ascending.
    ///
    /// - Complexity: O(log entries + result).
    public func positions(
        in stream: StreamHead, days: ClosedRange<Int32>
    ) throws -> [(day: Int32, position: GlobalPosition)] {
        var found: [(day: Int32, position: GlobalPosition)] = []
        try scan(
            databases.index, from: Keys.day(stream.number, days.lowerBound, .start),
            { (key, _) throws in
                guard let entry = Keys.parseDay(key, number: stream.number),
                    entry.day <= days.upperBound
                else { return false }
                found.append(entry)
                return true
            }, orThrow: { EventStoreError($0, path: path) as any Error })
        return found
    }

    func translate(_ error: any Error) -> EventStoreError {
        switch error {
        case let error as LMDBError: EventStoreError(error, path: path)
        case let error as FormatError: .corrupted(error, at: nil)
        case let error as EventStoreError: error
        default: EventStoreError(.inputOutput, "\(path): \(error)")
        }
    }
}

extension EventStore {
    /// Runs `body` on a view of the newest commit. Waits for nobody, writers included.
    ///
    /// The view pins the pages of its commit: a body that takes long makes the file grow while
    /// others write.
    public func read<Result>(_ body: (borrowing StoreView) throws -> Result) throws -> Result {
        do {
            return try environment.read(
                { (transaction) throws in
                    let view = StoreView(
                        handle: transaction.handle, databases: databases, path: path)
                    return try body(view)
                }, orThrow: { EventStoreError($0, path: path) })
        } catch let error as LMDBError {
            // Whatever a body calls: LMDB's failures come out in the store's words.
            throw EventStoreError(error, path: path)
        }
    }

    /// Where the log ends.
    public func head() throws -> StoreHead { try read { try $0.head() } }

    /// Bytes of the file in use.
    public var usedBytes: Int { environment.usedBytes }

    /// The version of LMDB.
    public static var lmdbVersion: String { Environment.version }
}
