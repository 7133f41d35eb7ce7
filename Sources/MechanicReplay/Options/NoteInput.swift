internal import CanonicalJSON
internal import EventFormat
internal import SystemIO

/// A checkpoint from a file, signed or not.
struct NoteInput {
    /// How its signature stands.
    enum Signature: String {
        case valid
        case wrong
        case absent
        /// No public key was given.
        case notChecked = "not_checked"
    }

    /// Where it comes from, for messages.
    let name: String
    /// What it says.
    let checkpoint: Checkpoint
    private let note: SignedNote?

    /// Most bytes read: some hundred signatures of the largest kind.
    private static let limit = 1 << 20

    /// Reads a note, or the text of one that nobody signed.
    init(path: String) throws {
        let bytes = try FileBytes.read(path: path, limit: Self.limit)
        name = path == FileBytes.standardInput ? "standard input" : path
        do {
            // A checkpoint holds no empty line but the one before the signatures.
            let isSigned = bytes.indices.dropLast().contains {
                bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A
            }
            let note = isSigned ? try SignedNote(parsing: bytes) : nil
            guard let text = note?.text ?? String(validating: bytes, as: UTF8.self) else {
                throw FormatError("a note is UTF-8")
            }
            self.note = note
            checkpoint = try Checkpoint(text)
        } catch {
            throw Failure(.badData, "\(name): \(error)")
        }
    }

    init(name: String, _ note: SignedNote, _ checkpoint: Checkpoint) {
        self.name = name
        self.note = note
        self.checkpoint = checkpoint
    }

    /// Whether a key signed it.
    func signature(by key: NoteVerifyingKey?) -> Signature {
        guard let key else { return .notChecked }
        return switch note?.standing(of: key) {
        case .valid: .valid
        case .wrong: .wrong
        case .absent, nil: .absent
        }
    }

    /// What is wrong with its signature; nil if nothing is, or nobody asked.
    func defect(_ signature: Signature, _ key: NoteVerifyingKey?) -> String? {
        guard let key else { return nil }
        return switch signature {
        case .wrong:
            "\(name): the signature of \(key.name) is wrong: the note was changed, or another key "
                + "made it"
        case .absent: "\(name): \(key.name) did not sign it: ask for the note with its signature"
        case .valid, .notChecked: nil
        }
    }

    /// The signature in words.
    static func words(_ signature: Signature, _ key: NoteVerifyingKey?) -> String {
        switch signature {
        case .valid: "signed by \(key?.name ?? "")"
        case .wrong: "with a WRONG signature"
        case .absent: "NOT SIGNED by \(key?.name ?? "")"
        case .notChecked: "signature not checked (no --public-key)"
        }
    }
}

/// Numbers from outside, which may be larger than JSON is exact.
extension JSONValue {
    static func size(_ size: UInt64) -> JSONValue {
        size <= 1 << 53 ? .integer(size) : .string("\(size)")
    }
}
