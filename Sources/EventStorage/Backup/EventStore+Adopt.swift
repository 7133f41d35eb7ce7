internal import Digest
internal import EventFormat
internal import LMDB

extension EventStore {
    /// Bytes of events after which an LMDB commit ends; a log's commit is never parted.
    private static let adoptedBytes = 32 << 20

    /// Adds the events of a segment that this log does not have yet, unchanged.
    ///
    /// The segment may begin before the log's end, as after a run that was interrupted: then the
    /// roots must agree there. Each LMDB commit ends with a commit of the log; the last of them is
    /// made only if the file's checksum and the segment's root are right.
    ///
    /// - Precondition: the segment is at its beginning, and begins at the log's end or before it.
    /// - Throws: `.invalidBackup`, `.rootMismatch`; the events of commits made before stay.
    /// - Complexity: O(bytes).
    func adopt(
        _ segment: inout SegmentReader, progress: (_ done: UInt64, _ of: UInt64) -> Void
    ) throws {
        try withWriter { state in
            state.forget()
            let hasher = SHA256()
            try pass(&segment, to: try head(), hasher)
            var goesOn = true
            while goesOn {
                goesOn = try environment.write(
                    { (transaction) throws in
                        let goesOn = try batch(&segment, &transaction, hasher, progress)
                        return (goesOn, true)
                    }, orThrow: { EventStoreError($0, path: path) as any Error })
            }
        }
    }

    /// Passes over what the log has already.
    private func pass(
        _ segment: inout SegmentReader, to head: StoreHead, _ hasher: SHA256
    ) throws {
        while segment.end.position < head.position {
            guard try segment.next() else { break }
        }
        guard segment.end.position == head.position, segment.tree == head.tree else {
            throw EventStoreError(
                .rootMismatch,
                "\(segment.path): at position \(segment.end.position) the backup has the root "
                    + "\(segment.tree.root(hasher: hasher)), the store \(path) has \(head.root) at "
                    + "\(head.position): they are not one history",
                position: segment.end.position)
        }
    }

    /// Adds events up to the end of a commit; false when the segment is at its end.
    private func batch(
        _ segment: inout SegmentReader, _ transaction: inout WriteTransaction, _ hasher: SHA256,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Void
    ) throws -> Bool {
        let view = StoreView(handle: transaction.handle, databases: databases, path: path)
        let head = try view.head()
        let rows = try TreeRows(head.tree, known: nil, of: databases.tree, transaction)
        var adoption = Adoption(view, head: head, rows: rows, hasher: hasher)
        let first = segment.header.before.position.number
        var goesOn = true
        while adoption.byteCount < Self.adoptedBytes || !segment.end.isEndOfCommit {
            goesOn = try segment.next { adoption.rows.append($0, level: $1) }
            guard goesOn else { break }
            do {
                try adoption.add(segment.event, &transaction)
            } catch let error as FormatError {
                throw EventStoreError(
                    .invalidBackup,
                    "\(segment.path): position \(segment.end.position): \(error)",
                    position: segment.end.position)
            }
            let done = segment.end.position.number - first
            if done.isMultiple(of: 256) { progress(done, segment.header.eventCount) }
        }
        try adoption.finish(tree: segment.tree, &transaction)
        if !goesOn, adoption.head != segment.header.after {
            throw EventStoreError(
                .invalidBackup,
                "\(segment.path): the backup counts other streams than its events have")
        }
        return goesOn
    }
}
