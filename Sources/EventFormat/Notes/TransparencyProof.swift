internal import Digest

/// A proof of one event that needs nothing else: https://c2sp.org/tlog-proof, version 1.
///
/// ```
/// c2sp.org/tlog-proof@v1
/// extra <base64 of the frame>
/// index <position less one>
/// <base64 of a sibling>…
///
/// <the signed checkpoint>
/// ```
/// The extra data are the frame's 64 bytes: its leaf hash is what the path proves.
public struct TransparencyProof: Sendable, CustomStringConvertible {
    /// The extra data; the frame where a store wrote it.
    public let extra: [UInt8]?
    /// The leaf's place and the way to the root.
    public let inclusion: InclusionProof
    /// The checkpoint with its signatures.
    public let note: SignedNote
    /// What the note says.
    public let checkpoint: Checkpoint

    private static let header = "c2sp.org/tlog-proof@v1"

    /// A proof for an event of a store.
    ///
    /// - Precondition: the note is a checkpoint of the proof's size.
    public init(frame: Frame, inclusion: InclusionProof, note: SignedNote, checkpoint: Checkpoint) {
        precondition(checkpoint.size == inclusion.size, "the proof is for the checkpoint's tree")
        extra = frame.bytes
        self.inclusion = inclusion
        self.note = note
        self.checkpoint = checkpoint
    }

    /// Whether a file claims to be such a proof.
    public static func isOne(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: "c2sp.org/tlog-proof@".utf8)
    }

    /// Reads a proof. Nothing is verified yet.
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        guard
            let end = bytes.indices.dropLast().first(where: {
                bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A
            })
        else { throw FormatError("a proof is its lines, an empty line and a checkpoint") }
        var lines = bytes[..<end].split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        guard lines.popFirst() == Self.header else {
            throw FormatError("a proof begins with the line \(Self.header)")
        }
        if let line = lines.first, line.hasPrefix("extra ") {
            guard let bytes = Base64.bytes(line.dropFirst(6)) else {
                throw FormatError("the proof's extra data are not base 64")
            }
            extra = bytes
            lines.removeFirst()
        } else {
            extra = nil
        }
        guard let line = lines.popFirst(), line.hasPrefix("index "),
            let index = Checkpoint.decimal(String(line.dropFirst(6)))
        else { throw FormatError("the proof names no index") }
        var path: [Hash256] = []
        for line in lines {
            guard let hash = Checkpoint.hash(line) else {
                throw FormatError("a line of the proof's path is not 32 bytes in base 64")
            }
            path.append(hash)
        }
        note = try SignedNote(parsing: Array(bytes[(end + 2)...]))
        checkpoint = try Checkpoint(note.text)
        inclusion = InclusionProof(index: index, size: checkpoint.size, path: path)
    }

    /// The proof as it is written.
    public var description: String {
        var lines = [Self.header]
        if let extra { lines.append("extra \(Base64.text(extra))") }
        lines.append("index \(inclusion.index)")
        lines += inclusion.path.map { Base64.text($0.bytes) }
        return lines.map { $0 + "\n" }.joined() + "\n" + note.description
    }
}
