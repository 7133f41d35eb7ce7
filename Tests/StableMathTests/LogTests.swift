import Foundation
import StableMath
import Testing

struct LogTests {
    /// A point and what is expected of it, as bits.
    struct Point {
        let x: Double
        let expected: UInt64
    }

    /// The fixture, which another port of fdlibm wrote.
    static func points() throws -> [Point] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/math/log.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        return try lines.filter { !$0.hasPrefix("#") }.map { line in
            let words = line.split(separator: " ").compactMap { UInt64($0, radix: 16) }
            try #require(words.count == 2)
            return Point(x: Double(bitPattern: words[0]), expected: words[1])
        }
    }

    @Test func bitsAreFrozen() throws {
        let points = try Self.points()
        #expect(points.count > 600)
        for point in points {
            let result = BitStable.log(point.x)
            #expect(result.bitPattern == point.expected, "log(\(point.x)) is \(result)")
        }
    }

    @Test func specialValues() {
        #expect(BitStable.log(.nan).isNaN)
        #expect(BitStable.log(-1).isNaN)
        #expect(BitStable.log(-.leastNonzeroMagnitude).isNaN)
        #expect(BitStable.log(-.infinity).isNaN)
        #expect(BitStable.log(.infinity) == .infinity)
        #expect(BitStable.log(0) == -.infinity)
        #expect(BitStable.log(-0.0) == -.infinity)
        #expect(BitStable.log(1).bitPattern == 0)
        #expect(BitStable.log(2) == BitStable.ln2)
        #expect(BitStable.log(.leastNonzeroMagnitude) == -744.4400719213812)
        #expect(BitStable.log(.greatestFiniteMagnitude) == 709.782712893384)
    }

    /// Two good implementations differ by one unit at most: each rounds one of the two neighbours.
    @Test func nearGlibc() {
        var random = SplitMix64(seed: 1_993)
        for draw in 0..<100_000 {
            let x: Double
            switch draw % 3 {
            case 0: x = Double(bitPattern: .random(in: 1..<0x7FF0_0000_0000_0000, using: &random))
            case 1: x = Double.random(in: 0.5...2, using: &random)
            default: x = Double.random(in: 0...100, using: &random)
            }
            let (own, other) = (BitStable.log(x), Foundation.log(x))
            let distance = Int64(bitPattern: own.bitPattern) - Int64(bitPattern: other.bitPattern)
            guard abs(distance) > 1 else { continue }
            Issue.record("log(\(x)): \(own), Glibc has \(other)")
        }
    }

    /// Where the cases change within a power of two, and from one power to the next.
    @Test func isMonotoneAcrossBranches() {
        for exponent in [-1_022, -30, -1, 0, 1, 2, 1_022] {
            let unit = Double(sign: .plus, exponent: exponent, significand: 1)
            for word: UInt64 in [0, 1, 0x6147A, 0x6147B, 0x6A09C, 0x6B851, 0x6B852, 0xFFFFE] {
                var x = Double(bitPattern: unit.bitPattern | word << 32)
                for _ in 0..<50 { x = x.nextDown }
                var before = BitStable.log(x)
                for _ in 0..<100 {
                    x = x.nextUp
                    let value = BitStable.log(x)
                    if value < before { Issue.record("log falls at \(x)") }
                    before = value
                }
            }
        }
    }

    /// Each undoes the other, as far as the rounding of the argument allows.
    @Test func expUndoesIt() {
        var random = SplitMix64(seed: 2_008)
        for _ in 0..<10_000 {
            let x = Double.random(in: 1e-3...1e3, using: &random)
            #expect(abs(BitStable.exp(BitStable.log(x)) - x) <= 4e-15 * x)
        }
    }
}
