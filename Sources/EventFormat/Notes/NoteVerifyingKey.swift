public import Digest

/// A key that verifies signatures of notes: C2SP's verifier key, `<name>+<id>+<base64>`.
///
/// Source: https://c2sp.org/signed-note. Only Ed25519 (signature type 1) is known here.
public struct NoteVerifyingKey: Hashable, Sendable, CustomStringConvertible {
    /// Whose key it is; a log's key is named after the log.
    public let name: String
    /// The key.
    public let key: VerifyingKey

    /// The byte that says Ed25519 wherever a kind of signature is named.
    static let type: UInt8 = 1

    /// A named key; nil if the name cannot stand in a note.
    public init?(name: String, key: VerifyingKey) {
        guard Self.isName(name) else { return nil }
        self.name = name
        self.key = key
    }

    /// Reads `<name>+<id>+<base64>`.
    public init(_ text: String) throws(FormatError) {
        let (name, id, bytes) = try Self.parts(of: text[...])
        guard let key = VerifyingKey(bytes: bytes) else {
            throw FormatError("an Ed25519 public key has 32 bytes, this one \(bytes.count)")
        }
        self.name = name
        self.key = key
        guard id == idText else {
            throw FormatError("the key's id is \(idText), the text says \(id)")
        }
    }

    /// The first four bytes of SHA-256(name ‖ newline ‖ 1 ‖ public key), big-endian.
    public var id: UInt32 {
        let hash = SHA256().hash(Array(name.utf8) + [0x0A, Self.type] + key.bytes)
        return hash.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The id as eight hexadecimal digits.
    public var idText: String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// The text that verifiers are given.
    public var description: String {
        "\(name)+\(idText)+\(Base64.text([Self.type] + key.bytes))"
    }

    /// Whether a name can stand in a note: not empty, without blanks of any kind and `+`.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20
            }
    }

    /// Name, id and bytes of a key's text, without the byte of its type.
    static func parts(
        of text: Substring
    ) throws(FormatError) -> (name: String, id: String, bytes: [UInt8]) {
        // Base 64 may hold a `+` itself: only the first two divide.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, isName(String(parts[0])), let bytes = Base64.bytes(parts[2]),
            let type = bytes.first
        else { throw FormatError("a key's text is <name>+<8 hexadecimal digits>+<base 64>") }
        guard type == Self.type else {
            throw FormatError("the key is of type \(type), only Ed25519 (type 1) is known here")
        }
        return (String(parts[0]), String(parts[1]), Array(bytes.dropFirst()))
    }
}
