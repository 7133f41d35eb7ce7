public import Digest

/// How far a store's log was found good, and in which run of the machine: the file `trusted` beside
/// `data.mdb`.
///
/// It is a convenience, not a truth: without it the whole log is checked once. With it only what
/// came after the position is, and an older file put back in the store's place is noticed.
public struct TrustedHead: Equatable, Sendable {
    /// The layout of the record.
    public static let formatVersion: UInt32 = 1
    /// Bytes of the record.
    public static let byteCount = 136
    /// Bytes of a boot id's text.
    private static let bootIDBytes = 36

    /// The store's id.
    public var store: EventID
    /// The last event that was found good.
    public var position: GlobalPosition
    /// The root of the Merkle tree up to it.
    public var root: Hash256
    /// The machine's start under which the file was last found good.
    public var bootID: String

    /// A record.
    ///
    /// - Precondition: `bootID` is 36 ASCII characters.
    public init(store: EventID, position: GlobalPosition, root: Hash256, bootID: String) {
        precondition(bootID.utf8.count == Self.bootIDBytes, "a boot id has 36 characters")
        self.store = store
        self.position = position
        self.root = root
        self.bootID = bootID
    }

    /// Version (4), zero (4), store (16), position (8), root (32), boot id (36), zero (4), SHA-256
    /// of these 104 (32).
    public var bytes: [UInt8] {
        var buffer: [UInt8] = []
        buffer.append(littleEndian: Self.formatVersion)
        buffer.append(littleEndian: UInt32(0))
        store.append(to: &buffer)
        buffer.append(littleEndian: position.number)
        root.append(to: &buffer)
        buffer.append(contentsOf: bootID.utf8)
        buffer.append(littleEndian: UInt32(0))
        SHA256().hash(buffer).append(to: &buffer)
        return buffer
    }

    /// Reads a record; nil if it is damaged or of another program: then the log is checked instead.
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount == Self.byteCount,
            bytes.load(UInt32.self, at: 0) == Self.formatVersion,
            SHA256().hash(bytes.extracting(0..<104)) == Hash256(bytes.extracting(104..<136))
        else { return nil }
        let name = String(decoding: bytes.extracting(64..<100).copy(), as: UTF8.self)
        guard name.utf8.count == Self.bootIDBytes else { return nil }
        bootID = name
        store = EventID(bytes.extracting(8..<24))
        position = GlobalPosition(bytes.load(UInt64.self, at: 24))
        root = Hash256(bytes.extracting(32..<64))
    }
}
