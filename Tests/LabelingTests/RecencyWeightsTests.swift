import Foundation
import Labeling
import Market
import Testing

@Suite struct RecencyWeightsTests {
    /// What `tools/golden_statistics.py weights` wrote.
    struct Golden: Decodable {
        struct Mode: Decodable {
            let ess: Double
            let weights: [Double]
        }
        let entries: [Int64]
        let modes: [String: Mode]

        static func load() throws -> Golden {
            let file = LabelFile.fixtures.appending(path: "weights.json")
            return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
        }
    }

    private func weights(_ entries: [Int64], halfLife: Double) -> RecencyWeights {
        RecencyWeights(
            of: entries.map { Self.label(entry: $0) }, halfLifeDays: halfLife,
            timeframe: .oneMinute)
    }

    /// A label of which only the entry counts; decided five minutes later.
    static func label(entry: Int64) -> Label {
        Label(
            entryTime: entry, entryPrice: 1, exitTime: entry + 300_000, exitPrice: 1,
            decidedAt: entry + 300_000, grossBps: 0, costsBps: 0, netBps: 0, reason: .timeout,
            flags: [])
    }

    @Test(arguments: RecencyWeights.Mode.allCases)
    func equalsNumpy(mode: RecencyWeights.Mode) throws {
        let golden = try Golden.load()
        let expected = try #require(golden.modes[mode.rawValue])
        let result = weights(golden.entries, halfLife: mode.halfLifeDays)
        #expect(result.weights.count == golden.entries.count)
        for (own, other) in zip(result.weights, expected.weights) {
            #expect(abs(own - other) <= 1e-12 * other)
        }
        #expect(abs(result.effectiveSampleSize - expected.ess) <= 1e-12 * expected.ess)
    }

    /// The literal formula with the C library's `exp`, on random entries.
    @Test(arguments: UInt64(1)...30)
    func equalsTheFormula(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 1...400, using: &random)
        let entries = Set(
            (0..<count).map { _ in Int64.random(in: 0...150_000, using: &random) * 60_000 }
        ).sorted()
        let halfLife = [0.01, 1, 10, 120, 1_000].randomElement(using: &random)!
        let raw = entries.map { entry in
            let days = Double(entries.last! - entry) / 86_400_000
            return max(Foundation.exp(-Foundation.log(2.0) / halfLife * days), 0.01)
        }
        let sum = raw.reduce(0, +)
        let result = weights(entries, halfLife: halfLife)
        for (own, other) in zip(result.weights, raw) {
            let expected = other * Double(entries.count) / sum
            #expect(abs(own - expected) <= 1e-12 * expected, "seed \(seed)")
        }
        #expect(abs(result.weights.reduce(0, +) - Double(entries.count)) < 1e-9)
        #expect(zip(result.weights, result.weights.dropFirst()).allSatisfy { $0 <= $1 })
        let ess = result.effectiveSampleSize
        #expect(ess > 0 && ess <= Double(entries.count) * (1 + 1e-12), "seed \(seed)")
    }

    @Test func theFloorComesBeforeScaling() {
        // 70 days and ten half-lives: both below the floor of 0.01.
        let result = weights([0, 86_400_000 * 30, 86_400_000 * 100], halfLife: 10)
        #expect(result.weights[0] == result.weights[1])
        #expect(abs(result.weights[2] / result.weights[0] - 100) < 1e-12)
    }

    @Test func fewLabels() {
        let none = weights([], halfLife: 10)
        #expect(none.weights.isEmpty)
        #expect(none.effectiveSampleSize == 0)
        #expect(none.knownAt == nil)
        let one = weights([1_760_000_040_000], halfLife: 10)
        #expect(one.weights == [1])
        #expect(one.effectiveSampleSize == 1)
    }

    /// Known when the last of the labels was, though an older entry decided later.
    @Test func knownAtIsTheLatestDecision() {
        var first = Self.label(entry: 0)
        first.decidedAt = 1_800_000
        let result = RecencyWeights(
            of: [first, Self.label(entry: 60_000)], halfLifeDays: 10, timeframe: .oneMinute)
        #expect(result.knownAt == 1_860_000)
    }
}
