internal import Digest
internal import EventFormat
internal import LMDB

extension StoreView {
    /// The head as it was when the log ended with a commit, made from what is recorded.
    ///
    /// - Parameter position: the end of a commit, see ``resolve(_:)``; 0 is the empty log.
    /// - Throws: `.corrupted`.
    /// - Complexity: O(log² events), whatever the log's length.
    func head(at position: GlobalPosition) throws(EventStoreError) -> StoreHead {
        let hasher = SHA256()
        var past = StoreHead(hasher: hasher)
        guard position > .start else { return past }
        let frame = try frame(at: position)
        past.position = position
        past.commit = frame.commit
        past.appendedAt = frame.appendedAt
        past.streams = try streams(at: position)
        var peaks: [Hash256] = []
        var start: UInt64 = 0
        for height in (0..<64).reversed() where position.number >> UInt64(height) & 1 == 1 {
            peaks.append(try subtree(height, start >> UInt64(height), hasher: hasher))
            start += 1 << UInt64(height)
        }
        do throws(FormatError) {
            past.tree = try MerkleFrontier(size: position.number, peaks: peaks)
        } catch {
            throw .corrupted(error, at: position)
        }
        past.root = past.tree.root(hasher: hasher)
        return past
    }

    /// How many streams had begun: they are numbered in the order of their first events.
    private func streams(at position: GlobalPosition) throws(EventStoreError) -> UInt32 {
        var low: UInt32 = 0
        var high = try head().streams
        while low < high {
            let middle = low + (high - low) / 2
            let key = Keys.version(middle, StreamVersion(1))
            let found = try value(
                databases.index, key, orThrow: { EventStoreError($0, path: path) })
            guard let found, found.byteCount == 8 else {
                throw .corrupted(FormatError("a stream's first event is not indexed"), at: nil)
            }
            let began = found.load(UInt64.self, at: 0) <= position.number
            (low, high) = began ? (middle + 1, high) : (low, middle)
        }
        return low
    }

    /// The hash of a perfect subtree, folded from the hashes of the tile level below it.
    private func subtree(
        _ height: Int, _ index: UInt64, hasher: SHA256
    ) throws(EventStoreError) -> Hash256 {
        let level = UInt8(height / 8)
        let count = UInt64(1) << UInt64(height % 8)
        var hashes: [Hash256] = []
        for number in index * count..<(index + 1) * count {
            let key = Keys.treeRow(level: level, row: number / TreeRows.capacity)
            let row = try value(
                databases.tree, key, orThrow: { EventStoreError($0, path: path) })
            let offset = Int(number % TreeRows.capacity) * Hash256.byteCount
            guard let row, row.byteCount >= offset + Hash256.byteCount else {
                throw .corrupted(
                    FormatError("a row of tree level \(level) is missing or cut"), at: nil)
            }
            hashes.append(Hash256(row.extracting(offset..<offset + Hash256.byteCount)))
        }
        while hashes.count > 1 {
            hashes = stride(from: 0, to: hashes.count, by: 2).map {
                MerkleFrontier.node(hashes[$0], hashes[$0 + 1], hasher: hasher)
            }
        }
        return hashes[0]
    }
}
