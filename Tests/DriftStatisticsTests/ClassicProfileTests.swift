import DriftStatistics
import Testing

struct ClassicProfileTests {
    typealias Insufficiency = DriftTest.Insufficiency

    /// A quiet market: closes that stay in a range, and labels of a usual kind.
    struct Market {
        var closes: [Double]
        var labels: LabelTally

        init(seed: UInt64, count: Int) {
            var random = SplitMix64(seed: seed)
            closes = (0..<count).map { _ in (1_000 + Double.random(in: 0...10, using: &random)) }
            labels = Market.labels(2_000, profitable: 500, cost: 10)
        }

        static func labels(_ count: Int, profitable: Int, cost: Double) -> LabelTally {
            var tally = LabelTally()
            for number in 0..<count {
                tally.add(isProfitable: number < profitable, costBps: cost, heldCandles: 5)
            }
            return tally
        }

        var times: [Int64] { closes.indices.map { Int64($0) * 60_000 } }
        var window: DriftWindow {
            DriftWindow(times: times, closes: closes, interval: 60_000, labels: labels)
        }
        var reference: DriftReference {
            DriftReference(times: times, closes: closes, interval: 60_000, labels: labels)
        }
    }

    private func verdict(_ current: Market, _ reference: Market) -> DriftVerdict {
        ClassicProfile().verdict(of: current.window, against: reference.reference)
    }

    private func market(_ seed: UInt64 = 1, count: Int = 3_000) -> Market {
        Market(seed: seed, count: count)
    }

    /// The reasons of the four tests.
    private func reasons(_ verdict: DriftVerdict) -> [Insufficiency?] {
        verdict.tests.map(\.insufficiency)
    }

    @Test func quiet() {
        let verdict = verdict(market(1), market(2))
        #expect(verdict.tests.map(\.kind) == [.ks, .psi, .labels, .costs])
        #expect(reasons(verdict) == [nil, nil, nil, nil])
        #expect(verdict.evaluated == 4)
        #expect(verdict.drifted == 0)
        #expect(verdict.severity == .none)
        #expect(verdict.tests[0].pValue! > 0.05)
        #expect(verdict.tests[2].statistic == 0)
        #expect(verdict.tests[2].current.value == 0.25)
        #expect(verdict.tests[3].reference.value == 10)
        #expect(verdict.tests[3].reference.effectiveCount == 400)
        #expect(ClassicProfile().name == "classic")
    }

    /// Each side in turn.
    @Test(arguments: [true, false])
    func emptyAndShort(ofCurrent: Bool) {
        func against(_ some: Market) -> DriftVerdict {
            ofCurrent ? verdict(some, market()) : verdict(market(), some)
        }
        var empty = market(count: 0)
        empty.labels = LabelTally()
        let nothing = against(empty)
        #expect(reasons(nothing) == [.empty, .empty, .empty, .empty])
        #expect(nothing.evaluated == 0)
        #expect(nothing.severity == .insufficientData)
        #expect(nothing.tests.allSatisfy { !$0.isDrifted && $0.statistic == nil })

        var short = market(count: 1_000)
        short.labels = Market.labels(999, profitable: 999, cost: 50)
        // 999 returns, but 1,000 closes.
        #expect(reasons(against(short)) == [.short, nil, .short, .short])
        short = market(count: 999)
        short.closes = short.closes.map { $0 * 1.5 }
        #expect(reasons(against(short)) == [.short, .short, nil, nil])
        #expect(against(short).drifted == 0)
    }

    @Test(arguments: [true, false], [Double.nan, .infinity])
    func notANumber(ofCurrent: Bool, value: Double) {
        var broken = market()
        broken.closes[1_234] = value
        broken.labels.add(isProfitable: false, costBps: value, heldCandles: 1)
        let result = ofCurrent ? verdict(broken, market()) : verdict(market(), broken)
        #expect(reasons(result) == [.notANumber, .notANumber, nil, .notANumber])
        #expect(result.stability == nil)
        let side = ofCurrent ? result.tests[3].current : result.tests[3].reference
        #expect(side.value == nil)
        #expect(result.evaluated == 1)
    }

    @Test func constants() {
        var flat = market()
        flat.closes = flat.closes.map { _ in 1_005 }
        let frozen = verdict(flat, market())
        #expect(reasons(frozen) == [.constant, .constant, nil, nil])
        #expect(frozen.tests[1].statistic == nil)
        #expect(reasons(verdict(flat, flat)) == [.constant, .constant, nil, nil])
        // The reference lies at one price: all others are outside of it.
        let left = verdict(market(), flat)
        #expect(reasons(left) == [.constant, nil, nil, nil])
        #expect(left.tests[1].isDrifted)
        #expect(left.tests[1].statistic == nil)
        #expect(left.stability?.score == nil)
        #expect(left.severity == .warning)
    }

    /// Outside of all bins the index sees nothing; the share outside does.
    @Test func aPriceHalfAsHighAgain() {
        var jumped = market(3)
        jumped.closes = jumped.closes.map { $0 * 1.5 }
        let result = verdict(jumped, market())
        #expect(result.stability?.outsideShare == 1)
        #expect(result.tests[1].isDrifted)
        #expect(result.tests[1].statistic! < 0.1)

        jumped.closes = jumped.closes.map { _ in 1_500 }
        let frozen = verdict(jumped, market())
        #expect(frozen.tests[1].isDrifted)
        #expect(frozen.tests[1].insufficiency == nil)
        #expect(frozen.tests[0].insufficiency == .constant)
    }

    /// One in a hundred outside is allowed, one more is not.
    @Test func outsideMustExceedOnePercent() {
        var edge = market(4)
        for index in 0..<30 { edge.closes[index * 100] = 5_000 }
        #expect(!verdict(edge, market()).tests[1].isDrifted)
        edge.closes[7] = 5_000
        #expect(verdict(edge, market()).tests[1].isDrifted)
    }

    @Test func referenceCost() {
        for cost in [0.0, -1] {
            var free = market()
            free.labels = Market.labels(2_000, profitable: 500, cost: cost)
            #expect(verdict(market(), free).tests[3].insufficiency == .referenceCost)
            // Nothing wrong with a current one.
            #expect(verdict(free, market()).tests[3].isDrifted)
        }
        var tiny = market()
        tiny.labels = Market.labels(2_000, profitable: 500, cost: .leastNonzeroMagnitude)
        #expect(verdict(market(), tiny).tests[3].statistic == .greatestFiniteMagnitude)
    }

    /// Reaching a limit is not exceeding it.
    @Test func limitsAreStrict() {
        var other = market(2)
        other.labels = Market.labels(2_000, profitable: 1_000, cost: 12)
        let limits = DriftThresholds(labelShare: 0.25, costRatio: 0.2)
        let profile = ClassicProfile(thresholds: limits)
        let even = profile.verdict(of: other.window, against: market().reference)
        #expect(even.tests.map(\.isDrifted) == [false, false, false, false])
        other.labels = Market.labels(2_000, profitable: 1_001, cost: 12.001)
        let above = profile.verdict(of: other.window, against: market().reference)
        #expect(above.tests.map(\.isDrifted) == [false, false, true, true])
        #expect(above.tests.map(\.threshold) == [0.05, 0.1, 0.25, 0.2])
    }

    /// From none to severe, a test more each time.
    @Test func severityGrows() {
        var other = market(2)
        #expect(verdict(other, market()).severity == .none)
        other.labels = Market.labels(2_000, profitable: 900, cost: 10)
        #expect(verdict(other, market()).severity == .warning)
        other.labels = Market.labels(2_000, profitable: 900, cost: 20)
        #expect(verdict(other, market()).severity == .critical)
        other.closes = other.closes.map { $0 * 1.5 }
        #expect(verdict(other, market()).severity == .severe)
        // Calm returns, too.
        other.closes = other.closes.indices.map { 1_500 + Double($0 % 7) / 1_000 }
        let all = verdict(other, market())
        #expect(all.drifted == 4)
        #expect(all.severity == .severe)
    }

    @Test func severityTable() {
        #expect(DriftSeverity(drifted: 0, evaluated: 0) == .insufficientData)
        let expected: [DriftSeverity] = [.none, .warning, .critical, .severe, .severe]
        #expect((0...4).map { DriftSeverity(drifted: $0, evaluated: 4) } == expected)
        #expect(DriftSeverity.allCases == DriftSeverity.allCases.sorted())
        #expect(DriftSeverity.insufficientData < .none)
        #expect(DriftSeverity.insufficientData.rawValue == "insufficient_data")
    }

    /// A baseline that slides has the bins of its new closes.
    @Test func binsFollowTheCloses() {
        var reference = market().reference
        let before = reference.bins
        let oldest = Array(market().closes.prefix(60))
        reference.closes?.slide(removing: oldest, adding: oldest.map { $0 + 100 })
        #expect(reference.bins != before)
        #expect(reference.bins == StabilityBins(reference.closes!))
    }
}
