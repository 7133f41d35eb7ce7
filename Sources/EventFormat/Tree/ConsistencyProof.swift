public import Digest

/// A proof that one tree begins with another: RFC 9162 §2.1.4, the same as RFC 6962 §2.1.2.
public struct ConsistencyProof: Equatable, Sendable {
    /// Number of leaves of the older tree.
    public let first: UInt64
    /// Number of leaves of the newer tree.
    public let second: UInt64
    /// Hashes of subtrees, the lowest first; none where the trees are one.
    public let path: [Hash256]

    /// A proof of all its parts, to be verified.
    public init(first: UInt64, second: UInt64, path: [Hash256]) {
        self.first = first
        self.second = second
        self.path = path
    }

    /// Makes the proof from the perfect subtrees of the newer tree (RFC 9162 §2.1.4.1).
    ///
    /// - Precondition: `first` is 1 … `second`, and the tree has `second` leaves or more.
    /// - Complexity: O(log size) hashes, each of O(log size) subtrees at most.
    public init<Failure: Error>(
        first: UInt64, second: UInt64, hasher: SHA256,
        subtree: (_ height: Int, _ index: UInt64) throws(Failure) -> Hash256
    ) throws(Failure) {
        precondition(first > 0 && first <= second, "the older tree is a part of the newer")
        var path: [Hash256] = []
        var (start, end) = (UInt64(0), second)
        while end != first {
            let middle = start + Subtrees.split(end - start)
            if first <= middle {
                path.append(try Subtrees.hash(middle, end, hasher: hasher, subtree))
                end = middle
            } else {
                path.append(try Subtrees.hash(start, middle, hasher: hasher, subtree))
                start = middle
            }
        }
        // The verifier knows the older root: it is left out where it is a node of the newer tree.
        if start > 0 { path.append(try Subtrees.hash(start, end, hasher: hasher, subtree)) }
        self.init(first: first, second: second, path: path.reversed())
    }

    /// Whether the newer tree begins with the older one.
    ///
    /// Step by step as RFC 9162 §2.1.4.2 has it, which leaves out one case: a tree begins with
    /// itself, and needs no path for that. With the empty tree begins every tree: there is nothing
    /// to prove, and no proof of it is valid.
    public func proves(first firstRoot: Hash256, second secondRoot: Hash256, hasher: SHA256) -> Bool
    {
        guard first > 0, first <= second else { return false }
        if first == second { return path.isEmpty && firstRoot == secondRoot }
        guard !path.isEmpty else { return false }
        let isPower = first & (first - 1) == 0
        let hashes = isPower ? [firstRoot] + path : path
        var (node, last) = (first - 1, second - 1)
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var (older, newer) = (hashes[0], hashes[0])
        for hash in hashes.dropFirst() {
            guard last != 0 else { return false }
            if node & 1 == 1 || node == last {
                older = MerkleFrontier.node(hash, older, hasher: hasher)
                newer = MerkleFrontier.node(hash, newer, hasher: hasher)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                newer = MerkleFrontier.node(newer, hash, hasher: hasher)
            }
            node >>= 1
            last >>= 1
        }
        return older == firstRoot && newer == secondRoot && last == 0
    }
}
