import DriftStatistics
import Foundation
import Testing

struct StabilityTests {
    struct Small: Decodable {
        struct Index: Decodable {
            let edges: [Double]
            let currentCounts: [Int]
            let referenceCounts: [Int]
            let score: Double

            enum CodingKeys: String, CodingKey {
                case edges, score
                case currentCounts = "current_counts"
                case referenceCounts = "reference_counts"
            }
        }
        let first: [Double]
        let second: [Double]
        let psi: Index?
    }

    @Test func equalsNumpy() throws {
        let rows = try Fixture.rows("samples", of: Small.self)
        #expect(rows.count { $0.psi != nil } > 30)
        for row in rows {
            guard let expected = row.psi else { continue }
            let bins = try #require(StabilityBins(SortedSample(row.second)!))
            #expect(bins.edges == expected.edges)
            #expect(bins.counts == expected.referenceCounts)
            #expect(bins.count == row.second.count)
            let stability = PopulationStability(row.first, bins)
            #expect(stability.counts == expected.currentCounts)
            let score = try #require(stability.score)
            #expect(isNear(score, expected.score, 1e-12), "\(score), numpy \(expected.score)")
            #expect(stability.outside == row.first.count - expected.currentCounts.reduce(0, +))
        }
    }

    /// `numpy.histogram`'s rule, number by number.
    @Test(arguments: UInt64(1)...40)
    func histogramIsLiteral(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let size = Int.random(in: 1...200, using: &random)
        let range = seed % 2 == 0 ? -3...3 : -50...50
        let reference = (0..<size).map { _ in Double(Int.random(in: range, using: &random)) }
        let bins = StabilityBins(SortedSample(reference)!)!
        var values = (0..<300).map { _ in Double(Int.random(in: -60...60, using: &random)) }
        values += bins.edges + bins.edges.map(\.nextUp) + bins.edges.map(\.nextDown)
        let expected = (0..<10).map { bin in
            values.count {
                let reaches = bin == 9 ? $0 <= bins.edges[10] : $0 < bins.edges[bin + 1]
                return $0 >= bins.edges[bin] && reaches
            }
        }
        #expect(bins.histogram(values) == expected, "seed \(seed)")
        #expect(bins.counts == bins.histogram(reference), "seed \(seed)")
        #expect(bins.counts.reduce(0, +) == size)
        let outside = values.count { !bins.range.contains($0) }
        #expect(PopulationStability(values, bins).outside == outside, "seed \(seed)")
    }

    @Test func theSameNumbersScoreNothing() {
        let values = (0..<1_000).map { Double($0 * 37 % 1_000) }
        let bins = StabilityBins(SortedSample(values)!)!
        let stability = PopulationStability(values, bins)
        #expect(stability.score == 0)
        #expect(stability.outside == 0)
        #expect(stability.outsideShare == 0)
    }

    /// All outside: equal shares of nothing, as the formula has it, and no NaN.
    @Test func allOutside() throws {
        let values = (0..<1_000).map { Double($0) }
        let bins = StabilityBins(SortedSample(values)!)!
        let stability = PopulationStability(values.map { $0 + 5_000 }, bins)
        #expect(stability.outsideShare == 1)
        let score = try #require(stability.score)
        #expect(score.isFinite && score >= 0)
        // 1/11 in each bin against 1/10.
        #expect(isNear(score, 10 * (1 / 11.0 - 0.1) * Foundation.log(10 / 11.0), 1e-9))
    }

    @Test func noScore() {
        #expect(StabilityBins(SortedSample([])!) == nil)
        let constant = StabilityBins(SortedSample([5, 5, 5])!)!
        #expect(constant.isConstant)
        #expect(constant.counts == [0, 0, 0, 0, 0, 0, 0, 0, 0, 3])
        let stability = PopulationStability([5, 6, .nan], constant)
        #expect(stability.score == nil)
        #expect(stability.outside == 2)
        let some = StabilityBins(SortedSample([1, 2, 3])!)!
        #expect(PopulationStability([], some).score == nil)
        #expect(PopulationStability([], some).outsideShare == 0)
    }
}
