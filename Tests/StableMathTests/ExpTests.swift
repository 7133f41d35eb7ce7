import Foundation
import StableMath
import Testing

struct ExpTests {
    /// A point and what is expected of it, as bits.
    struct Point {
        let x: Double
        let expected: UInt64
    }

    /// The fixture, which another port of fdlibm wrote.
    static func points() throws -> [Point] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/math/exp.txt")
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
            let result = BitStable.exp(point.x)
            #expect(result.bitPattern == point.expected, "exp(\(point.x)) is \(result)")
        }
    }

    @Test func specialValues() {
        #expect(BitStable.exp(.nan).isNaN)
        #expect(BitStable.exp(.infinity) == .infinity)
        #expect(BitStable.exp(-.infinity) == 0)
        #expect(BitStable.exp(0) == 1)
        #expect(BitStable.exp(-0.0) == 1)
        #expect(BitStable.exp(.leastNonzeroMagnitude) == 1)
        #expect(BitStable.exp(709.782712893384) == 1.7976931348622732e308)
        #expect(BitStable.exp(709.7827128933841) == .infinity)
        #expect(BitStable.exp(-745.1332191019411) == .leastNonzeroMagnitude)
        #expect(BitStable.exp(-745.1332191019412) == 0)
        #expect(BitStable.exp(.greatestFiniteMagnitude) == .infinity)
        #expect(BitStable.exp(-.greatestFiniteMagnitude) == 0)
    }

    /// Two good implementations differ by one unit at most: each rounds one of the two neighbours.
    @Test func nearGlibc() {
        var random = SplitMix64(seed: 1_993)
        for draw in 0..<100_000 {
            let x =
                draw % 2 == 0
                ? Double.random(in: -745.2...709.8, using: &random)
                : Double.random(in: -5...5, using: &random)
            let (own, other) = (BitStable.exp(x), Foundation.exp(x))
            let distance = Int64(own.bitPattern) - Int64(other.bitPattern)
            guard abs(distance) > 1 else { continue }
            Issue.record("exp(\(x)): \(own), Glibc has \(other)")
        }
    }

    /// Where the reduction changes from one case to the next, and where k does.
    @Test func isMonotoneAcrossBranches() {
        let halfLn2 = BitStable.ln2 / 2
        var places = [0x1p-28, halfLn2, 3 * halfLn2, 0x1.62e43p-2, 0x1.0a2b2p+0]
        for k in 1...1_022 { places.append((Double(k) + 0.5) * BitStable.ln2) }
        for place in places {
            for start in [place, -place] {
                var x = start
                for _ in 0..<50 { x = x.nextDown }
                var before = BitStable.exp(x)
                for _ in 0..<100 {
                    x = x.nextUp
                    let value = BitStable.exp(x)
                    if value < before { Issue.record("exp falls at \(x)") }
                    before = value
                }
            }
        }
    }
}
