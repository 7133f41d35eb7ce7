import DriftStatistics
import Foundation
import Testing

struct PValueTests {
    /// Sizes, the shift of the second sample, and what `ks_2samp` found.
    struct Pair: Decodable {
        let m: Int
        let n: Int
        let shift: Int
        let statistic: Double
        let pvalue: Double

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            m = try row.decode(Int.self)
            n = try row.decode(Int.self)
            shift = try row.decode(Int.self)
            statistic = try row.decode(Double.self)
            pvalue = try row.decode(Double.self)
        }
    }

    /// A point of `kstwo.sf`.
    struct Tail: Decodable {
        let size: Double
        let distance: Double
        let pvalue: Double
        let branch: String

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            size = try row.decode(Double.self)
            distance = try row.decode(Double.self)
            pvalue = try row.decode(Double.self)
            branch = try row.decode(String.self)
        }
    }

    /// Small samples with ties.
    struct Small: Decodable {
        let first: [Double]
        let second: [Double]
        let statistic: Double
        let pvalue: Double
    }

    /// The two samples, as the script makes them.
    static func samples(_ pair: Pair) -> (SortedSample, SortedSample) {
        let first = (0..<pair.m).map { Double((2 * $0 + 1) * pair.n) }
        let second = (0..<pair.n).map { Double((2 * $0 + 1) * pair.m + pair.shift) }
        return (SortedSample(first)!, SortedSample(second)!)
    }

    @Test func samplesEqualScipy() throws {
        let rows = try Fixture.rows("pvalues", of: Pair.self)
        #expect(rows.count > 500)
        for row in rows {
            let (first, second) = Self.samples(row)
            let result = KolmogorovSmirnov(first, second)
            let place = "\(row.m), \(row.n), shift \(row.shift): \(result)"
            #expect(result.statistic == row.statistic, "\(place)")
            #expect(isNear(result.pValue, row.pvalue, 1e-9), "\(place), scipy \(row.pvalue)")
            #expect(KolmogorovSmirnov(second, first) == result, "\(place)")
        }
    }

    @Test func tiesEqualScipy() throws {
        for row in try Fixture.rows("samples", of: Small.self) {
            let result = KolmogorovSmirnov(SortedSample(row.first)!, SortedSample(row.second)!)
            #expect(result.statistic == row.statistic)
            #expect(isNear(result.pValue, row.pvalue, 1e-9))
        }
    }

    /// On both sides of each limit between formulas.
    @Test func tailEqualsScipy() throws {
        let rows = try Fixture.rows("tail", of: Tail.self)
        #expect(rows.count > 1_500)
        for row in rows {
            let result = KolmogorovSmirnov.pValue(distance: row.distance, size: row.size)
            // Below 1e-307 doubles have fewer digits, and scipy's sum loses its terms.
            #expect(
                isNear(result, row.pvalue, 1e-9) || max(result, row.pvalue) < 1e-307,
                "\(row): \(result)")
        }
    }

    @Test func extremes() {
        let low = SortedSample([1, 2, 3])!
        let high = SortedSample([4, 5, 6])!
        let apart = KolmogorovSmirnov(low, high)
        #expect(apart.statistic == 1)
        // Two of the C(6, 3) paths.
        #expect(isNear(apart.pValue, 0.1, 1e-15))
        #expect(KolmogorovSmirnov(low, low) == KolmogorovSmirnov(high, high))
        #expect(KolmogorovSmirnov(low, low).statistic == 0)
        #expect(KolmogorovSmirnov(low, low).pValue == 1)
    }

    /// Counting every path of small samples one by one.
    @Test func exactIsTheShareOfPaths() {
        for m in 1...6 {
            for n in 1...6 {
                for shift in stride(from: 0, through: 2 * m * n, by: max(1, m * n / 5)) {
                    let first = (0..<m).map { Double((2 * $0 + 1) * n) }
                    let second = (0..<n).map { Double((2 * $0 + 1) * m + shift) }
                    let result = KolmogorovSmirnov(SortedSample(first)!, SortedSample(second)!)
                    let steps = Int((result.statistic * Double(m * n)).rounded())
                    let share = Self.shareOfPaths(m, n, atLeast: steps)
                    #expect(isNear(result.pValue, share, 1e-13), "\(m), \(n), \(steps)")
                }
            }
        }
    }

    /// The share of the C(m + n, m) orders whose distance reaches `steps / (m·n)`.
    private static func shareOfPaths(_ m: Int, _ n: Int, atLeast steps: Int) -> Double {
        var (reaching, all) = (0, 0)
        for order in 0..<(1 << (m + n)) where order.nonzeroBitCount == m {
            var (i, j, greatest) = (0, 0, 0)
            for bit in 0..<m + n {
                if order >> bit & 1 == 1 { i += 1 } else { j += 1 }
                greatest = max(greatest, abs(i * n - j * m))
            }
            all += 1
            reaching += greatest >= steps ? 1 : 0
        }
        return Double(reaching) / Double(all)
    }

    /// The literal statistic: the shares at every value, counted anew.
    @Test(arguments: UInt64(1)...40)
    func statisticIsTheGreatestDistance(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let spread = [3, 30, 100].randomElement(using: &random)!
        // Above the exact limit the statistic is a difference of quotients, to the bit.
        let isLarge = seed % 4 == 0
        let sizes = (0..<2).map {
            Int.random(in: 1...60, using: &random) + $0 * (isLarge ? 10_000 : 0)
        }
        let samples = sizes.map { size in
            (0..<size).map { _ in Double(Int.random(in: -spread...spread, using: &random)) }
        }
        var expected = 0.0
        for value in Set(samples[0] + samples[1]) {
            let shares = samples.map { sample in
                Double(sample.count { $0 <= value }) / Double(sample.count)
            }
            expected = max(expected, abs(shares[0] - shares[1]))
        }
        let result = KolmogorovSmirnov(SortedSample(samples[0])!, SortedSample(samples[1])!)
        let tolerance = isLarge ? 0 : 1e-14
        #expect(isNear(result.statistic, expected, tolerance), "seed \(seed)")
        #expect((0...1).contains(result.pValue), "seed \(seed)")
    }

    /// A greater distance is never more probable, but for the jumps where formulas meet.
    @Test(arguments: [3.0, 140, 141, 2_048, 8_172, 100_001])
    func fallsWithTheDistance(size: Double) {
        var before = 1.0
        for step in 0...2_000 {
            let distance = Double(step) / 2_000
            let value = KolmogorovSmirnov.pValue(distance: distance, size: size)
            #expect(value <= before + 1e-7, "\(size) at \(distance)")
            before = value
        }
        #expect(before == 0)
    }
}
