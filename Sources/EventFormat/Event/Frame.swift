public import Digest

/// An event's place in one store: local, never replicated. Its bytes are a leaf of the Merkle tree.
///
/// ```
/// <---- 8 ----> <---- 8 ----> <-- 4 --> <-- 4 --> <---- 8 ----> <------ 32 ------>
/// | position   | commit      | index   | events  | appendedAt | event hash      |
/// |            | number      |in commit|in commit| µs UTC     |                 |
/// ```
public struct Frame: Equatable, Sendable {
    /// Bytes of a frame.
    public static let byteCount = 64

    /// The event's position.
    public var position: GlobalPosition
    /// The commit, from 1.
    public var commit: UInt64
    /// The event's place in its commit, from 0.
    public var indexInCommit: UInt32
    /// How many events the commit holds.
    public var eventsInCommit: UInt32
    /// When it entered this store, microseconds UTC; strictly increasing with the position.
    public var appendedAt: Int64
    /// SHA-256 of the event's bytes.
    public var eventHash: Hash256

    /// A frame of all its parts.
    public init(
        position: GlobalPosition, commit: UInt64, indexInCommit: UInt32, eventsInCommit: UInt32,
        appendedAt: Int64, eventHash: Hash256
    ) {
        self.position = position
        self.commit = commit
        self.indexInCommit = indexInCommit
        self.eventsInCommit = eventsInCommit
        self.appendedAt = appendedAt
        self.eventHash = eventHash
    }

    /// Reads a frame from the first 64 bytes.
    ///
    /// - Precondition: there are as many; ``EventView`` checks that.
    public init(_ bytes: RawSpan) {
        position = GlobalPosition(bytes.load(UInt64.self, at: 0))
        commit = bytes.load(UInt64.self, at: 8)
        indexInCommit = bytes.load(UInt32.self, at: 16)
        eventsInCommit = bytes.load(UInt32.self, at: 20)
        appendedAt = bytes.load(Int64.self, at: 24)
        eventHash = Hash256(bytes.extracting(32..<64))
    }

    /// The 64 bytes.
    public var bytes: [UInt8] {
        var buffer: [UInt8] = []
        append(to: &buffer)
        return buffer
    }

    /// Appends the 64 bytes.
    public func append(to buffer: inout [UInt8]) {
        // Words first, then all at once: eight times as fast as appending field by field.
        let hash = eventHash.words
        let words: InlineArray<8, UInt64> = [
            position.number, commit, UInt64(indexInCommit) | UInt64(eventsInCommit) << 32,
            UInt64(bitPattern: appendedAt), hash.0, hash.1, hash.2, hash.3,
        ]
        buffer.append(words: words)
    }

    /// Where the count of the commit's events stands in the bytes.
    public static let eventsInCommitOffset = 20
    /// Where the event's hash stands in the bytes.
    public static let eventHashOffset = 32

    /// The position of the last event of this event's commit.
    ///
    /// Wraps around in a damaged frame, which ``defect(at:)`` names.
    public var endOfCommit: GlobalPosition {
        GlobalPosition(position.number &- UInt64(indexInCommit) &+ UInt64(eventsInCommit) &- 1)
    }

    /// What keeps this from being the frame of a position; nil if nothing does.
    public func defect(at position: GlobalPosition) -> FormatError? {
        if self.position != position {
            return FormatError("the frame claims position \(self.position)")
        }
        // The first event of the commit stands at position 1 or later.
        if indexInCommit >= eventsInCommit || UInt64(indexInCommit) >= position.number {
            return FormatError(
                "the frame claims to be event \(indexInCommit) of \(eventsInCommit) in its commit")
        }
        return nil
    }
}
