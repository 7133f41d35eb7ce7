import Digest
import Market
import Mechanic
import Projections
import Testing

/// The digests of a fixed history, written down: a change of any state byte must be meant.
///
/// Where a projection is meant to change, its version is raised and the digest written anew.
struct DeterminismTests {
    /// Integer arithmetic only: the same on every machine.
    static func candles(_ count: Int) -> [Candle] {
        var state: UInt32 = 2_463_534_242
        func next(_ bound: UInt32) -> Int {
            // G. Marsaglia, "Xorshift RNGs".
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            return Int(state % bound)
        }
        var price = 60_000
        var minute = 0
        return (0..<count).map { _ in
            let open = price
            price += next(121) - 60
            minute += next(50) == 0 ? 1 + next(5) : 1
            return Candle(
                time: 1_735_689_600_000 + Int64(minute) * 60_000, open: Double(open),
                high: Double(max(open, price) + next(30)),
                low: Double(min(open, price) - next(30)), close: Double(price),
                volume: Double(next(1_000)))
        }
    }

    static let expected = [
        "window 1 5bbd762aefe0cb17a8d25d9630366014eac8077afbc0b91057830005ced74d1b",
        "labels 1 653b28ef274698649117850fba8676b4fbf16be790bb355751cabf8c3805de6d",
        "labels 1 95c2c573e44774ef34adfaa708b303904f7019e67914b31c7cc9d422a080d31e",
        "configuration 1 422f1976977b29af5151fb700871f6ba9005aaca537cffb1ee3f00e0b82336da",
        "baselines 1 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
        "drift 1 fe56f692037f7e12cdfc6906d5de62a279ae37243ac7f71f5e63848b620da1dc",
        "operations 1 85379d3298c8aeb306afbd6ac9f79b345a05e25bd59001554db284b6b408bcf7",
    ]

    private func lines(_ digests: [MarketState.Digest]) -> [String] {
        digests.map { "\($0.name) \($0.version) \($0.digest)" }
    }

    @Test func theDigestsOfAFixedHistoryNeverChange() throws {
        let rows = Self.candles(5_000)
        let bench = try Bench(market, [.scalp, .runner])
        try bench.update(rows)
        let found = lines(try bench.digests())
        #expect(found == Self.expected)
        try bench.check("at once")

        let polled = try Bench(market, [.scalp, .runner])
        for start in stride(from: 0, to: rows.count, by: 500) {
            try polled.update(Array(rows[start..<start + 500]))
        }
        #expect(lines(try polled.digests().ofHistory) == Self.expected.dropLast(3))
    }
}
