internal import Digest
public import EventFormat
internal import LMDB

extension StoreView {
    /// Checks that an event is as it was recorded: its bytes, its id's place in the chain of its
    /// stream, and its leaf in the Merkle tree.
    ///
    /// - Throws: `.notSkippable` where it is not: then it was damaged or changed.
    /// - Complexity: O(payload + log events).
    public func checkUntouched(
        _ event: borrowing EventView, at position: GlobalPosition
    ) throws(EventStoreError) {
        let hasher = SHA256()
        let frame = event.frame
        guard frame.defect(at: position) == nil, hasher.hash(event.eventBytes) == frame.eventHash
        else { throw Self.touched(position, "its bytes do not have the hash in its frame") }
        let leaf = MerkleFrontier.leaf(frame.bytes, hasher: hasher)
        let index = position.number - 1
        let slot = Int(index % TreeRows.capacity) * Hash256.byteCount
        do {
            let key = Keys.treeRow(level: 0, row: index / TreeRows.capacity)
            let row = try value(databases.tree, key)
            guard let row, row.byteCount >= slot + Hash256.byteCount,
                Hash256(row.extracting(slot..<slot + Hash256.byteCount)) == leaf
            else { throw Self.touched(position, "its frame is not in the Merkle tree") }
            let envelope = try event.envelope()
            guard let head = try head(of: envelope.stream),
                try self.position(of: envelope.streamVersion, in: head) == position,
                try previousHash(of: envelope, in: head) == envelope.previousHash
            else { throw Self.touched(position, "the chain of \(envelope.stream) is broken here") }
        } catch {
            throw translate(error)
        }
    }

    /// The hash of the event before another in its stream; zero before the first.
    private func previousHash(
        of envelope: Envelope, in head: StreamHead
    ) throws(EventStoreError) -> Hash256? {
        guard envelope.streamVersion.number > 1 else { return .zero }
        let version = StreamVersion(envelope.streamVersion.number - 1)
        guard let position = try position(of: version, in: head) else { return nil }
        return try event(at: position)?.frame.eventHash
    }

    private static func touched(_ position: GlobalPosition, _ what: String) -> EventStoreError {
        EventStoreError(
            .notSkippable,
            "position \(position) is damaged: \(what); damage is never passed over: restore a backup",
            position: position)
    }
}
