public import Digest

/// Loads and stores of the format: little-endian values, unaligned, bounds-checked.
///
/// LMDB promises an alignment of two bytes only, so no load here assumes more.
extension RawSpan {
    /// The integer at a byte offset.
    @inlinable public func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, at offset: Int
    ) -> Value {
        // Checked by `unsafeLoadUnaligned` itself, which traps beyond the end.
        Value(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// The bytes, copied.
    public func copy() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe Array($0) }
    }

    /// Whether all bytes are zero.
    public var isZero: Bool {
        for offset in 0..<byteCount where load(UInt8.self, at: offset) != 0 { return false }
        return true
    }

    /// Whether both hold the same bytes.
    public func isIdenticalBytes(to other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        for offset in 0..<byteCount
        where load(UInt8.self, at: offset) != other.load(UInt8.self, at: offset) {
            return false
        }
        return true
    }
}

extension [UInt8] {
    /// Appends an integer, little-endian.
    @inlinable public mutating func append(littleEndian value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }

    /// Appends words that are little-endian already, all at once.
    public mutating func append(littleEndianWords words: [UInt64]) {
        unsafe words.span.bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// Appends words, each little-endian, all at once.
    mutating func append<let count: Int>(words: InlineArray<count, UInt64>) {
        var ordered = words
        for index in ordered.indices { ordered[index] = ordered[index].littleEndian }
        append(bytes: unsafe ordered.span.bytes)
    }

    /// Overwrites four bytes with an integer, little-endian.
    public mutating func store(littleEndian value: UInt32, at offset: Int) {
        for index in 0..<4 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
        }
    }

    /// Overwrites 32 bytes with a hash.
    public mutating func store(_ hash: Hash256, at offset: Int) {
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: hash, toByteOffset: offset, as: Hash256.self)
        }
    }

    /// Appends an integer, big-endian, as keys have it: their order is the numbers' order.
    @inlinable public mutating func append(bigEndian value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }

    /// Appends bytes.
    public mutating func append(bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }

    /// Appends zeros up to a multiple of eight.
    ///
    /// - Parameter start: where counting begins, for bytes that stand behind others.
    public mutating func padToEight(from start: Int = 0) {
        while !(count - start).isMultiple(of: 8) { append(0) }
    }

    /// The bytes as a span.
    public var rawSpan: RawSpan {
        @_lifetime(borrow self)
        get { unsafe span.bytes }
    }
}

/// The next multiple of eight.
@inlinable func paddedToEight(_ count: Int) -> Int { (count + 7) & ~7 }
