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
}
