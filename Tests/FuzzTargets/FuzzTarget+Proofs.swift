internal import Digest
internal import EventFormat

extension FuzzTarget {
    /// Notes, checkpoints, keys and proofs as text: what is read is written as what reads the same.
    static let notes = FuzzTarget(name: "notes") { (input) throws(Violation) in
        let key = NoteSigningKey(name: "log", seed: Array(0..<32))!
        if let note = try? SignedNote(parsing: input) {
            _ = note.standing(of: key.publicKey)
            let again = try? SignedNote(parsing: Array(note.description.utf8))
            try require(again?.text.utf8.elementsEqual(note.text.utf8) == true, "a note changes")
            try require(again?.signatures == note.signatures, "a note's signatures change")
        }
        if let proof = try? TransparencyProof(parsing: input) {
            _ = proof.inclusion.root(leaf: .zero, hasher: SHA256())
            let again = try? TransparencyProof(parsing: Array(proof.description.utf8))
            try require(again?.inclusion == proof.inclusion, "a proof's path changes")
            try require(again?.extra == proof.extra, "a proof's extra data change")
            try require(again?.checkpoint == proof.checkpoint, "a proof's checkpoint changes")
        }
        guard let text = String(validating: input, as: UTF8.self) else { return }
        if let checkpoint = try? Checkpoint(text) {
            try require(
                checkpoint.description.utf8.elementsEqual(text.utf8), "a checkpoint changes")
        }
        if let key = try? NoteVerifyingKey(text) {
            try require((try? NoteVerifyingKey(key.description)) == key, "a public key changes")
        }
        if let key = try? NoteSigningKey(text) {
            let again = try? NoteSigningKey(key.secretText)
            try require(again?.publicKey == key.publicKey, "a private key changes")
        }
        if let bytes = Base64.bytes(text) {
            try require(Base64.bytes(Base64.text(bytes)) == bytes, "base 64 changes")
        }
    }

    /// Proofs in binary: kind (1), two numbers (8), hashes (32): no size or path is too strange.
    static let proofs = FuzzTarget(name: "proofs") { (input) throws(Violation) in
        guard input.count >= 17 + Hash256.byteCount else { return }
        let bytes = input.rawSpan
        let (first, second) = (bytes.load(UInt64.self, at: 1), bytes.load(UInt64.self, at: 9))
        let hashes = stride(from: 17, through: input.count - 32, by: 32).map {
            Hash256(bytes.extracting($0..<$0 + 32))
        }
        let hasher = SHA256()
        let path = Array(hashes.dropFirst())
        if input[0].isMultiple(of: 2) {
            let proof = InclusionProof(index: first, size: second, path: path)
            let root = proof.root(leaf: hashes[0], hasher: hasher)
            try require(root == nil || first < second, "a leaf behind the tree's end has a root")
        } else {
            let proof = ConsistencyProof(first: first, second: second, path: path)
            let isProven = proof.proves(
                first: hashes[0], second: hashes[hashes.count - 1], hasher: hasher)
            try require(!isProven || first <= second, "a tree grew out of a larger one")
        }
    }
}
