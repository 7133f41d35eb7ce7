internal import Digest

/// The beginning of a backup's file: of which store it is, and which stretch of its log.
///
/// ```
/// <-- 8 --> <-- 4 --> <-- 4 --> <--- 64 ---> <-- 4 --> <-- 4 --> <- 64 + 32 p -> <- 64 + 32 q -> <- 32 ->
/// | magic  | format  | length  | store's    | file's  |directory| head before   | head at the   | SHA-  |
/// |        | version | of this | identity   | mode    | mode    |               | end           | 256   |
/// ```
/// Then the events of the positions between both heads, and SHA-256 over the whole file before it.
public struct SegmentHeader: Equatable, Sendable {
    /// The first eight bytes of every segment.
    public static let magic = Array("MRBACKUP".utf8)
    /// The only format version so far.
    public static let formatVersion: UInt32 = 1
    /// Bytes that tell how many there are: magic, version, length.
    public static let prefixByteCount = 16
    /// Most bytes of a header: two heads with a peak for every bit of a position.
    public static let maximumByteCount = 88 + 2 * (64 + 64 * Hash256.byteCount) + Hash256.byteCount
    /// Bytes before an event: its length (4) and zeros (4).
    public static let recordByteCount = 8

    /// The store.
    public var identity: StoreIdentity
    /// The permissions of the store's file.
    public var filePermissions: UInt32
    /// The permissions of its directory.
    public var directoryPermissions: UInt32
    /// Where the log ended before the segment's first event.
    public var before: StoreHead
    /// Where it ends with the segment's last event.
    public var after: StoreHead

    /// A header.
    public init(
        identity: StoreIdentity, filePermissions: UInt32, directoryPermissions: UInt32,
        before: StoreHead, after: StoreHead
    ) {
        self.identity = identity
        self.filePermissions = filePermissions
        self.directoryPermissions = directoryPermissions
        self.before = before
        self.after = after
    }

    /// Whether the segment begins with the log: alone it is a whole store.
    public var isFull: Bool { before.position == .start }

    /// How many events follow.
    public var eventCount: UInt64 { after.position.number - before.position.number }
}

extension SegmentHeader {
    /// The bytes, the check at their end included.
    public var bytes: [UInt8] {
        var content = identity.bytes
        content.append(littleEndian: filePermissions)
        content.append(littleEndian: directoryPermissions)
        content += before.bytes + after.bytes
        var buffer = Self.magic
        buffer.append(littleEndian: Self.formatVersion)
        buffer.append(
            littleEndian: UInt32(Self.prefixByteCount + content.count + Hash256.byteCount))
        buffer += content
        SHA256().hash(buffer).append(to: &buffer)
        return buffer
    }

    /// How long a header with this prefix is.
    public static func byteCount(_ prefix: RawSpan) throws(FormatError) -> Int {
        guard prefix.byteCount >= prefixByteCount,
            prefix.extracting(0..<8).isIdenticalBytes(to: magic.rawSpan)
        else { throw FormatError("this is no backup: it does not begin as one") }
        let version = prefix.load(UInt32.self, at: 8)
        guard version == formatVersion else {
            throw FormatError(
                "the backup has format \(version), this program reads \(formatVersion)")
        }
        let count = Int(prefix.load(UInt32.self, at: 12))
        guard (248...maximumByteCount).contains(count) else {
            throw FormatError("the header is damaged: it claims \(count) bytes")
        }
        return count
    }

    /// Reads a header of the length that its prefix says.
    public init(_ bytes: RawSpan) throws(FormatError) {
        guard try Self.byteCount(bytes) == bytes.byteCount else {
            throw FormatError("the header is cut")
        }
        let end = bytes.byteCount - Hash256.byteCount
        guard
            SHA256().hash(bytes.extracting(0..<end))
                == Hash256(bytes.extracting(end..<bytes.byteCount))
        else { throw FormatError("the header is damaged: its checksum is another") }
        identity = try StoreIdentity(bytes.extracting(16..<80))
        filePermissions = bytes.load(UInt32.self, at: 80)
        directoryPermissions = bytes.load(UInt32.self, at: 84)
        let middle = try Self.endOfHead(bytes, from: 88, limit: end)
        before = try StoreHead(bytes.extracting(88..<middle))
        guard try Self.endOfHead(bytes, from: middle, limit: end) == end else {
            throw FormatError("the header's heads do not fill it")
        }
        after = try StoreHead(bytes.extracting(middle..<end))
        let hasher = SHA256()
        for head in [before, after] where head.tree.root(hasher: hasher) != head.root {
            throw FormatError("the peaks at position \(head.position) do not give the root")
        }
        guard before.position <= after.position, before.commit <= after.commit else {
            throw FormatError("the header ends before it begins")
        }
        guard max(filePermissions, directoryPermissions) <= 0o7777 else {
            throw FormatError("the header names permissions that are none")
        }
    }

    private static func endOfHead(
        _ bytes: RawSpan, from start: Int, limit: Int
    ) throws(FormatError) -> Int {
        guard start + 64 <= limit else { throw FormatError("the header's heads are cut") }
        let end = start + 64 + Int(bytes.load(UInt32.self, at: start + 28)) * Hash256.byteCount
        guard end <= limit else { throw FormatError("the header's heads are cut") }
        return end
    }
}
