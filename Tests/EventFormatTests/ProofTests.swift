import CanonicalJSON
import Digest
import EventFormat
import Testing

/// Inclusion and consistency proofs against RFC 9162 and the reference implementation.
@Suite struct ProofTests {
    let hasher = SHA256()

    /// 195 proofs, right and wrong, of the Certificate Transparency reference implementation.
    ///
    /// Source: https://github.com/transparency-dev/merkle, testdata at commit 417fb0c, one a line;
    /// Apache License 2.0. One that calls roots of 12 bytes right is left out. `first` is
    /// a leaf's index or the older size, `hash` its leaf hash or root.
    @Test func theProofsOfTheReference() throws {
        let file = FixtureTests.path("Fixtures/merkle-proofs.jsonl")
        let lines = try #require(TextFile.read(file)).split(separator: "\n")
        #expect(lines.count == 195)
        var valid = 0
        for line in lines {
            let probe = try JSONValue(parsing: Array(line.utf8))
            let expected = probe["valid"] == true
            valid += expected ? 1 : 0
            #expect(try isValid(probe) == expected, "\(line)")
        }
        #expect(valid == 11)
    }

    private func isValid(_ probe: JSONValue) throws -> Bool {
        let first = try #require(probe["first"]?.text.flatMap { UInt64($0) })
        let size = try #require(probe["size"]?.text.flatMap { UInt64($0) })
        // Some wrong ones have hashes of other lengths, which are no hashes here.
        guard let start = hash(of: probe["hash"]), let root = hash(of: probe["root"]) else {
            return false
        }
        var path: [Hash256] = []
        for element in probe["path"]?.elements ?? [] {
            guard let sibling = hash(of: element) else { return false }
            path.append(sibling)
        }
        if probe["kind"]?.text == "inclusion" {
            return InclusionProof(index: first, size: size, path: path)
                .proves(leaf: start, root: root, hasher: hasher)
        }
        return ConsistencyProof(first: first, second: size, path: path)
            .proves(first: start, second: root, hasher: hasher)
    }

    private func hash(of value: JSONValue?) -> Hash256? {
        guard let text = value?.text, let bytes = Base64.bytes(text), bytes.count == 32 else {
            return nil
        }
        return Hash256(bytes.rawSpan)
    }

    /// RFC 9162 §2.1 word by word: MTH, PATH and SUBPROOF, by recursion over leaves; roots are kept once known.
    private final class Literal {
        private let hasher = SHA256()
        private var known: [Range<Int>: Hash256] = [:]

        func root(_ leaves: ArraySlice<Hash256>) -> Hash256 {
            guard leaves.count > 1 else { return leaves.first ?? hasher.hash([]) }
            if let hash = known[leaves.indices] { return hash }
            let (left, right) = halves(leaves)
            let hash = MerkleFrontier.node(root(left), root(right), hasher: hasher)
            known[leaves.indices] = hash
            return hash
        }

        func path(_ index: Int, _ leaves: ArraySlice<Hash256>) -> [Hash256] {
            guard leaves.count > 1 else { return [] }
            let (left, right) = halves(leaves)
            return index < left.count
                ? path(index, left) + [root(right)]
                : path(index - left.count, right) + [root(left)]
        }

        func subproof(_ count: Int, _ leaves: ArraySlice<Hash256>, _ isWhole: Bool) -> [Hash256] {
            if count == leaves.count { return isWhole ? [] : [root(leaves)] }
            let (left, right) = halves(leaves)
            return count <= left.count
                ? subproof(count, left, isWhole) + [root(right)]
                : subproof(count - left.count, right, false) + [root(left)]
        }

        private func halves(
            _ leaves: ArraySlice<Hash256>
        ) -> (ArraySlice<Hash256>, ArraySlice<Hash256>) {
            var half = 1
            while half * 2 < leaves.count { half *= 2 }
            return (leaves.prefix(half), leaves.dropFirst(half))
        }
    }

    /// A tree, its perfect subtrees and its literal twin.
    private func tree(_ count: Int) -> (leaves: [Hash256], subtrees: [Int: [Hash256]]) {
        var (tree, leaves, subtrees) = (MerkleFrontier(), [Hash256](), [Int: [Hash256]]())
        for number in 0..<count {
            let leaf = hasher.hash([UInt8(number & 0xFF), UInt8(number >> 8)])
            leaves.append(leaf)
            tree.append(leaf: leaf, hasher: hasher) { height, _, hash in
                subtrees[height, default: []].append(hash)
            }
        }
        return (leaves, subtrees)
    }

    @Test func everyInclusionUpTo200Leaves() {
        let (leaves, subtrees) = tree(200)
        let literal = Literal()
        for size in 1...leaves.count {
            let part = leaves.prefix(size)
            let root = literal.root(part)
            #expect(
                root
                    == MerkleFrontier.root(size: UInt64(size), hasher: hasher) {
                        subtrees[$0]![Int($1)]
                    })
            for index in 0..<size {
                let proof = InclusionProof(
                    index: UInt64(index), size: UInt64(size), hasher: hasher
                ) { subtrees[$0]![Int($1)] }
                let isRight =
                    proof.path == literal.path(index, part)
                    && proof.proves(leaf: leaves[index], root: root, hasher: hasher)
                #expect(isRight, "leaf \(index) of \(size)")
                // Nothing else is proven by it.
                let other = leaves[(index + 1) % leaves.count]
                #expect(!proof.proves(leaf: other, root: root, hasher: hasher))
            }
        }
    }

    @Test func everyConsistencyUpTo200Leaves() {
        let (leaves, subtrees) = tree(200)
        let literal = Literal()
        let roots = (0...leaves.count).map { literal.root(leaves.prefix($0)) }
        for second in 1...leaves.count {
            for first in 1...second {
                let proof = ConsistencyProof(
                    first: UInt64(first), second: UInt64(second), hasher: hasher
                ) { subtrees[$0]![Int($1)] }
                let isRight =
                    proof.path == literal.subproof(first, leaves.prefix(second), true)
                    && proof.proves(first: roots[first], second: roots[second], hasher: hasher)
                #expect(isRight, "\(first) to \(second)")
                #expect(!proof.proves(first: roots[0], second: roots[second], hasher: hasher))
                #expect(!proof.proves(first: roots[first], second: roots[0], hasher: hasher))
            }
        }
    }

    /// Any bit of a proof, of its numbers and roots, and any hash more or less, breaks it.
    @Test(arguments: [1, 2, 3] as [UInt64]) func changedProofsFail(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let (leaves, subtrees) = tree(600)
        let source = { (height: Int, index: UInt64) in subtrees[height]![Int(index)] }
        for _ in 0..<200 {
            let size = UInt64.random(in: 2...600, using: &random)
            let index = UInt64.random(in: 0..<size, using: &random)
            let root = MerkleFrontier.root(size: size, hasher: hasher, subtree: source)
            let proof = InclusionProof(index: index, size: size, hasher: hasher, subtree: source)
            let leaf = leaves[Int(index)]
            #expect(proof.proves(leaf: leaf, root: root, hasher: hasher))
            for path in changes(proof.path, &random) {
                let wrong = InclusionProof(index: index, size: size, path: path)
                #expect(!wrong.proves(leaf: leaf, root: root, hasher: hasher), "seed \(seed)")
            }
            let away = InclusionProof(index: index ^ 1, size: size, path: proof.path)
            #expect(!away.proves(leaf: leaf, root: root, hasher: hasher), "seed \(seed)")

            let first = UInt64.random(in: 1..<size, using: &random)
            let older = MerkleFrontier.root(size: first, hasher: hasher, subtree: source)
            let growth = ConsistencyProof(
                first: first, second: size, hasher: hasher, subtree: source)
            #expect(growth.proves(first: older, second: root, hasher: hasher))
            for path in changes(growth.path, &random) {
                let wrong = ConsistencyProof(first: first, second: size, path: path)
                #expect(!wrong.proves(first: older, second: root, hasher: hasher), "seed \(seed)")
            }
            #expect(!growth.proves(first: root, second: older, hasher: hasher))
        }
    }

    private func changes(_ path: [Hash256], _ random: inout SplitMix64) -> [[Hash256]] {
        let place = Int.random(in: 0..<max(path.count, 1), using: &random)
        var wrong = [path + [.zero], [.zero] + path]
        if let last = path.last { wrong += [path.dropLast(), path + [last]] }
        if path.indices.contains(place) {
            var bytes = path[place].bytes
            bytes[Int.random(in: 0..<32, using: &random)] ^= 1 << UInt8(random.next() % 8)
            var changed = path
            changed[place] = Hash256(bytes.rawSpan)
            wrong.append(changed)
        }
        return wrong
    }

    /// Sizes that no log has must not trap, and prove nothing.
    @Test func absurdNumbersProveNothing() {
        let path = [Hash256](repeating: .zero, count: 70)
        for size in [0, 1, 2, .max - 1, .max] as [UInt64] {
            for first in [0, 1, 2, .max - 1, .max] as [UInt64] {
                for count in [0, 1, 63, 64, 65, 70] {
                    let path = Array(path.prefix(count))
                    let leaf = InclusionProof(index: first, size: size, path: path)
                    // A tree of one leaf is its leaf.
                    #expect(
                        leaf.proves(leaf: .zero, root: .zero, hasher: hasher)
                            == (first == 0 && size == 1 && count == 0))
                    let growth = ConsistencyProof(first: first, second: size, path: path)
                    #expect(
                        growth.proves(first: .zero, second: .zero, hasher: hasher)
                            == (first == size && size > 0 && count == 0))
                }
            }
        }
    }
}
