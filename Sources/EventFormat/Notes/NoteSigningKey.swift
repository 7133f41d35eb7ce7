internal import Digest

/// A key that signs notes: `PRIVATE+KEY+<name>+<id>+<base64>`, as Go's tools for notes have it.
///
/// Source: https://pkg.go.dev/golang.org/x/mod/sumdb/note#hdr-Generating_Keys
public struct NoteSigningKey: Sendable {
    /// The key that verifies its signatures.
    public let publicKey: NoteVerifyingKey
    private let key: SigningKey

    private static let prefix = "PRIVATE+KEY+"

    /// A named key; nil if the name cannot stand in a note or the seed has not 32 bytes.
    public init?(name: String, seed: [UInt8]) {
        guard let key = SigningKey(seed: seed),
            let publicKey = NoteVerifyingKey(name: name, key: key.publicKey)
        else { return nil }
        self.key = key
        self.publicKey = publicKey
    }

    /// Reads a private key's text. No error repeats a part of it.
    public init(_ text: String) throws(FormatError) {
        guard text.hasPrefix(Self.prefix) else {
            throw FormatError("a private key's text begins with \(Self.prefix)")
        }
        let (name, id, seed) = try NoteVerifyingKey.parts(of: text.dropFirst(Self.prefix.count))
        guard let key = Self(name: name, seed: seed) else {
            throw FormatError("an Ed25519 private key has 32 bytes, this one \(seed.count)")
        }
        guard id == key.publicKey.idText else {
            throw FormatError("the key's id does not follow from its name and bytes")
        }
        self = key
    }

    /// The secret text that a key file holds.
    public var secretText: String {
        let bytes = Base64.text([NoteVerifyingKey.type] + key.seed)
        return "\(Self.prefix)\(publicKey.name)+\(publicKey.idText)+\(bytes)"
    }

    /// The signature of a note's text.
    public func sign(_ text: String) -> SignedNote.Signature {
        SignedNote.Signature(
            name: publicKey.name, keyID: publicKey.id, bytes: key.sign(Array(text.utf8)))
    }
}
