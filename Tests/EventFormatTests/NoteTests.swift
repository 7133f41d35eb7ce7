import Digest
import EventFormat
import Testing

/// Notes, keys, checkpoints and proofs as text, against the examples of C2SP's pages.
@Suite struct NoteTests {
    /// The example of https://c2sp.org/signed-note.
    static let exampleKey =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    static let example = """
        This is an example message.

        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFX\
        mRKuwHjG1Yu72IneyaQM=

        """
    /// The example of https://c2sp.org/tlog-checkpoint.
    static let checkpoint = """
        example.com/behind-the-sofa
        20852163
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhc\
        yv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

        """

    static func seed(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    @Test func theExampleOfTheSpecification() throws {
        let key = try NoteVerifyingKey(Self.exampleKey)
        #expect(key.name == "example.com/foo")
        #expect(key.idText == "530d903a")
        #expect(key.description == Self.exampleKey)
        let note = try SignedNote(parsing: Array(Self.example.utf8))
        #expect(note.text == "This is an example message.\n")
        #expect(note.standing(of: key) == .valid)
        #expect(note.description == Self.example)
    }

    @Test func theCheckpointOfTheSpecification() throws {
        let note = try SignedNote(parsing: Array(Self.checkpoint.utf8))
        let checkpoint = try Checkpoint(note.text)
        #expect(checkpoint.origin == "example.com/behind-the-sofa")
        #expect(checkpoint.size == 20_852_163)
        #expect(
            Base64.text(checkpoint.root.bytes) == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
        #expect(checkpoint.description == note.text)
        #expect(note.signatures.map(\.keyID) == [0x033d_e0ae])
        let other = try NoteVerifyingKey(Self.exampleKey)
        #expect(note.standing(of: other) == .absent)
    }

    /// Keys as Go's `note` package writes them; this pair is made from a seed of sevens.
    @Test func keysAreText() throws {
        let key = try #require(NoteSigningKey(name: "mechanic-replay/test", seed: Self.seed(7)))
        let secret = key.secretText
        #expect(
            secret.hasPrefix("PRIVATE+KEY+mechanic-replay/test+\(key.publicKey.idText)+AQcHBwc"))
        let again = try NoteSigningKey(secret)
        #expect(again.publicKey == key.publicKey)
        #expect(try NoteVerifyingKey(key.publicKey.description) == key.publicKey)
        #expect(again.sign("a\n") == key.sign("a\n"))
        #expect(again.sign("a\n") != key.sign("b\n"))
        let other = try #require(NoteSigningKey(name: "mechanic-replay/other", seed: Self.seed(7)))
        #expect(other.publicKey.id != key.publicKey.id)
    }

    @Test(arguments: ["", "a b", "a+b", "a\u{A0}b", "a\u{2003}b", "a\nb", "a\tb"])
    func namesThatCannotStandInANote(name: String) {
        #expect(NoteSigningKey(name: name, seed: Self.seed(1)) == nil)
        let key = NoteSigningKey(name: "x", seed: Self.seed(1))!.publicKey.key
        #expect(NoteVerifyingKey(name: name, key: key) == nil)
    }

    @Test func damagedKeysAreRefused() throws {
        let secret = NoteSigningKey(name: "name", seed: Self.seed(9))!.secretText
        let shown = Self.exampleKey
        for text in [
            "", "name", "name+00000000", shown.replacing("530d903a", with: "530d903b"),
            shown.replacing("530d903a", with: "530D903A"), String(shown.dropLast()), shown + "A",
            shown.replacing("foo", with: "fop"), shown.replacing("+Aek", with: "+Bek"),
            shown + "\n", " " + shown, "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ] {
            #expect(throws: FormatError.self, "\(text)") { try NoteVerifyingKey(text) }
        }
        for text in [
            "", shown, String(secret.dropFirst()), String(secret.dropLast()),
            secret.replacing("name", with: "nama"), secret + "\n",
            secret.replacing("+AQ", with: "+BA"),
        ] {
            let error = #expect(throws: FormatError.self, "\(text)") { try NoteSigningKey(text) }
            // What goes wrong with a secret is told without it.
            #expect(error?.description.contains("CQkJ") == false)
        }
    }

    @Test(arguments: [
        "", "\n", "\n\n", "text", "text\n", "text\n\n", "text\n— a AAAAAAA=\n",
        "text\n\n- a AAAAAAA=\n", "text\n\n— a AAAAAAA=", "text\n\n—a AAAAAAA=\n",
        "text\n\n— a  AAAAAAA=\n", "text\n\n— a AAAAAAA= \n", "text\n\n— a AAAAAA==\n",
        "text\n\n— a AAAAAAB=\n", "text\n\n— a AAAAAA\n", "text\n\n—  AAAAAAA=\n",
        "text\n\n— a+b AAAAAAA=\n", "text\n\n— a AAAAAAA=\nmore\n", "te\txt\n\n— a AAAAAAA=\n",
        "text\r\n\r\n— a AAAAAAA=\r\n", "text\n\n— a\u{A0}b AAAAAAA=\n",
        "text\n\n— a AAAAAAA=\n\n",
    ])
    func whatIsNoNote(text: String) {
        #expect(throws: FormatError.self) { try SignedNote(parsing: Array(text.utf8)) }
    }

    @Test func notesAreUTF8() {
        let good = Array("text\n\n— a AAAAAAA=\n".utf8)
        #expect(throws: Never.self) { try SignedNote(parsing: good) }
        #expect(throws: FormatError.self) { try SignedNote(parsing: [0xFF] + good) }
        #expect(throws: FormatError.self) { try SignedNote(parsing: [0xC0, 0xAF] + good) }
    }

    /// A text may hold empty lines: the last one divides.
    @Test func theLastEmptyLineDivides() throws {
        let key = try #require(NoteSigningKey(name: "a", seed: Self.seed(3)))
        for text in ["a\n", "a\n\nb\n", "\n", "\n\n", "— a AAAAAAA=\n\nb\n", "é\u{301}\n"] {
            let note = SignedNote(text: text, signedBy: key)
            let again = try SignedNote(parsing: Array(note.description.utf8))
            #expect(again.text.utf8.elementsEqual(text.utf8), "\(text)")
            #expect(again.standing(of: key.publicKey) == .valid)
            #expect(again.description == note.description)
        }
    }

    /// Sixteen signatures at least must be read; unknown ones are ignored, wrong ones are not.
    @Test func severalSignatures() throws {
        let text = "origin\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        let keys = (1...40).map { NoteSigningKey(name: "k\($0)", seed: Self.seed($0))! }
        var lines = keys.map {
            SignedNote(text: text, signedBy: $0).description.split(separator: "\n").last! + "\n"
        }
        let all = try SignedNote(parsing: Array((text + "\n" + lines.joined()).utf8))
        #expect(all.signatures.count == 40)
        for key in keys { #expect(all.standing(of: key.publicKey) == .valid) }
        // The first key's signature again, of another text: the key has one that is not its own.
        lines.append(
            SignedNote(text: "other\n", signedBy: keys[0]).description.split(separator: "\n").last!
                + "\n")
        let wrong = try SignedNote(parsing: Array((text + "\n" + lines.joined()).utf8))
        #expect(wrong.standing(of: keys[0].publicKey) == .wrong)
        #expect(wrong.standing(of: keys[1].publicKey) == .valid)
        let stranger = NoteSigningKey(name: "k1", seed: Self.seed(99))!
        #expect(all.standing(of: stranger.publicKey) == .absent)
    }

    @Test(arguments: [
        "", "origin\n1\n", "origin\n01\n", "\n1\nX\n", "origin\n1\nX", "origin\n-1\nX\n",
        "origin\n+1\nX\n", "origin\n1 \nX\n", "origin\n\nX\n", "origin\n1\nX\n\n",
        "origin\n1\nX\nmore\n\n", "origin\n18446744073709551616\nX\n", "origin\n１\nX\n",
    ])
    func whatIsNoCheckpoint(text: String) {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        #expect(throws: FormatError.self) { try Checkpoint(text.replacing("X", with: root)) }
    }

    @Test func extensionLinesAreKept() throws {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        let text = "origin\n0\n\(root)\nmore\nand more\n"
        let checkpoint = try Checkpoint(text)
        #expect(checkpoint.extensions == ["more", "and more"])
        #expect(checkpoint.description == text)
        #expect(throws: FormatError.self) { try Checkpoint("origin\n0\n\(root.dropLast(4))\n") }
    }

    @Test func base64IsTheOneOfTheRFC() {
        // RFC 4648 §10.
        for (plain, coded) in [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ] {
            #expect(Base64.text(Array(plain.utf8)) == coded)
            #expect(Base64.bytes(coded) == Array(plain.utf8))
        }
        for wrong in [
            "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "=", "====", "Zm 8", "Zm8=\n", "Zm8=Zm8=",
            "Zm9-", "Zm9_", "é===", "Z===",
        ] {
            #expect(Base64.bytes(wrong) == nil, "\(wrong)")
        }
        var random = SplitMix64(seed: 5)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(Base64.bytes(Base64.text(bytes)) == bytes)
        }
    }

    /// A proof as text: written, read again, and every line of it needed.
    @Test func aProofIsText() throws {
        let hasher = SHA256()
        let frame = Frame(
            position: GlobalPosition(1), commit: 1, indexInCommit: 0, eventsInCommit: 2,
            appendedAt: 5, eventHash: .zero)
        let leaf = MerkleFrontier.leaf(frame.bytes, hasher: hasher)
        let sibling = hasher.hash([1])
        let root = MerkleFrontier.node(leaf, sibling, hasher: hasher)
        let checkpoint = Checkpoint(origin: "a/b", size: 2, root: root)
        let key = try #require(NoteSigningKey(name: "a/b", seed: Self.seed(4)))
        let proof = TransparencyProof(
            frame: frame, inclusion: InclusionProof(index: 0, size: 2, path: [sibling]),
            note: SignedNote(text: checkpoint.description, signedBy: key), checkpoint: checkpoint)
        let text = proof.description
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.prefix(5) == [
                "c2sp.org/tlog-proof@v1", "extra \(Base64.text(frame.bytes))", "index 0",
                "\(Base64.text(sibling.bytes))", "",
            ])
        #expect(TransparencyProof.isOne(Array(text.utf8)))
        let again = try TransparencyProof(parsing: Array(text.utf8))
        #expect(again.extra == frame.bytes)
        #expect(again.inclusion == proof.inclusion)
        #expect(again.checkpoint == checkpoint)
        #expect(again.note.standing(of: key.publicKey) == .valid)
        #expect(again.description == text)
        #expect(again.inclusion.proves(leaf: leaf, root: again.checkpoint.root, hasher: hasher))

        for (old, new) in [
            ("@v1", "@v2"), ("extra ", "extra  "), ("index 0", "index 00"), ("index 0", "index -0"),
            ("index 0\n", ""), ("index", "Index"), ("\n\na/b", "\na/b"), ("\na/b\n2", "\na/b\n02"),
            (Base64.text(sibling.bytes), Base64.text(sibling.bytes.dropLast())),
        ] {
            let wrong = text.replacing(old, with: new, maxReplacements: 1)
            #expect(wrong != text)
            #expect(throws: FormatError.self, "\(old) → \(new)") {
                try TransparencyProof(parsing: Array(wrong.utf8))
            }
        }
    }

    /// Damaged text never traps, and what is still read is still printed the same.
    @Test(arguments: [11, 12] as [UInt64]) func damagedTextIsReadOrRefused(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for text in [Self.example, Self.checkpoint, Self.exampleKey] {
            for _ in 0..<500 {
                var bytes = Array(text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch random.next() % 3 {
                    case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                    case 1: bytes.remove(at: place)
                    default: bytes.insert(0x0A, at: place)
                    }
                }
                if let note = try? SignedNote(parsing: bytes) {
                    #expect(Array(note.description.utf8) == bytes, "seed \(seed)")
                    _ = try? Checkpoint(note.text)
                }
                _ = try? NoteVerifyingKey(String(decoding: bytes, as: UTF8.self))
                _ = try? TransparencyProof(parsing: bytes)
            }
        }
    }
}
