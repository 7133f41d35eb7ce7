internal import Digest
internal import EventFormat
internal import LMDB

/// The Merkle tree's inner nodes, out of the rows of hashes that a store keeps.
extension StoreView {
    /// The hash of a perfect subtree of 2^height leaves, by its index among those of its height:
    /// folded from the hashes of the tile level below it.
    ///
    /// - Throws: `.corrupted` if a row is missing or cut; that its hashes are right is the caller's
    ///   to check.
    /// - Complexity: 128 hashes and 4 rows at most.
    func subtree(
        _ height: Int, _ index: UInt64, hasher: SHA256
    ) throws(EventStoreError) -> Hash256 {
        let level = UInt8(height / 8)
        let count = UInt64(1) << UInt64(height % 8)
        var hashes: [Hash256] = []
        hashes.reserveCapacity(Int(count))
        let (first, end) = (index * count, (index + 1) * count)
        while first + UInt64(hashes.count) < end {
            try load(level, from: first + UInt64(hashes.count), before: end, into: &hashes)
        }
        while hashes.count > 1 {
            for pair in 0..<hashes.count / 2 {
                hashes[pair] = MerkleFrontier.node(
                    hashes[2 * pair], hashes[2 * pair + 1], hasher: hasher)
            }
            hashes.removeLast(hashes.count / 2)
        }
        return hashes[0]
    }

    /// Adds the hashes of one row, from a number on and before another.
    private func load(
        _ level: UInt8, from first: UInt64, before end: UInt64, into hashes: inout [Hash256]
    ) throws(EventStoreError) {
        let number = first / TreeRows.capacity
        let key = Keys.treeRow(level: level, row: number)
        let row = try value(databases.tree, key, orThrow: { EventStoreError($0, path: path) })
        let slots =
            first % TreeRows.capacity..<min(end - number * TreeRows.capacity, TreeRows.capacity)
        guard let row, row.byteCount >= Int(slots.upperBound) * Hash256.byteCount else {
            throw .corrupted(
                FormatError("row \(number) of tree level \(level) is missing or cut"), at: nil)
        }
        for slot in slots {
            let offset = Int(slot) * Hash256.byteCount
            hashes.append(Hash256(row.extracting(offset..<offset + Hash256.byteCount)))
        }
    }
}
