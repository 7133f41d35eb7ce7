internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import SystemIO

/// A proof from a file: the JSON of `prove`, or a C2SP tlog-proof.
struct ProofInput {
    /// What it proves.
    enum Claim {
        case inclusion(InclusionProof, frame: Frame, root: Hash256)
        case consistency(ConsistencyProof, first: Hash256, second: Hash256)
    }

    /// The log it is of.
    let origin: String
    /// What it proves.
    let claim: Claim
    /// The checkpoint that came with it.
    var note: NoteInput?

    /// Most bytes read: a path has 64 hashes at most.
    private static let limit = 1 << 20

    init(path: String) throws {
        let bytes = try FileBytes.read(path: path, limit: Self.limit)
        do {
            if TransparencyProof.isOne(bytes) {
                try self.init(TransparencyProof(parsing: bytes), name: path)
            } else {
                try self.init(JSONValue(parsing: bytes))
            }
        } catch let error as FormatError {
            throw Failure(.badData, "\(path): \(error)")
        } catch let error as JSONError {
            throw Failure(.badData, "\(path): this is no proof: \(error)")
        }
    }

    private init(_ proof: TransparencyProof, name: String) throws(FormatError) {
        guard let extra = proof.extra else {
            throw FormatError("the proof holds no frame, so it does not say of what it is one")
        }
        origin = proof.checkpoint.origin
        claim = .inclusion(
            proof.inclusion, frame: try Self.frame(extra, proof.inclusion.index),
            root: proof.checkpoint.root)
        note = NoteInput(name: name, proof.note, proof.checkpoint)
    }

    private init(_ json: JSONValue) throws(FormatError) {
        guard let origin = json["origin"]?.text else {
            throw FormatError("a proof's JSON is an object with \"origin\"")
        }
        self.origin = origin
        var path: [Hash256] = []
        for element in json["path"]?.elements ?? [] {
            guard let hash = element.text.flatMap({ Hash256(hex: $0) }) else {
                throw FormatError("\"path\" holds something that is no hash")
            }
            path.append(hash)
        }
        switch json["proof"]?.text {
        case "inclusion":
            let index = try Self.number(json, "index")
            guard let digits = json["frame"]?.text, let frame = Self.bytes(digits) else {
                throw FormatError("\"frame\" holds no hexadecimal digits")
            }
            let proof = InclusionProof(
                index: index, size: try Self.number(json, "size"), path: path)
            let stands = try Self.frame(frame, index)
            try Self.compare(json, with: stands)
            claim = .inclusion(proof, frame: stands, root: try Self.hash(json, "root"))
        case "consistency":
            let proof = ConsistencyProof(
                first: try Self.number(json, "first"), second: try Self.number(json, "second"),
                path: path)
            claim = .consistency(
                proof, first: try Self.hash(json, "first_root"),
                second: try Self.hash(json, "second_root"))
        default:
            throw FormatError("\"proof\" is neither inclusion nor consistency")
        }
    }

    /// A frame that stands where the proof says.
    private static func frame(_ bytes: [UInt8], _ index: UInt64) throws(FormatError) -> Frame {
        guard bytes.count == Frame.byteCount else {
            throw FormatError("a frame has 64 bytes, this one \(bytes.count)")
        }
        let frame = Frame(bytes.rawSpan)
        guard frame.position.number == index &+ 1 else {
            throw FormatError(
                "the frame is of position \(frame.position), the proof of index \(index)")
        }
        return frame
    }

    /// What the JSON says beside the frame must be what the frame says: people read it.
    private static func compare(_ json: JSONValue, with frame: Frame) throws(FormatError) {
        let leaf = MerkleFrontier.leaf(frame.bytes, hasher: SHA256())
        let said: [(name: String, value: JSONValue)] = [
            ("position", .integer(frame.position.number)),
            ("event_hash", .string(frame.eventHash.hex)), ("leaf_hash", .string(leaf.hex)),
            ("appended_at_us", .integer(frame.appendedAt)),
        ]
        for (name, value) in said {
            guard let found = json[name], found.canonicalBytes != value.canonicalBytes else {
                continue
            }
            throw FormatError("\"\(name)\" is not what the frame says")
        }
    }

    private static func number(_ json: JSONValue, _ name: String) throws(FormatError) -> UInt64 {
        guard let number = json[name]?.int64, number >= 0 else {
            throw FormatError("\"\(name)\" is no count")
        }
        return UInt64(number)
    }

    private static func hash(_ json: JSONValue, _ name: String) throws(FormatError) -> Hash256 {
        guard let hash = json[name]?.text.flatMap({ Hash256(hex: $0) }) else {
            throw FormatError("\"\(name)\" is no hash")
        }
        return hash
    }

    /// The bytes of a frame's hexadecimal digits: two hashes' worth.
    private static func bytes(_ digits: String) -> [UInt8]? {
        guard let first = Hash256(hex: String(digits.prefix(64))),
            let second = Hash256(hex: String(digits.dropFirst(64)))
        else { return nil }
        return first.bytes + second.bytes
    }
}
