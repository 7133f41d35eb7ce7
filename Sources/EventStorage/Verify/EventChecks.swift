internal import Digest
internal import EventFormat
internal import LMDB
internal import Synchronization

/// What can be said of each event alone: its hash, its id, its payload. Nine tenths of a
/// verification, shared by as many threads as call ``work()``.
///
/// The threads take chunks of the log in turn; what comes out does not depend on who took which.
/// Each chunk is read in a transaction of its own: events never change, and none is pinned long.
final class EventChecks: Sendable {
    /// Events that are checked in one transaction.
    static let chunk: UInt64 = 128

    private let store: EventStore
    private let last: GlobalPosition
    private let skips: SkipList
    private let isDeep: Bool
    private let nextChunk = Atomic<UInt64>(0)
    private let results = Mutex(Results())

    /// What the threads found.
    struct Results: Sendable {
        var report = VerificationReport()
        /// Events whose id comes from a key, which the index must know.
        var keyEntries = 0
        /// Why a thread could not go on.
        var failure: (any Error)?
    }

    /// - Parameter isDeep: also look up every event by its key, as a reader of one event would.
    init(_ store: EventStore, through last: GlobalPosition, skips: SkipList, isDeep: Bool) {
        self.store = store
        self.last = last
        self.skips = skips
        self.isDeep = isDeep
    }

    /// How many events were taken up.
    var taken: UInt64 {
        min(nextChunk.load(ordering: .relaxed) * Self.chunk, last.number)
    }

    /// Checks chunks until none is left.
    func work(progress: () -> Void = {}) {
        var own = Results()
        let hasher = SHA256()
        while own.failure == nil {
            let chunk = nextChunk.wrappingAdd(1, ordering: .relaxed).oldValue
            let first = GlobalPosition(chunk * Self.chunk + 1)
            guard first <= last else { break }
            let end = GlobalPosition(min(first.number + Self.chunk - 1, last.number))
            do {
                try store.read { view in try check(view, first, end, hasher, &own) }
            } catch let error as EventStoreError where error.code == .corrupted {
                // The walk along the log may not meet it: it reads other keys, at another time.
                own.report.note(error.position, error.message)
            } catch {
                own.failure = error
            }
            progress()
        }
        results.withLock { results in
            results.report.merge(own.report)
            results.keyEntries += own.keyEntries
            results.failure = results.failure ?? own.failure
        }
    }

    /// What all threads found; complete when ``work()`` has returned on each.
    func finish() throws -> Results {
        let results = results.withLock { $0 }
        if let failure = results.failure { throw failure }
        return results
    }

    private func check(
        _ view: borrowing StoreView, _ first: GlobalPosition, _ end: GlobalPosition,
        _ hasher: SHA256, _ own: inout Results
    ) throws {
        try view.forEachEvent(from: first, through: end) { position, event in
            if hasher.hash(event.eventBytes) != event.frame.eventHash {
                own.report.note(position, "the event's bytes do not have the hash in its frame")
            }
            checkPayload(event, at: position, &own)
            if event.derivedID(hasher: hasher) != event.id {
                own.keyEntries += 1
                try checkKey(event, at: position, view, &own)
            }
            if isDeep { try lookUp(event, at: position, view, &own) }
            return true
        }
    }

    /// Checks that a payload is one of its type, unless it is passed over.
    private func checkPayload(
        _ event: borrowing EventView, at position: GlobalPosition, _ own: inout Results
    ) {
        var name: String {
            event.type?.name ?? "type \(event.typeNumber) version \(event.schemaVersion)"
        }
        if let skip = skips.skip(of: event) {
            own.report.skipped.append(
                VerificationReport.Skipped(
                    position: position, type: name, reason: skip.event.reason, by: skip.event.by,
                    decidedAt: skip.position))
            return
        }
        guard let type = event.type else {
            return own.report.note(position, "\(name) is unknown")
        }
        if let defect = type.defect(in: event.payload) {
            own.report.note(position, "\(name): \(defect)")
        }
    }

    /// An id that does not follow from the content follows from a key, which the index knows.
    private func checkKey(
        _ event: borrowing EventView, at position: GlobalPosition, _ view: borrowing StoreView,
        _ own: inout Results
    ) throws {
        let entry = try view.value(view.databases.index, Keys.identifier(event.id))
        guard let entry, entry.byteCount == 8, entry.load(UInt64.self, at: 0) == position.number
        else {
            return own.report.note(position, "the event's id does not follow from its content")
        }
    }

    /// The key leads to the bytes that the walk along the log met.
    private func lookUp(
        _ event: borrowing EventView, at position: GlobalPosition, _ view: borrowing StoreView,
        _ own: inout Results
    ) throws {
        let found = try view.value(view.databases.events, Keys.event(position))
        guard let found, found.byteCount == Frame.byteCount + event.eventBytes.byteCount,
            found.extracting(0..<Frame.byteCount).isIdenticalBytes(to: event.frameBytes)
        else {
            return own.report.note(position, "the event is not found by its position")
        }
    }
}
