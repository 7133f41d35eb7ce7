public import Digest

/// Hashes of parts of a Merkle tree, made from its perfect subtrees (RFC 9162 §2.1).
///
/// Proofs need no leaves: a store keeps the hashes of some heights and gives any perfect subtree
/// from them, so that a proof reads some rows and never the events.
enum Subtrees {
    /// Gives the perfect subtree of 2^height leaves with this index among those of its height.
    typealias Source<Failure: Error> = (_ height: Int, _ index: UInt64) throws(Failure) -> Hash256

    /// The hash of leaves `start..<end`, RFC 9162's MTH(D[start:end]); of nothing if there are none.
    ///
    /// - Precondition: `start` is a multiple of the largest power of two not above the count, as
    ///   it is for every node of a tree.
    /// - Complexity: O(log leaves) subtrees.
    static func hash<Failure: Error>(
        _ start: UInt64, _ end: UInt64, hasher: SHA256, _ subtree: Source<Failure>
    ) throws(Failure) -> Hash256 {
        var (rest, at) = (end - start, end)
        var hash: Hash256?
        // From the right, where the smallest subtree stands.
        while rest > 0 {
            let height = rest.trailingZeroBitCount
            at -= 1 << UInt64(height)
            rest &= rest - 1
            let left = try subtree(height, at >> UInt64(height))
            hash = hash.map { MerkleFrontier.node(left, $0, hasher: hasher) } ?? left
        }
        return hash ?? hasher.hash([])
    }

    /// The largest power of two smaller than a count.
    ///
    /// - Precondition: the count is 2 or more.
    static func split(_ count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }
}

extension MerkleFrontier {
    /// The root of a tree of any size whose perfect subtrees can be asked for.
    ///
    /// - Complexity: O(log size) subtrees.
    public static func root<Failure: Error>(
        size: UInt64, hasher: SHA256,
        subtree: (_ height: Int, _ index: UInt64) throws(Failure) -> Hash256
    ) throws(Failure) -> Hash256 {
        try Subtrees.hash(0, size, hasher: hasher, subtree)
    }
}
