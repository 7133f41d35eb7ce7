internal import Digest

/// A text signed by one or more keys: https://c2sp.org/signed-note.
///
/// ```
/// text, one or more lines
///
/// — name base64(key id ‖ signature)
/// ```
public struct SignedNote: Sendable, CustomStringConvertible {
    /// One signature line.
    public struct Signature: Hashable, Sendable {
        /// The key's name.
        public let name: String
        /// The key's id.
        public let keyID: UInt32
        /// The signature itself.
        public let bytes: [UInt8]
    }

    /// What a note says of a key.
    public enum Standing: Equatable, Sendable {
        /// Every signature under the key's name and id is valid, and there is one.
        case valid
        /// The key did not sign.
        case absent
        /// There is a signature under the key's name and id that is not the key's.
        case wrong
    }

    /// The signed text; ends with a newline.
    public let text: String
    /// The signatures, one at least.
    public let signatures: [Signature]

    /// A text signed by a key.
    ///
    /// - Precondition: the text ends with a newline and holds no other control characters.
    public init(text: String, signedBy key: NoteSigningKey) {
        precondition(text.utf8.last == UInt8(ascii: "\n") && Self.isPlain(text), "a note's text")
        self.text = text
        signatures = [key.sign(text)]
    }

    /// Reads a note. Nothing is verified yet.
    ///
    /// - Complexity: O(bytes).
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        guard let whole = String(validating: bytes, as: UTF8.self), Self.isPlain(whole) else {
            throw FormatError("a note is UTF-8 without control characters but newlines")
        }
        // In bytes: characters of Swift may span what a note takes apart.
        guard bytes.last == 0x0A,
            let end = bytes.indices.dropLast().last(where: {
                bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A
            })
        else { throw FormatError("a note is a text, an empty line and lines of signatures") }
        text = String(decoding: bytes[...end], as: UTF8.self)
        let lines = bytes[(end + 2)...].split(separator: 0x0A)
        guard !lines.isEmpty else { throw FormatError("the note has no signature") }
        var signatures: [Signature] = []
        for line in lines { signatures.append(try Self.signature(line)) }
        self.signatures = signatures
    }

    private static let dash = Array("— ".utf8)

    private static func signature(_ line: ArraySlice<UInt8>) throws(FormatError) -> Signature {
        let words = line.dropFirst(dash.count).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard line.starts(with: dash), words.count == 2,
            let bytes = Base64.bytes(String(decoding: words[1], as: UTF8.self)), bytes.count > 4
        else { throw FormatError("a signature's line is: — <key name> <base 64>") }
        let name = String(decoding: words[0], as: UTF8.self)
        guard NoteVerifyingKey.isName(name) else {
            throw FormatError("the name of a signature's key is empty or has blanks or +")
        }
        return Signature(
            name: name, keyID: bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
            bytes: Array(bytes.dropFirst(4)))
    }

    /// Control characters but newline are not allowed.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
    }

    /// Whether a key signed this text. Signatures of other keys count for nothing.
    public func standing(of key: NoteVerifyingKey) -> Standing {
        let id = key.id
        let own = signatures.filter { $0.keyID == id && $0.name.utf8.elementsEqual(key.name.utf8) }
        guard !own.isEmpty else { return .absent }
        let text = Array(text.utf8)
        return own.allSatisfy { key.key.verifies($0.bytes, of: text) } ? .valid : .wrong
    }

    /// The note as it is written.
    public var description: String {
        var note = text + "\n"
        for signature in signatures {
            var bytes: [UInt8] = []
            bytes.append(bigEndian: signature.keyID)
            note += "— \(signature.name) \(Base64.text(bytes + signature.bytes))\n"
        }
        return note
    }
}
