public import Digest
public import EventFormat

/// A log beside what was promised of it before.
public enum CheckpointComparison: Equatable, Sendable {
    /// The log is the one promised, and has so many events by now.
    case kept(events: UInt64)
    /// The log has fewer events than were promised: an older file was put back.
    case shorter(events: UInt64)
    /// The log has another root at the promised size: it was forked, or events were rewritten.
    case different(root: Hash256)
    /// The promise is another store's.
    case otherStore(origin: String)
}

extension StoreView {
    /// The log's state when it had so many events, to be signed.
    ///
    /// - Throws: `.invalidPoint` beyond the log; `.corrupted`.
    /// - Complexity: as ``consistencyProof(from:to:)``.
    public func checkpoint(
        at size: UInt64, of identity: StoreIdentity
    ) throws(EventStoreError) -> Checkpoint {
        Checkpoint(origin: identity.origin, size: size, root: try root(at: size))
    }

    /// Compares the log with a checkpoint.
    ///
    /// Tells whether this file is the log promised as far as its own rows of hashes go; that its
    /// events are what the rows say is for ``EventStore/verify(progress:)`` to check.
    ///
    /// - Throws: `.corrupted`.
    /// - Complexity: as ``consistencyProof(from:to:)``.
    public func compare(
        with checkpoint: Checkpoint, of identity: StoreIdentity
    ) throws(EventStoreError) -> CheckpointComparison {
        let events = try head().position.number
        guard checkpoint.origin.utf8.elementsEqual(identity.origin.utf8) else {
            return .otherStore(origin: checkpoint.origin)
        }
        guard checkpoint.size <= events else { return .shorter(events: events) }
        let root = try root(at: checkpoint.size)
        return root == checkpoint.root ? .kept(events: events) : .different(root: root)
    }
}
