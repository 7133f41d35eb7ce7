internal import Digest
internal import EventFormat
internal import LMDB

extension StoreView {
    /// Checks what was appended after a position that is known to be good: every event's hash, its
    /// place in its stream's chain and in the commits, and that the Merkle tree of the log up to the
    /// position grows to the head's by these events and no others.
    ///
    /// - Parameter known: a head of before; that of the empty log checks everything.
    /// - Throws: `.corrupted` at the first event that is not as it was appended.
    /// - Complexity: O(bytes after the position): about 500 MB/s.
    func checkTail(after known: StoreHead) throws {
        let head = try head()
        let hasher = SHA256()
        var tree = known.tree
        var previous: Frame? = known.position > .start ? try frame(at: known.position) : nil
        try forEachEvent(
            from: GlobalPosition(known.position.number + 1), through: head.position
        ) { position, event in
            let frame = event.frame
            if let defect = try tailDefect(of: event, frame, after: previous, hasher: hasher) {
                throw EventStoreError.corrupted(FormatError(defect), at: position)
            }
            tree.append(leaf: MerkleFrontier.leaf(event.frameBytes, hasher: hasher), hasher: hasher)
            previous = frame
            return true
        }
        guard tree == head.tree, tree.root(hasher: hasher) == head.root,
            head.commit == previous?.commit ?? 0, head.appendedAt == previous?.appendedAt ?? .min,
            previous?.endOfCommit ?? .start == head.position
        else {
            throw EventStoreError.corrupted(
                FormatError("the head of the log is not what its events give"), at: nil)
        }
    }

    private func tailDefect(
        of event: borrowing EventView, _ frame: Frame, after previous: Frame?, hasher: SHA256
    ) throws(EventStoreError) -> String? {
        let position = GlobalPosition((previous?.position.number ?? 0) + 1)
        if let defect = frame.defect(at: position) { return defect.description }
        if let previous {
            let isSame = frame.commit == previous.commit && frame.indexInCommit > 0
            let isNext = frame.commit == previous.commit &+ 1 && frame.indexInCommit == 0
            guard isSame || isNext, frame.appendedAt > previous.appendedAt else {
                return "the event does not follow the one before it"
            }
        }
        guard hasher.hash(event.eventBytes) == frame.eventHash else {
            return "the event's bytes do not have the hash in its frame"
        }
        guard try isChained(event) else { return "the hash chain of its stream is broken here" }
        return nil
    }

    /// Whether an event names the hash of the one before it in its stream, and is in the index.
    func isChained(_ event: borrowing EventView) throws(EventStoreError) -> Bool {
        let envelope: Envelope
        do throws(FormatError) { envelope = try event.envelope() } catch { return false }
        guard let head = try head(of: envelope.stream),
            try position(of: envelope.streamVersion, in: head) == event.frame.position
        else { return false }
        let version = envelope.streamVersion.number
        guard version > 1 else { return version == 1 && envelope.previousHash == .zero }
        guard let position = try position(of: StreamVersion(version - 1), in: head),
            let before = try self.event(at: position)
        else { return false }
        return before.frame.eventHash == envelope.previousHash
    }
}
