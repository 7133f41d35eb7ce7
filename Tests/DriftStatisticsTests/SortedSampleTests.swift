import DriftStatistics
import Testing

struct SortedSampleTests {
    /// Numbers of all kinds: near each other, of any size, with repetitions, zeros of both signs.
    static func numbers(_ count: Int, _ random: inout SplitMix64) -> [Double] {
        let kind = Int.random(in: 0..<4, using: &random)
        return (0..<count).map { _ in
            switch kind {
            case 0: Double.random(in: -0.01...0.01, using: &random)
            case 1: Double(Int.random(in: -9...9, using: &random)) * 0.5
            case 2: random.chance(50) ? -0.0 : Double(Int.random(in: -1...1, using: &random))
            default:
                Double(bitPattern: .random(in: 0..<0x7FF0_0000_0000_0000, using: &random))
                    * (random.chance(50) ? 1 : -1)
            }
        }
    }

    /// Bits, so that −0 is told from 0.
    static func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

    @Test(arguments: UInt64(1)...60)
    func sorts(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let values = Self.numbers(Int.random(in: 0...3_000, using: &random), &random)
        let expected = values.map { $0 + 0 }.sorted()
        #expect(Self.bits(SortedSample(values)!.values) == Self.bits(expected), "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...60)
    func slideEqualsAFreshSort(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var window = Self.numbers(Int.random(in: 0...900, using: &random), &random)
        var sample = SortedSample(window)!
        for step in 0..<20 {
            let away = Int.random(in: 0...min(window.count, 700), using: &random)
            let more = Self.numbers(Int.random(in: 0...700, using: &random), &random)
            // Either sign of zero takes a zero away.
            let removing = window.prefix(away).map { random.chance(50) ? $0 : $0 + 0 }
            sample.slide(removing: removing.shuffled(using: &random), adding: more)
            window = window.dropFirst(away) + more
            let fresh = SortedSample(window)!
            #expect(Self.bits(sample.values) == Self.bits(fresh.values), "seed \(seed), \(step)")
        }
    }

    @Test(arguments: [Double.nan, -.nan, .infinity, -.infinity, .signalingNaN])
    func refusesWhatIsNoNumber(value: Double) {
        #expect(SortedSample([value]) == nil)
        #expect(SortedSample([1, 2, value, 3]) == nil)
        #expect(SortedSample([Double](repeating: 1, count: 2_000) + [value]) == nil)
    }

    @Test func constantSamples() {
        #expect(SortedSample([])!.isConstant)
        #expect(SortedSample([])!.count == 0)
        #expect(SortedSample([5])!.isConstant)
        #expect(SortedSample([0, -0.0])!.isConstant)
        #expect(!SortedSample([5, 5, 5.000000001])!.isConstant)
        #expect(SortedSample([0, -0.0]) == SortedSample([-0.0, -0.0]))
    }

    @Test func extremesSort() {
        let values = [
            Double.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
            -.leastNonzeroMagnitude, 0, 1, -1,
        ]
        #expect(SortedSample(values)!.values == values.sorted())
    }

    @Test func aStrangeRemovalTraps() async {
        await #expect(processExitsWith: .failure) {
            var sample = SortedSample([1, 2, 3])!
            sample.slide(removing: [4], adding: [4])
        }
        await #expect(processExitsWith: .failure) {
            var sample = SortedSample([1, 2, 3])!
            sample.slide(removing: [2, 2], adding: [])
        }
        await #expect(processExitsWith: .failure) {
            var sample = SortedSample([1, 2, 3])!
            sample.slide(removing: [], adding: [.nan])
        }
    }
}
