public import Digest
public import EventFormat
internal import LMDB

/// Proofs out of the rows of hashes that every append writes: no event is read again, but for the
/// one that is proven.
///
/// Nothing is given out unchecked. Every proof is verified as its reader will, and every root is
/// shown to belong to the head's: damaged rows give an error, never a wrong proof.
extension StoreView {
    /// An event that stands in the log, with what proves it.
    public struct ProvenEvent: Sendable {
        /// The event's place and hash: the leaf.
        public let frame: Frame
        /// The way from the leaf to the root.
        public let proof: InclusionProof
        /// The root of the tree of the proof's size.
        public let root: Hash256
    }

    /// Two states of the log, the newer of which continues the older.
    public struct ProvenGrowth: Sendable {
        /// The way from the older root to the newer.
        public let proof: ConsistencyProof
        /// The root of the older tree.
        public let firstRoot: Hash256
        /// The root of the newer tree.
        public let secondRoot: Hash256
    }

    /// The root of the log when it had so many events.
    ///
    /// - Throws: `.invalidPoint` beyond the log; `.corrupted`.
    /// - Complexity: as ``consistencyProof(from:to:)``.
    public func root(at size: UInt64) throws(EventStoreError) -> Hash256 {
        let head = try head()
        return try root(at: size, head, hasher: SHA256())
    }

    /// Proves that the event at a position is among the first `size` events.
    ///
    /// - Throws: `.invalidPoint` if the position is not among them or `size` lies beyond the log;
    ///   `.corrupted` where bytes are not what the log says.
    /// - Complexity: O(log² events) hashes, about 500 for a million events: 0.3 ms; the event is
    ///   hashed once.
    public func inclusionProof(
        of position: GlobalPosition, in size: UInt64
    ) throws(EventStoreError) -> ProvenEvent {
        guard position > .start, position.number <= size else {
            throw EventStoreError(
                .invalidPoint,
                "there is no event at position \(position) among the first \(size): positions "
                    + "run from 1")
        }
        let hasher = SHA256()
        let head = try head()
        let root = try root(at: size, head, hasher: hasher)
        let frame = try checkedFrame(at: position, hasher: hasher)
        let proof = try InclusionProof(index: position.number - 1, size: size, hasher: hasher) {
            (height, index) throws(EventStoreError) in
            try subtree(height, index, hasher: hasher)
        }
        let leaf = MerkleFrontier.leaf(frame.bytes, hasher: hasher)
        guard proof.proves(leaf: leaf, root: root, hasher: hasher) else {
            throw .corrupted(
                FormatError("the frame and the rows of the tree do not give the root"),
                at: position)
        }
        return ProvenEvent(frame: frame, proof: proof, root: root)
    }

    /// Proves that the log of `second` events continues the log of `first` events.
    ///
    /// - Throws: `.invalidPoint` if the first is 0 or the larger one, or the second lies beyond the
    ///   log; `.corrupted`.
    /// - Complexity: O(log² events) hashes.
    public func consistencyProof(
        from first: UInt64, to second: UInt64
    ) throws(EventStoreError) -> ProvenGrowth {
        guard first > 0, first <= second else {
            throw EventStoreError(
                .invalidPoint,
                "\(first) events do not grow to \(second): name the smaller first, from 1 on")
        }
        let hasher = SHA256()
        let head = try head()
        let secondRoot = try root(at: second, head, hasher: hasher)
        return try growth(from: first, to: second, secondRoot, hasher: hasher)
    }

    /// The root at a size, shown to be one that the head's tree grew from.
    private func root(
        at size: UInt64, _ head: StoreHead, hasher: SHA256
    ) throws(EventStoreError) -> Hash256 {
        guard size <= head.position.number else {
            throw EventStoreError(
                .invalidPoint,
                "\(size) events are beyond the log, which ends at \(head.position)")
        }
        guard head.tree.root(hasher: hasher) == head.root else {
            throw .corrupted(FormatError("the head's peaks do not give its root"), at: nil)
        }
        // Every tree begins with the empty one: there is nothing to show.
        if size == 0 { return hasher.hash([]) }
        let end = head.position.number
        return try growth(from: size, to: end, head.root, hasher: hasher).firstRoot
    }

    private func growth(
        from first: UInt64, to second: UInt64, _ secondRoot: Hash256, hasher: SHA256
    ) throws(EventStoreError) -> ProvenGrowth {
        let firstRoot = try MerkleFrontier.root(size: first, hasher: hasher) {
            (height, index) throws(EventStoreError) in
            try subtree(height, index, hasher: hasher)
        }
        let proof = try ConsistencyProof(first: first, second: second, hasher: hasher) {
            (height, index) throws(EventStoreError) in
            try subtree(height, index, hasher: hasher)
        }
        guard proof.proves(first: firstRoot, second: secondRoot, hasher: hasher) else {
            throw .corrupted(
                FormatError("the rows of the tree do not give the root of \(second) events"),
                at: nil)
        }
        return ProvenGrowth(proof: proof, firstRoot: firstRoot, secondRoot: secondRoot)
    }

    /// The frame of an event whose bytes have the hash in it.
    private func checkedFrame(
        at position: GlobalPosition, hasher: SHA256
    ) throws(EventStoreError) -> Frame {
        let frame = try frame(at: position)
        guard let event = try event(at: position),
            hasher.hash(event.eventBytes) == frame.eventHash
        else {
            throw .corrupted(
                FormatError("the event's bytes do not have the hash in its frame"), at: position)
        }
        return frame
    }
}
