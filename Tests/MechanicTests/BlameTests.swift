import DriftStatistics
import EventFormat
import EventStorage
import Foundation
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Every result comes out of the events that are blamed for it, and out of no fewer.
///
/// `BLAME_SEEDS=1000 swift test -c release --filter BlameTests` runs so many histories, `BLAME_SEED=77`
/// that one only.
struct BlameTests {
    private static let threads: UInt64 = 4

    private static var seeds: ClosedRange<UInt64> {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["BLAME_SEED"].flatMap(UInt64.init) { return one...one }
        return 1...max(1, environment["BLAME_SEEDS"].flatMap(UInt64.init) ?? 8)
    }

    private static func said(_ seed: UInt64) -> String {
        "BLAME_SEED=\(seed) swift test --filter BlameTests"
    }

    @Test(arguments: 0..<threads)
    func wildHistories(_ part: UInt64) throws {
        var counts: [String: Int] = [:]
        var dropped = 0
        for seed in Self.seeds where seed % Self.threads == part {
            var random = SplitMix64(seed: seed &* 31)
            var blames = try BlameBench(WildHistory(seed: seed), Self.said(seed))
            try blames.checkLabels(200, &random)
            try blames.checkVerdicts(&random, minimal: 20)
            counts.merge(blames.counts, uniquingKeysWith: +)
            dropped += blames.dropped
        }
        print("blames of part \(part): \(counts.sorted { $0.key < $1.key }), \(dropped) left out")
    }

    /// Drift as it comes and goes, baselines set and released, trading resumed, alerts acknowledged.
    @Test(arguments: 1...2)
    func operators(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let market = try DriftMarket(
            [
                DriftMarket.configuration {
                    $0.holdChecks = 1 + Int(seed % 3)
                    $0.baseline = seed.isMultiple(of: 2) ? .fixed : .rolling
                    $0.alpha = seed > 4 ? 0.3 : 0.999
                    $0.psi = 0.1
                    $0.labelShare = seed > 4 ? 0.05 : 1e-9
                    $0.checkRows = 3
                }
            ], seed: seed)
        let updater = market.bench.updater!
        var price = 1_000.0
        for _ in 0..<60 {
            if random.chance(15) { price = [1_000, 1_500, 2_500].randomElement(using: &random)! }
            try market.run(random.pick(1...9), price: price)
            if random.chance(30) {
                let hours = (0..<random.pick(1...4)).map { _ in
                    max(0, market.hours - random.pick(1...200))
                }
                try market.bench.update(
                    hours.map { market.candle($0, price: price) }, now: market.end)
            }
            if random.chance(20), try market.state().operations.isPaused {
                _ = try updater.resume(by: "ada", at: market.now)
            }
            if random.chance(10), market.hours > 120 {
                let end = DriftMarket.stamp(market.hours - random.pick(48...70))
                _ = try updater.setBaseline(
                    end - 40 * DriftMarket.hour..<end, market.configuration, at: market.now)
            }
            let hash = market.configuration.labelsHash
            if random.chance(10), try market.state().baselines[hash]?.isPinned == true {
                _ = try updater.releaseBaseline(market.configuration, by: "ada", at: market.now)
            }
        }
        var blames = BlameBench(market.bench, "operators(\(seed))")
        try blames.checkVerdicts(&random, minimal: 20)
        try blames.checkLabels(100, &random)
        let roles = blames.roles.map(\.rawValue).sorted().joined(separator: " ")
        print("blames of operators \(seed): \(blames.counts.sorted { $0.key < $1.key }), \(roles)")
        #expect(blames.counts["check baseline", default: 0] > 0)
        #expect(blames.counts["check data", default: 0] > 0)
        #expect(blames.counts["alert", default: 0] > 0)
        // The level fell and rose again below an alert that was open all the time.
        if seed > 4 { #expect(blames.roles.contains(.alerted)) }
    }

    /// A forged label does not come out of its events, and it is said why.
    @Test func aForgedLabel() throws {
        let bench = try Bench(market, [.scalp])
        try bench.update((0..<10).map { LookaheadTests.candle($0, high: $0 == 6 ? 1_002 : 1_000) })
        let hash = LabelingConfiguration.scalp.labelsHash
        let state = try bench.updater.state()
        let entry = LookaheadTests.candle(2).time
        var forged = try #require(state.labellings[0].labels[entry])
        forged.netBps += 1
        let previous = state.labellings[0].labels[entry]!
        try bench.store.append(at: (LookaheadTests.candle(11).time) * 1_000) { commit in
            let events = LabelEvents.revised(
                [LabelRevision(label: forged, previous: previous)], configuration: hash)
            for event in events {
                try commit.append(
                    event, to: MarketStream.labels(bench.market, hash: hash).id, expecting: .any)
            }
            let completion = UpdateCompletion(
                rows: .init(), gaps: [],
                labellings: [
                    .init(
                        configurationHash: LabelingConfiguration.scalp.hash, labelsHash: hash,
                        through: LookaheadTests.candle(9).time, candlesVersion: 1, closed: 0,
                        revised: 1, retracted: 0, open: 0)
                ], program: "forged")
            try commit.append(
                completion.event(causation: .none),
                to: MarketStream.operations(bench.market).id, expecting: .any)
        }
        let blame = try bench.store.read { view in
            try LabelBlame.of(
                view, market: bench.market, state.labellings[0], entry: entry,
                asOf: try view.head().position)
        }
        #expect(blame.label == forged && blame.program == "forged")
        #expect(blame.failure?.contains("net_bps") == true, "\(blame.failure ?? "")")
    }

    @Test func whatIsNotThereIsSaid() throws {
        let bench = try Bench(market, [.scalp])
        try bench.update((0..<40).map { LookaheadTests.candle($0) })
        let state = try bench.updater.state()
        func error(_ entry: Int64) throws -> String {
            let labelling = state.labellings[0]
            let error = #expect(throws: BlameError.self) {
                try bench.store.read { view in
                    _ = try LabelBlame.of(
                        view, market: bench.market, labelling, entry: entry,
                        asOf: try view.head().position)
                }
            }
            return error?.description ?? ""
        }
        let stamp = LookaheadTests.candle(3).time
        #expect(try error(stamp + 1).contains("did you mean \(UTCTime.text(milliseconds: stamp))?"))
        #expect(try error(stamp + 3_600_000).contains("is not labelled yet"))
        #expect(try error(stamp - 600_000).contains("has no candle"))
        let hash = state.labellings[0].hash
        try bench.store.read { view in
            let head = try view.head().position
            #expect(throws: BlameError.self) {
                _ = try AlertBlame.of(view, market: bench.market, alert: 1, asOf: head)
            }
            #expect(throws: BlameError.self) {
                _ = try DriftBlame.of(
                    view, market: bench.market, labels: hash, check: 2, asOf: head)
            }
            #expect(throws: BlameError.self) {
                _ = try DriftBlame.of(
                    view, market: bench.market, labels: hash, asOf: GlobalPosition(1))
            }
        }
    }
}
