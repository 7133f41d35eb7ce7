/// The 32 bytes of a SHA-256 digest, comparable and printable.
///
/// Stored as four words so that a hash is a plain value: no allocation, no reference counting.
public struct Hash256: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline var w0: UInt64
    @usableFromInline var w1: UInt64
    @usableFromInline var w2: UInt64
    @usableFromInline var w3: UInt64

    /// Number of bytes of a hash.
    public static let byteCount = 32

    /// The hash of all zero bytes: "no previous event", "depends on nothing".
    public static let zero = Hash256()

    @inlinable init() {
        (w0, w1, w2, w3) = (0, 0, 0, 0)
    }

    /// Reads a hash from the first 32 bytes of `bytes`.
    ///
    /// - Precondition: `bytes` holds at least 32 bytes.
    @inlinable public init(_ bytes: RawSpan) {
        precondition(bytes.byteCount >= Self.byteCount, "a hash needs 32 bytes")
        w0 = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
        w1 = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self)
        w2 = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt64.self)
        w3 = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    /// Reads a hash from 64 hexadecimal digits, or returns nil.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for i in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.nibble(digits[i]), let low = Self.nibble(digits[i + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        unsafe self.init(bytes.span.bytes)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x61 + nibble - 10
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46: digit - 0x41 + 10
        default: nil
        }
    }

    /// The hash as 32 bytes.
    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Self.byteCount)
        append(to: &result)
        return result
    }

    /// Appends the 32 bytes to `buffer`.
    @inlinable public func append(to buffer: inout [UInt8]) {
        // Words are kept as they lie in memory, so writing them back needs no byte order.
        unsafe withUnsafeBytes(of: self) { unsafe buffer.append(contentsOf: $0) }
    }

    /// Appends the hash as four words as they lie in memory, for ``SHA256/hash(littleEndianWords:)``.
    @inlinable public func append(toWords words: inout [UInt64]) {
        words.append(w0)
        words.append(w1)
        words.append(w2)
        words.append(w3)
    }

    /// The hash as four integers, each of eight bytes read as little-endian.
    @inlinable public var words: (UInt64, UInt64, UInt64, UInt64) {
        (
            UInt64(littleEndian: w0), UInt64(littleEndian: w1), UInt64(littleEndian: w2),
            UInt64(littleEndian: w3)
        )
    }

    /// The hash as 64 lower-case hexadecimal digits.
    public var hex: String { Self.hex(bytes) }

    /// `bytes` as lower-case hexadecimal digits.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * byteCount)
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Hash256: CustomStringConvertible {
    /// The hash as 64 lower-case hexadecimal digits.
    public var description: String { hex }
}
