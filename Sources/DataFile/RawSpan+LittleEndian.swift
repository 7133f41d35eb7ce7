/// Loads of LMDB's file: the machine's integers, which are little-endian on x86-64 and arm64.
extension RawSpan {
    @inline(__always) func word16(_ offset: Int) -> UInt16 {
        UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always) func word32(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always) func word64(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The bytes of a range, copied.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(range.count)
        for offset in range {
            copy.append(unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self))
        }
        return copy
    }

    /// Whether all bytes of a range are zero.
    func isZero(_ range: Range<Int>) -> Bool {
        for offset in range
        where unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self) != 0 {
            return false
        }
        return true
    }
}

extension [UInt8] {
    /// The bytes as a span.
    var raw: RawSpan {
        @_lifetime(borrow self)
        get { unsafe span.bytes }
    }
}
