import Digest
import EventFormat
import Testing

/// The right edge of the tree against RFC 6962.
@Suite struct MerkleTests {
    let hasher = SHA256()

    /// The leaves and roots of the Certificate Transparency reference implementation.
    ///
    /// Source: https://github.com/transparency-dev/merkle, testonly/constants.go
    static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        Array(0x50...0x57), Array(0x60...0x6F),
    ]

    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func rootsAreThoseOfTheReference() {
        var tree = MerkleFrontier()
        #expect(tree.root(hasher: hasher).hex == Self.roots[0])
        for (index, leaf) in Self.leaves.enumerated() {
            tree.append(leaf: MerkleFrontier.leaf(leaf, hasher: hasher), hasher: hasher)
            #expect(tree.root(hasher: hasher).hex == Self.roots[index + 1])
            #expect(tree.size == UInt64(index + 1))
        }
    }

    /// RFC 6962 §2.1 word by word: split at the largest power of two below n.
    private func naive(_ leaves: ArraySlice<Hash256>) -> Hash256 {
        if leaves.isEmpty { return hasher.hash([]) }
        if leaves.count == 1 { return leaves.first! }
        var half = 1
        while half * 2 < leaves.count { half *= 2 }
        let middle = leaves.startIndex + half
        return MerkleFrontier.node(
            naive(leaves[..<middle]), naive(leaves[middle...]), hasher: hasher)
    }

    @Test func theFrontierIsTheTreeOfEverySizeUpTo600() throws {
        var tree = MerkleFrontier()
        var leaves: [Hash256] = []
        var completed: [Int: [Hash256]] = [:]
        for number in 0...600 {
            #expect(tree.root(hasher: hasher) == naive(leaves[...]), "\(number) leaves")
            #expect(tree.peaks.count == number.nonzeroBitCount)
            let restored = try MerkleFrontier(size: tree.size, peaks: tree.peaks)
            #expect(restored == tree)
            let leaf = hasher.hash([UInt8(number & 0xFF), UInt8(number >> 8)])
            tree.append(leaf: leaf, hasher: hasher) { height, index, hash in
                #expect(index == UInt64(completed[height, default: []].count))
                completed[height, default: []].append(hash)
            }
            leaves.append(leaf)
        }
        // Every perfect subtree was named once, from the leaves up, with its right hash.
        #expect(completed[0] == leaves)
        for height in 1...9 {
            let width = 1 << height
            let expected = (0..<leaves.count / width).map {
                naive(leaves[$0 * width..<($0 + 1) * width])
            }
            #expect(completed[height, default: []] == expected, "height \(height)")
        }
        #expect(completed[10] == nil)
    }

    @Test func peaksThatDoNotFitTheSizeAreRefused() {
        #expect(throws: FormatError.self) { try MerkleFrontier(size: 3, peaks: [.zero]) }
        #expect(throws: FormatError.self) { try MerkleFrontier(size: 0, peaks: [.zero]) }
    }
}
