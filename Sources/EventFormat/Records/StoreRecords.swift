public import Digest

/// What a store is: written once, when it is made. 64 bytes under `store` in `meta`.
public struct StoreIdentity: Equatable, Sendable {
    /// Where a store's time comes from.
    public enum Clock: UInt8, Sendable, CaseIterable {
        /// The machine's clock.
        case real = 1
        /// The times of the data: for history and tests. Every status says so.
        case simulated = 2

        /// The name on the command line.
        public var name: String { self == .real ? "real" : "simulated" }
    }

    /// The layout of databases, keys and frames.
    public static let formatVersion: UInt32 = 1

    /// 16 random bytes.
    public var id: EventID
    /// Where its time comes from.
    public var clock: Clock
    /// When it was made, microseconds UTC.
    public var createdAt: Int64

    /// An identity.
    public init(id: EventID, clock: Clock, createdAt: Int64) {
        self.id = id
        self.clock = clock
        self.createdAt = createdAt
    }

    /// Format version (4), clock (1), zero (3), id (16), createdAt (8), SHA-256 of these 32 (32).
    ///
    /// Nothing in the log repeats what stands here: without a hash of its own a flipped bit would
    /// make a simulated store of a real one, or another store of this one, and none would know.
    public var bytes: [UInt8] {
        var buffer: [UInt8] = []
        buffer.append(littleEndian: Self.formatVersion)
        buffer.append(contentsOf: [clock.rawValue, 0, 0, 0])
        id.append(to: &buffer)
        buffer.append(littleEndian: createdAt)
        SHA256().hash(buffer).append(to: &buffer)
        return buffer
    }

    /// Reads an identity; a later format is refused.
    public init(_ bytes: RawSpan) throws(FormatError) {
        // The version comes first: a later format may have another length.
        guard bytes.byteCount >= 4 else { throw FormatError("the store's identity is damaged") }
        let version = bytes.load(UInt32.self, at: 0)
        guard version == Self.formatVersion else {
            throw FormatError(
                "the store has format \(version), this program reads \(Self.formatVersion)")
        }
        guard bytes.byteCount == 64,
            SHA256().hash(bytes.extracting(0..<32)) == Hash256(bytes.extracting(32..<64)),
            bytes.load(UInt32.self, at: 4) >> 8 == 0
        else { throw FormatError("the store's identity is damaged") }
        guard let clock = Clock(rawValue: bytes.load(UInt8.self, at: 4)) else {
            throw FormatError("the store's identity names no clock")
        }
        self.clock = clock
        id = EventID(bytes.extracting(8..<24))
        createdAt = bytes.load(Int64.self, at: 24)
    }
}

/// Where the log ends: rewritten by every commit. Under `head` in `meta`.
public struct StoreHead: Equatable, Sendable {
    /// The last event's position; also the number of leaves of the tree.
    public var position: GlobalPosition
    /// The last commit's number.
    public var commit: UInt64
    /// The last event's `appendedAt`, microseconds UTC.
    public var appendedAt: Int64
    /// How many streams there are; the next one gets this number.
    public var streams: UInt32
    /// The right edge of the Merkle tree.
    public var tree: MerkleFrontier
    /// The tree's root.
    public var root: Hash256

    /// The head of a store without events.
    public init(hasher: SHA256) {
        position = .start
        commit = 0
        appendedAt = .min
        streams = 0
        tree = MerkleFrontier()
        root = tree.root(hasher: hasher)
    }

    /// Position (8), commit (8), appendedAt (8), streams (4), peaks (4), root (32), peaks × 32.
    public var bytes: [UInt8] {
        var buffer: [UInt8] = []
        buffer.append(littleEndian: position.number)
        buffer.append(littleEndian: commit)
        buffer.append(littleEndian: appendedAt)
        buffer.append(littleEndian: streams)
        buffer.append(littleEndian: UInt32(tree.peaks.count))
        root.append(to: &buffer)
        for peak in tree.peaks { peak.append(to: &buffer) }
        return buffer
    }

    /// Reads a head.
    public init(_ bytes: RawSpan) throws(FormatError) {
        guard bytes.byteCount >= 64 else { throw FormatError("the store's head is damaged") }
        let peaks = Int(bytes.load(UInt32.self, at: 28))
        guard bytes.byteCount == 64 + peaks * Hash256.byteCount else {
            throw FormatError("the store's head has \(bytes.byteCount) bytes for \(peaks) peaks")
        }
        position = GlobalPosition(bytes.load(UInt64.self, at: 0))
        commit = bytes.load(UInt64.self, at: 8)
        appendedAt = bytes.load(Int64.self, at: 16)
        streams = bytes.load(UInt32.self, at: 24)
        root = Hash256(bytes.extracting(32..<64))
        var hashes: [Hash256] = []
        for index in 0..<peaks {
            let offset = 64 + index * Hash256.byteCount
            hashes.append(Hash256(bytes.extracting(offset..<offset + Hash256.byteCount)))
        }
        tree = try MerkleFrontier(size: position.number, peaks: hashes)
    }
}

/// Where a stream ends. 56 bytes under `S`, name in `index`.
public struct StreamHead: Equatable, Sendable {
    /// The stream's number in this store: short in keys, never replicated.
    public var number: UInt32
    /// How many events it holds.
    public var version: StreamVersion
    /// The position of its last event.
    public var position: GlobalPosition
    /// The hash of its last event.
    public var hash: Hash256

    /// A head.
    public init(number: UInt32, version: StreamVersion, position: GlobalPosition, hash: Hash256) {
        self.number = number
        self.version = version
        self.position = position
        self.hash = hash
    }

    /// Number (4), zero (4), version (8), position (8), hash (32).
    public var bytes: [UInt8] {
        var buffer: [UInt8] = []
        buffer.append(littleEndian: number)
        buffer.append(littleEndian: UInt32(0))
        buffer.append(littleEndian: version.number)
        buffer.append(littleEndian: position.number)
        hash.append(to: &buffer)
        return buffer
    }

    /// Reads a head.
    public init(_ bytes: RawSpan) throws(FormatError) {
        guard bytes.byteCount == 56, bytes.load(UInt32.self, at: 4) == 0 else {
            throw FormatError("a stream's head is damaged")
        }
        number = bytes.load(UInt32.self, at: 0)
        version = StreamVersion(bytes.load(UInt64.self, at: 8))
        position = GlobalPosition(bytes.load(UInt64.self, at: 16))
        hash = Hash256(bytes.extracting(24..<56))
    }
}
