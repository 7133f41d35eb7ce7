public import Digest

/// A projection's record as it lies in the store: LMDB has no checksums, and the hashes of the log do
/// not cover what follows from it.
///
/// ```
/// key:    <1>     <---- … ---->        value:  <---- … ----> <---- 8 ---->
///        | slot | projection's |              | projection's | check      |
/// ```
/// The check is the first 8 bytes of SHA-256(key's length (2) ‖ key ‖ value), of the projection's key
/// and value: a record that is taken for another one is damaged too.
public enum SealedRecord {
    /// Which generation of records a key belongs to: the first byte of it.
    public enum Slot: UInt8, Sendable, CaseIterable {
        /// What readers see.
        case current = 1
        /// What a rebuild has made so far.
        case shadow = 2
    }

    /// Bytes of the check.
    public static let checkBytes = 8

    /// The key in the store.
    public static func key(_ slot: Slot, _ key: [UInt8]) -> [UInt8] { [slot.rawValue] + key }

    /// The value in the store.
    public static func seal(_ value: [UInt8], key: [UInt8], hasher: SHA256) -> [UInt8] {
        var sealed = value
        sealed.append(littleEndian: check(value.rawSpan, key: key, hasher: hasher))
        return sealed
    }

    /// The projection's value; nil where the check is not that of key and value.
    @_lifetime(copy sealed)
    public static func open(_ sealed: RawSpan, key: [UInt8], hasher: SHA256) -> RawSpan? {
        guard sealed.byteCount >= checkBytes else { return nil }
        let value = sealed.extracting(0..<sealed.byteCount - checkBytes)
        guard check(value, key: key, hasher: hasher) == check(of: sealed) else { return nil }
        return value
    }

    /// The check that a sealed value ends with.
    public static func check(of sealed: RawSpan) -> UInt64 {
        guard sealed.byteCount >= checkBytes else { return 0 }
        return sealed.load(UInt64.self, at: sealed.byteCount - checkBytes)
    }

    private static func check(_ value: RawSpan, key: [UInt8], hasher: SHA256) -> UInt64 {
        var head: [UInt8] = []
        head.append(littleEndian: UInt16(key.count))
        head.append(contentsOf: key)
        hasher.begin()
        hasher.update(head.rawSpan)
        hasher.update(value)
        return hasher.finish().bytes.rawSpan.load(UInt64.self, at: 0)
    }
}

/// How many records a slot holds, and the sum of their checks: shows a record that is gone, one too
/// many, and an older one put back. Lies under the slot alone, sealed as any other.
public struct RecordTotal: Equatable, Sendable {
    /// The projection's key of a total: none.
    public static let key: [UInt8] = []

    /// Records, this one left out.
    public private(set) var count: UInt64 = 0
    /// Their checks, added modulo 2^64.
    public private(set) var sum: UInt64 = 0

    /// No records.
    public init() {}

    /// Reads a total; nil if it is none.
    public init?(_ value: RawSpan) {
        guard value.byteCount == 16 else { return nil }
        count = value.load(UInt64.self, at: 0)
        sum = value.load(UInt64.self, at: 8)
    }

    /// Count (8) and sum (8).
    public var bytes: [UInt8] {
        var buffer: [UInt8] = []
        buffer.append(littleEndian: count)
        buffer.append(littleEndian: sum)
        return buffer
    }

    /// Counts a record.
    public mutating func add(_ sealed: RawSpan) {
        count &+= 1
        sum &+= SealedRecord.check(of: sealed)
    }

    /// Counts a record no longer.
    public mutating func remove(_ sealed: RawSpan) {
        count &-= 1
        sum &-= SealedRecord.check(of: sealed)
    }
}
