/// How a tree sorts its keys.
enum KeyOrder {
    /// Byte by byte; of two that begin alike the shorter comes first (LMDB's `mdb_cmp_memn`).
    case bytes
    /// Integers of eight bytes (`mdb_cmp_long`): the free list.
    case integers

    /// Less than, equal to or greater than zero, as the left key is to the right one.
    ///
    /// - Precondition: integers have eight bytes.
    @inline(__always)
    func compare(_ left: RawSpan, _ right: RawSpan) -> Int {
        switch self {
        case .integers: Self.sign(left.word64(0), right.word64(0))
        case .bytes: Self.compareBytes(left, right)
        }
    }

    private static func compareBytes(_ left: RawSpan, _ right: RawSpan) -> Int {
        let common = min(left.byteCount, right.byteCount)
        var offset = 0
        while offset + 8 <= common {
            let (a, b) = (left.word64(offset), right.word64(offset))
            if a != b { return sign(a.byteSwapped, b.byteSwapped) }
            offset += 8
        }
        while offset < common {
            let a = unsafe left.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
            let b = unsafe right.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
            if a != b { return sign(a, b) }
            offset += 1
        }
        return left.byteCount - right.byteCount
    }

    @inline(__always)
    private static func sign<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
        left < right ? -1 : left == right ? 0 : 1
    }
}
