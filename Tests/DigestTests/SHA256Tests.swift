import Digest
import Testing

/// Examples of FIPS 180-4 as NIST publishes them.
struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq"
                + "klmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func standardVectors(text: String, digest: String) {
        #expect(SHA256().hash(Array(text.utf8)).hex == digest)
    }

    @Test func aMillionLetters() {
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(SHA256().hash([UInt8](repeating: 0x61, count: 1_000_000)).hex == digest)
    }

    @Test func pieceByPieceAndAgain() {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let hasher = SHA256()
        let whole = hasher.hash(bytes)
        for piece in [1, 7, 64, 65, 999] {
            hasher.begin()
            for start in stride(from: 0, to: bytes.count, by: piece) {
                let part = Array(bytes[start..<min(start + piece, bytes.count)])
                hasher.update(unsafe part.span.bytes)
            }
            #expect(hasher.finish() == whole)
        }
    }

    @Test func aDigestBegunAnewForgetsTheOldOne() {
        let hasher = SHA256()
        hasher.begin()
        hasher.update(unsafe [UInt8](repeating: 1, count: 100).span.bytes)
        #expect(hasher.hash(Array("abc".utf8)) == SHA256().hash(Array("abc".utf8)))
    }
}
