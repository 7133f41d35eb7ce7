public import Digest

/// A proof that a leaf stands at an index of a tree: RFC 9162 §2.1.3, the same as RFC 6962 §2.1.1.
public struct InclusionProof: Equatable, Sendable {
    /// The leaf's place, from 0: an event's position less one.
    public let index: UInt64
    /// Number of leaves of the tree.
    public let size: UInt64
    /// The siblings on the way up, the leaf's first.
    public let path: [Hash256]

    /// A proof of all its parts, to be verified.
    public init(index: UInt64, size: UInt64, path: [Hash256]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Makes the proof from the perfect subtrees of a tree (RFC 9162 §2.1.3.1).
    ///
    /// - Precondition: `index` lies below `size`, and the tree has `size` leaves or more.
    /// - Complexity: O(log size) hashes, each of O(log size) subtrees at most.
    public init<Failure: Error>(
        index: UInt64, size: UInt64, hasher: SHA256,
        subtree: (_ height: Int, _ index: UInt64) throws(Failure) -> Hash256
    ) throws(Failure) {
        precondition(index < size, "the leaf is in the tree")
        var (start, end) = (UInt64(0), size)
        var path: [Hash256] = []
        while end - start > 1 {
            let middle = start + Subtrees.split(end - start)
            if index < middle {
                path.append(try Subtrees.hash(middle, end, hasher: hasher, subtree))
                end = middle
            } else {
                path.append(try Subtrees.hash(start, middle, hasher: hasher, subtree))
                start = middle
            }
        }
        self.init(index: index, size: size, path: path.reversed())
    }

    /// The root that a leaf and this path give; nil if the path does not fit the index and size.
    ///
    /// Step by step as RFC 9162 §2.1.3.2 has it, but for the comparison at its end.
    public func root(leaf: Hash256, hasher: SHA256) -> Hash256? {
        guard index < size else { return nil }
        var (node, last) = (index, size - 1)
        var hash = leaf
        for sibling in path {
            guard last != 0 else { return nil }
            if node & 1 == 1 || node == last {
                hash = MerkleFrontier.node(sibling, hash, hasher: hasher)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = MerkleFrontier.node(hash, sibling, hasher: hasher)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 ? hash : nil
    }

    /// Whether the leaf is in the tree with this root.
    public func proves(leaf: Hash256, root: Hash256, hasher: SHA256) -> Bool {
        self.root(leaf: leaf, hasher: hasher) == root
    }
}
