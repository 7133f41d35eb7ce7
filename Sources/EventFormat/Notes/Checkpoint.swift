public import Digest

/// What a log promised once: its size and root. The text of https://c2sp.org/tlog-checkpoint.
public struct Checkpoint: Equatable, Sendable, CustomStringConvertible {
    /// Which log it is: for a store ``StoreIdentity/origin``.
    public let origin: String
    /// Number of leaves: the position of the last event.
    public let size: UInt64
    /// The root of the tree of that size.
    public let root: Hash256
    /// Lines that other logs may add and nobody understands; a store adds none.
    public let extensions: [String]

    /// A checkpoint.
    ///
    /// - Precondition: the origin is not empty and is one line.
    public init(origin: String, size: UInt64, root: Hash256) {
        precondition(!origin.isEmpty && origin.utf8.allSatisfy { $0 >= 0x20 }, "an origin")
        self.origin = origin
        self.size = size
        self.root = root
        extensions = []
    }

    /// Reads a note's text: origin, size, root, then anything in lines that are not empty.
    public init(_ text: String) throws(FormatError) {
        guard text.utf8.last == 0x0A else {
            throw FormatError("a checkpoint ends with a newline")
        }
        let lines = text.utf8.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }) else {
            throw FormatError(
                "a checkpoint is three lines or more, none empty: origin, size, root")
        }
        guard let size = Self.decimal(lines[1]) else {
            throw FormatError("the checkpoint's size is no number: \(lines[1])")
        }
        guard let root = Self.hash(lines[2]) else {
            throw FormatError("the checkpoint's root is not 32 bytes in base 64: \(lines[2])")
        }
        origin = lines[0]
        self.size = size
        self.root = root
        extensions = Array(lines[3...])
    }

    /// The text that is signed.
    public var description: String {
        ([origin, "\(size)", Base64.text(root.bytes)] + extensions).map { $0 + "\n" }.joined()
    }

    /// Decimal digits without zeros before them.
    static func decimal(_ text: String) -> UInt64? {
        guard let number = UInt64(text), "\(number)" == text else { return nil }
        return number
    }

    /// A hash in base 64.
    static func hash(_ text: String) -> Hash256? {
        guard let bytes = Base64.bytes(text), bytes.count == Hash256.byteCount else { return nil }
        return Hash256(bytes.rawSpan)
    }
}

extension StoreIdentity {
    /// What checkpoints of the store call it: `mechanic-replay/` and the id's 32 digits.
    ///
    /// A copy of a store has the same origin, as it must: it is the same log.
    public var origin: String { "mechanic-replay/\(id)" }
}
