/// Keys of the store's databases. Numbers are big-endian, so that byte order is their order.
public enum Keys {
    /// Names of the databases.
    public enum Database {
        /// Position → frame and event.
        public static let events = "events"
        /// Streams, versions, days and idempotency keys.
        public static let index = "index"
        /// Rows of Merkle hashes.
        public static let tree = "tree"
        /// State of projections; can be thrown away and rebuilt.
        public static let projections = "projections"
        /// What the store is, and its head.
        public static let meta = "meta"
    }

    /// `events`: position (8).
    public static func event(_ position: GlobalPosition) -> [UInt8] {
        var key: [UInt8] = []
        event(position, into: &key)
        return key
    }

    /// `events`: position (8), in the place of what the buffer holds.
    public static func event(_ position: GlobalPosition, into key: inout [UInt8]) {
        key.removeAll(keepingCapacity: true)
        key.append(bigEndian: position.number)
    }

    /// `index`: `S`, name → ``StreamHead``.
    public static func stream(_ stream: StreamID) -> [UInt8] {
        streams(prefix: stream.description)
    }

    /// `index`: where the streams whose names begin with `prefix` start.
    public static func streams(prefix: String) -> [UInt8] {
        [UInt8(ascii: "S")] + Array(prefix.utf8)
    }

    /// `index`: `V`, stream's number (4), version (8) → position (8, little-endian).
    public static func version(_ number: UInt32, _ version: StreamVersion) -> [UInt8] {
        var key: [UInt8] = []
        Self.version(number, version, into: &key)
        return key
    }

    /// `index`: the key of a version, in the place of what the buffer holds.
    public static func version(
        _ number: UInt32, _ version: StreamVersion, into key: inout [UInt8]
    ) {
        key.removeAll(keepingCapacity: true)
        key.append(UInt8(ascii: "V"))
        key.append(bigEndian: number)
        key.append(bigEndian: version.number)
    }

    /// `index`: `D`, stream's number (4), day (4, sign flipped), position (8) → nothing.
    public static func day(
        _ number: UInt32, _ day: Int32, _ position: GlobalPosition
    ) -> [UInt8] {
        var key = [UInt8(ascii: "D")]
        key.append(bigEndian: number)
        key.append(bigEndian: sortable(day))
        key.append(bigEndian: position.number)
        return key
    }

    /// Reads a day key back; nil if it is of another kind or another stream.
    public static func parseDay(
        _ key: RawSpan, number: UInt32
    ) -> (day: Int32, position: GlobalPosition)? {
        guard key.byteCount == 17, key.load(UInt8.self, at: 0) == UInt8(ascii: "D"),
            UInt32(bigEndian: key.load(UInt32.self, at: 1)) == number
        else { return nil }
        let day = Int32(
            truncatingIfNeeded: UInt32(bigEndian: key.load(UInt32.self, at: 5)) ^ 0x8000_0000)
        return (day, GlobalPosition(UInt64(bigEndian: key.load(UInt64.self, at: 9))))
    }

    /// `index`: `I`, event id (16) → position (8, little-endian); only for events under `.any`.
    public static func identifier(_ id: EventID) -> [UInt8] {
        var key = [UInt8(ascii: "I")]
        id.append(to: &key)
        return key
    }

    /// `tree`: tile level (1), row (8) → up to 32 hashes. Eight rows are a tile of 256.
    public static func treeRow(level: UInt8, row: UInt64) -> [UInt8] {
        var key = [level]
        key.append(bigEndian: row)
        return key
    }

    /// `meta`: what the store is → ``StoreIdentity``.
    public static let identity = Array("store".utf8)
    /// `meta`: the head of the log → ``StoreHead``.
    public static let head = Array("head".utf8)

    /// A signed number whose big-endian bytes sort as it does.
    public static func sortable(_ number: Int32) -> UInt32 {
        UInt32(bitPattern: number) ^ 0x8000_0000
    }
}
