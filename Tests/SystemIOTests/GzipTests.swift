import Foundation
import SystemIO
import Testing

struct GzipTests {
    /// 20 times "open,high,low,close\n", by gzip -9.
    private static let small = [UInt8](
        Data(
            base64Encoded: "H4sIAAAAAAACA8svSM3TychMz9DJyS/XSc7JL07lyh8VGzAxANU0CJmQAQAA")!)

    /// 100,000 zero bytes in 131.
    private static let bomb = [UInt8](
        Data(
            base64Encoded: "H4sIAAAAAAACA+3BMQEAAADCoPVPbQ0PoAAA"
                + String(repeating: "A", count: 124)
                + "AIBXA32VEdSghgEA")!)

    /// A member whose contents are stored as they are.
    private static func stored(_ contents: [UInt8]) -> [UInt8] {
        precondition(contents.count <= 65_535)
        let count = UInt16(contents.count)
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1]
        for word in [count, ~count] { bytes += [UInt8(word & 255), UInt8(word >> 8)] }
        bytes += contents
        for word in [checksum(contents), UInt32(count)] {
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        return bytes
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
                value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0)
            }
        }
    }

    private func unpack(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
        try Gzip.decompress(bytes, limit: limit)
    }

    @Test func contents() throws {
        let text = String(repeating: "open,high,low,close\n", count: 20)
        #expect(try unpack(Self.small) == Array(text.utf8))
        #expect(try unpack(Self.bomb) == [UInt8](repeating: 0, count: 100_000))
        #expect(try unpack(Self.stored([])) == [])
        #expect(try unpack(Self.stored([1, 2, 3])) == [1, 2, 3])
    }

    @Test func isCompressed() {
        #expect(Gzip.isCompressed(Self.small))
        #expect(!Gzip.isCompressed([]))
        #expect(!Gzip.isCompressed([0x1F]))
        #expect(!Gzip.isCompressed(Array("1749640620000,1".utf8)))
    }

    @Test func membersFollowEachOther() throws {
        let bytes = Self.stored([1, 2]) + Self.stored([]) + Self.small + Self.stored([3])
        #expect(try unpack(bytes).count == 2 + 400 + 1)
        #expect(try unpack(bytes).last == 3)
    }

    @Test func zeroesBehindTheLastMemberArePadding() throws {
        #expect(try unpack(Self.stored([1]) + [UInt8](repeating: 0, count: 512)) == [1])
    }

    @Test func trailingGarbage() {
        let sound = Self.stored([1])
        #expect(throws: GzipError.trailingGarbage(offset: sound.count)) {
            try unpack(sound + Array("garbage".utf8))
        }
        #expect(throws: GzipError.trailingGarbage(offset: sound.count)) {
            try unpack(sound + [0, 0, 1])
        }
    }

    @Test func everyTruncation() {
        for count in 2..<Self.small.count {
            #expect(throws: GzipError.truncated) { try unpack(Array(Self.small.prefix(count))) }
        }
        let two = Self.stored([1]) + Self.small
        #expect(throws: GzipError.truncated) { try unpack(two.dropLast()) }
    }

    @Test func wrongChecksumAndLength() {
        for back in 1...8 {
            var bytes = Self.small
            bytes[bytes.count - back] ^= 1
            let error = #expect(throws: GzipError.self) { try unpack(bytes) }
            guard case .checksumMismatch = error else {
                Issue.record("byte \(back) from the end: \(String(describing: error))")
                continue
            }
        }
    }

    @Test func damagedData() {
        var bytes = Self.stored([1, 2, 3])
        bytes[10] = 0b111  // A block type that does not exist.
        let error = #expect(throws: GzipError.self) { try unpack(bytes) }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func everyFlippedBitIsNoticedOrHarmless() {
        let contents = try! unpack(Self.small)
        for bit in 0..<Self.small.count * 8 {
            var bytes = Self.small
            bytes[bit / 8] ^= 1 << (bit % 8)
            // Bits of the header's time, flags and system say nothing of the contents.
            if let result = try? unpack(bytes) { #expect(result == contents, "bit \(bit)") }
        }
    }

    @Test func limits() throws {
        #expect(try unpack(Self.bomb, limit: 100_000).count == 100_000)
        #expect(throws: GzipError.overLimit(99_999)) { try unpack(Self.bomb, limit: 99_999) }
        #expect(throws: GzipError.overLimit(0)) { try unpack(Self.stored([1]), limit: 0) }
        #expect(try unpack(Self.stored([]), limit: 0) == [])
        #expect(try unpack(Self.small, limit: .max).count == 400)
    }

    @Test func aFalseLengthIsNotBelieved() {
        var bytes = Self.small
        for back in 1...4 { bytes[bytes.count - back] = 0xFF }
        #expect(throws: GzipError.self) { try unpack(bytes, limit: .max) }
    }

    @Test func notGzip() {
        #expect(throws: GzipError.notGzip) { try unpack([]) }
        #expect(throws: GzipError.notGzip) { try unpack(Array("PK".utf8)) }
    }
}
