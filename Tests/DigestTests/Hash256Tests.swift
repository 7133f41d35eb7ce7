import Digest
import Testing

struct Hash256Tests {
    @Test func hexRoundTrip() throws {
        let bytes = (0..<32).map { UInt8($0 * 8) }
        let hash = Hash256(unsafe bytes.span.bytes)
        #expect(hash.bytes == bytes)
        #expect(hash.hex == Hash256.hex(bytes))
        #expect(hash.description == hash.hex)
        #expect(Hash256(hex: hash.hex) == hash)
        #expect(Hash256(hex: hash.hex.uppercased()) == hash)
    }

    @Test func randomRoundTrips() {
        for _ in 0..<1_000 {
            let bytes = (0..<32).map { _ in UInt8.random(in: 0...255) }
            #expect(Hash256(hex: Hash256.hex(bytes))?.bytes == bytes)
        }
    }

    @Test(arguments: [
        "", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
        String(repeating: "g", count: 64), String(repeating: "é", count: 32),
        " " + String(repeating: "0", count: 63),
    ])
    func whatIsNoHash(text: String) {
        #expect(Hash256(hex: text) == nil)
    }

    @Test func zeroIsThirtyTwoZeroBytes() {
        #expect(Hash256.zero.bytes == [UInt8](repeating: 0, count: Hash256.byteCount))
        #expect(Hash256.zero.hex == String(repeating: "0", count: 64))
    }

    @Test func onlyTheFirstThirtyTwoBytesCount() {
        let bytes = [UInt8](repeating: 7, count: 40)
        #expect(Hash256(unsafe bytes.span.bytes).bytes == Array(bytes.prefix(32)))
    }
}
