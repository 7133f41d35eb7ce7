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
            guard try isChained(event) else {
                throw Self.touched(position, "the chain of its stream is broken here")
            }
        } catch {
            throw translate(error)
        }
    }

    private static func touched(_ position: GlobalPosition, _ what: String) -> EventStoreError {
        EventStoreError(
            .notSkippable,
            "position \(position) is damaged: \(what); damage is never passed over: restore a backup",
            position: position)
    }
}
