public import Digest

/// The Merkle tree over frames of RFC 6962 §2.1, as its right edge: enough to append and to know
/// the root.
///
/// A tree of n leaves is a row of perfect subtrees, one for every bit of n, the largest first; their
/// hashes are the peaks. Appending a leaf merges peaks like carrying in a binary sum.
public struct MerkleFrontier: Equatable, Sendable {
    /// Number of leaves.
    public private(set) var size: UInt64 = 0
    /// Hashes of the perfect subtrees, the largest first; one for every bit of `size`.
    public private(set) var peaks: [Hash256] = []

    /// The empty tree.
    public init() {}

    /// A tree whose right edge is known.
    public init(size: UInt64, peaks: [Hash256]) throws(FormatError) {
        guard peaks.count == size.nonzeroBitCount else {
            throw FormatError("a tree of \(size) leaves has \(peaks.count) peaks")
        }
        self.size = size
        self.peaks = peaks
    }

    /// Appends a leaf.
    ///
    /// - Parameter completed: called with every perfect subtree that is now complete, from the leaf
    ///   (height 0) upwards, with its index among those of its height.
    /// - Complexity: O(1) amortised, O(log size) at most.
    public mutating func append(
        leaf: Hash256, hasher: SHA256,
        completed: (_ height: Int, _ index: UInt64, _ hash: Hash256) -> Void = { _, _, _ in }
    ) {
        var hash = leaf
        var height = 0
        completed(0, size, leaf)
        while (size >> UInt64(height)) & 1 == 1 {
            hash = Self.node(peaks.removeLast(), hash, hasher: hasher)
            height += 1
            completed(height, size >> UInt64(height), hash)
        }
        peaks.append(hash)
        size += 1
    }

    /// The root: the peaks folded from the right; SHA-256 of nothing for the empty tree.
    ///
    /// - Complexity: O(log size).
    public func root(hasher: SHA256) -> Hash256 {
        guard var hash = peaks.last else { return hasher.hash([]) }
        for peak in peaks.dropLast().reversed() { hash = Self.node(peak, hash, hasher: hasher) }
        return hash
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ frame).
    public static func leaf(_ frame: [UInt8], hasher: SHA256) -> Hash256 {
        leaf(frame.rawSpan, hasher: hasher)
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ frame).
    public static func leaf(_ frame: RawSpan, hasher: SHA256) -> Hash256 {
        hasher.hash(tag: 0x00, frame)
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
    public static func node(_ left: Hash256, _ right: Hash256, hasher: SHA256) -> Hash256 {
        hasher.hash(tag: 0x01, left, right)
    }
}
