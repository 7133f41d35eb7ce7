import CanonicalJSON
import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Results that rest on revised input are known as such, and no others.
struct InputBasisTests {
    private let bench: Bench
    private static let configuration = LabelingConfiguration(
        takeProfitBps: 60, stopLossBps: 60, timeoutMinutes: 360)
    private static let hourly = MarketID("binance/BTC-USDT:USDT/1h")!
    private static let first = UTCDay(year: 2025, month: 3, day: 1).start

    private static func stamp(_ hour: Int) -> Int64 { first + Int64(hour) * 3_600_000 }

    private static func candles(_ hours: Range<Int>) -> [Candle] {
        var random = SplitMix64(seed: 5)
        var price = 1_000
        return hours.map { hour in
            let open = price
            price += random.pick(-8...8)
            return Candle(
                time: stamp(hour), open: Double(open), high: Double(max(open, price) + 2),
                low: Double(min(open, price) - 2), close: Double(price), volume: 3)
        }
    }

    init() throws {
        bench = try Bench(Self.hourly, [Self.configuration])
        // Ten days, one hour of which comes late; what holds for days holds for parts of days.
        try bench.update(Self.candles(0..<240).filter { $0.time != Self.stamp(100) })
    }

    private func revise(_ hour: Int, _ volume: Double = 9) throws {
        var candle = Self.candles(0..<240)[hour]
        candle.volume = volume
        let newest = try #require(try bench.updater.state().window.newest)
        try bench.update([candle], now: newest + 3_600_000)
    }

    private func basis(
        _ hours: Range<Int>, labels: Bool = false, _ bench: Bench? = nil
    ) throws -> InputBasis {
        let bench = bench ?? self.bench
        let hash = Self.configuration.labelsHash
        let stream = MarketStream.labels(Self.hourly, hash: hash).id
        let version = try bench.store.read { try $0.head(of: stream)?.version.number ?? 0 }
        var state = try bench.updater.state()
        return state.inputBasis(
            of: Self.stamp(hours.lowerBound)..<Self.stamp(hours.upperBound),
            labels: labels ? .init(hash: hash, version: version) : nil, hasher: SHA256())
    }

    private func revisions(_ basis: InputBasis) throws -> [InputBasis.Revision] {
        try bench.store.read { try basis.revisions($0) }
    }

    @Test func revisedAndLateMinutesOfTheRangeAreTold() throws {
        let basis = try basis(50..<150)
        #expect(try revisions(basis).isEmpty)
        for hour in [49, 150, 20, 239] { try revise(hour) }
        #expect(try revisions(basis).isEmpty)
        for hour in [50, 149, 100] { try revise(hour) }
        // Back to what it was: told all the same, twice.
        try revise(60)
        try revise(60, 3)
        let found = try revisions(basis)
        #expect(found.map(\.stamp) == [50, 149, 100, 60, 60].map(Self.stamp))
        #expect(found.map(\.kind) == [.changed, .changed, .late, .changed, .changed])
        let places = found.map(\.position)
        #expect(places == places.sorted() && Set(places).count == 5)
        for place in places {
            let type = try bench.store.read { try $0.event(at: place)?.type }
            #expect(type == .candlesRevised)
        }
    }

    @Test func candlesThatCameAfterwardsAreTold() throws {
        let basis = try basis(200..<300)
        try bench.update(Self.candles(0..<301).suffix(61))
        let found = try revisions(basis)
        #expect(found.map(\.stamp) == (240..<300).map(Self.stamp))
        #expect(found.allSatisfy { $0.kind == .late })
    }

    @Test func theDigestIsThatOfTheRowsUsedInWhateverBatchesTheyCame() throws {
        let other = try Bench(Self.hourly, [Self.configuration])
        for candle in Self.candles(0..<240) where candle.time != Self.stamp(100) {
            try other.update([candle])
        }
        for hours in [0..<240, 24..<48, 30..<31, 30..<130, 0..<0, 500..<600] {
            for labels in [false, true] {
                let (one, two) = (
                    try basis(hours, labels: labels), try basis(hours, labels: labels, other)
                )
                #expect(one.digest == two.digest, "\(hours)")
                #expect(one.candlesVersion < two.candlesVersion)
            }
        }
        let all = try [0..<240, 1..<240, 0..<239, 30..<130, 0..<0].map { try basis($0).digest }
        #expect(Set(all).count == all.count)
        #expect(try basis(30..<130).digest != basis(30..<130, labels: true).digest)
    }

    @Test func oneOtherRowInTheRangeIsAnotherDigest() throws {
        for hours in [24..<96, 30..<130] {
            let before = try basis(hours, labels: true)
            try revise(hours.lowerBound - 1, Double(hours.lowerBound))
            try revise(hours.upperBound, Double(hours.lowerBound))
            #expect(try basis(hours, labels: true).digest == before.digest)
            try revise(hours.upperBound - 1, Double(hours.lowerBound))
            #expect(try basis(hours, labels: true).digest != before.digest)
            try revise(hours.upperBound - 1, 3)
            #expect(try basis(hours, labels: true).digest == before.digest)
        }
    }

    /// Labels that were not known at the end of the range are not used, so that what decides them
    /// later does not matter.
    @Test func labelsKnownOnlyAfterTheRangeAreNoPartOfIt() throws {
        let state = try bench.updater.state()
        var later: Label?
        state.labellings[0].labels.forEach { label in
            if label.entryTime == Self.stamp(149), label.decidedAt > Self.stamp(149) {
                later = label
            }
        }
        let label = try #require(later)
        let before = try basis(50..<150, labels: true)
        var decider = try #require(state.window.candles[label.decidedAt])
        decider.high += 500
        try bench.update([decider], now: Self.stamp(240))
        var after: Label?
        try bench.updater.state().labellings[0].labels.forEach {
            if $0.entryTime == label.entryTime { after = $0 }
        }
        #expect(after != label || label.reason == .takeProfit)
        #expect(try basis(50..<150, labels: true).digest == before.digest)
        #expect(try revisions(before).isEmpty)
    }

    @Test func aBasisIsReadBackAndBadOnesAreRefused() throws {
        for basis in [try basis(50..<150), try basis(50..<150, labels: true)] {
            let again = try InputBasis(json: JSONValue(parsing: basis.json.canonicalBytes))
            #expect(again == basis)
            for member in basis.json.members ?? [] {
                let rest = (basis.json.members ?? []).filter { $0.name != member.name }
                let cut = JSONValue.object(rest)
                let error = #expect(throws: FormatError.self) { _ = try InputBasis(json: cut) }
                #expect(error?.description.contains("basis") == true)
            }
        }
    }
}
