import Foundation
import Labeling
import Market
import Testing

@Suite struct LabelStatisticsTests {
    /// What `tools/golden_statistics.py labels` wrote.
    struct Golden: Decodable {
        struct Values: Decodable {
            let mean: Double
            let quantiles: [Double]
        }
        let closed: Int
        let meta: Int
        let exits: [String: Int]
        let net: Values
        let gross: Values
        let costsMean: Double
        let minutes: Values

        static func load(_ name: String) throws -> Golden {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let file = LabelFile.fixtures.appending(path: "statistics-\(name).json")
            return try decoder.decode(Golden.self, from: Data(contentsOf: file))
        }
    }

    /// To the bit: sums in entry order and numpy's own interpolation.
    @Test(arguments: ["scalp", "runner", "gaps"])
    func equalsNumpy(name: String) throws {
        let golden = try Golden.load(name)
        let labels = try LabelFile.labels(
            LabelFile.fixtures.appending(path: "labels-\(name).csv")
        ).map(Self.label)
        let statistics = LabelStatistics(of: labels, open: 7, timeframe: .oneMinute)
        #expect(statistics.closed == golden.closed)
        #expect(statistics.open == 7)
        #expect(statistics.meta == golden.meta)
        #expect(statistics.metaShare == Double(golden.meta) / Double(golden.closed))
        for exits in statistics.exits { #expect(exits.count == golden.exits[exits.reason.name]) }
        #expect(statistics.meanCostsBps == golden.costsMean)
        for (own, other) in [
            (statistics.netBps, golden.net), (statistics.grossBps, golden.gross),
            (statistics.minutes, golden.minutes),
        ] {
            #expect(own?.mean == other.mean)
            #expect(own?.quantiles.map(\.value) == other.quantiles)
        }
    }

    /// A row of a label file; its decision and its warnings are not in there.
    private static func label(_ row: String) throws -> Label {
        let fields = row.split(separator: ",").map(String.init)
        try #require(fields.count == 9)
        func number(_ index: Int) throws -> Double { try #require(Double(fields[index])) }
        let entry = try #require(Int64(fields[0]))
        let exit = try #require(Int64(fields[2]))
        return Label(
            entryTime: entry, entryPrice: try number(1), exitTime: exit, exitPrice: try number(3),
            decidedAt: exit, grossBps: try number(5), costsBps: try number(6),
            netBps: try number(7), reason: try #require(ExitReason(name: fields[4])),
            flags: fields[8] == "1" ? .meta : [])
    }

    /// Counted and sorted in the plainest way.
    @Test(arguments: UInt64(1)...40)
    func equalsCounting(seed: UInt64) {
        var market = RandomMarket(seed: seed &* 104_729)
        let candles = market.candles(count: 2 + Int(seed) * 20)
        let batch = BatchLabeler.labels(
            of: CandleColumns(candles), timeframe: .oneMinute,
            configuration: market.configuration())
        let labels = batch.labels
        let statistics = LabelStatistics(
            of: labels, open: batch.openEntries.count, timeframe: .oneMinute)
        #expect(statistics.closed + statistics.open == candles.count)
        #expect(statistics.meta == labels.filter(\.isMeta).count)
        #expect(statistics.ambiguous == labels.filter { $0.flags.contains(.ambiguous) }.count)
        #expect(statistics.crossingGaps == labels.filter { $0.flags.contains(.crossesGap) }.count)
        #expect(statistics.exits.reduce(0) { $0 + $1.count } == labels.count)
        #expect(statistics.knownAt == labels.map { $0.decidedAt + 60_000 }.max())
        guard let net = statistics.netBps else {
            #expect(labels.isEmpty)
            return
        }
        let share = statistics.exits.reduce(0) { $0 + ($1.share ?? 0) }
        #expect(abs(share - 1) < 1e-12)
        let sorted = labels.map(\.netBps).sorted()
        #expect(net.mean == labels.reduce(0) { $0 + $1.netBps } / Double(labels.count))
        #expect(net.quantiles.first?.value == sorted.first)
        #expect(net.quantiles.last?.value == sorted.last)
        for quantile in net.quantiles {
            let place = Double(quantile.percent) / 100 * Double(sorted.count - 1)
            let low = sorted[Int(place)]
            let high = sorted[min(Int(place) + 1, sorted.count - 1)]
            let expected = low + (high - low) * (place - place.rounded(.down))
            #expect(abs(quantile.value - expected) <= 1e-9, "seed \(seed), \(quantile)")
        }
        #expect(zip(net.quantiles, net.quantiles.dropFirst()).allSatisfy { $0.value <= $1.value })
    }

    @Test func noLabels() {
        let statistics = LabelStatistics(of: [], open: 3, timeframe: .oneMinute)
        #expect(statistics.closed == 0)
        #expect(statistics.open == 3)
        #expect(statistics.metaShare == nil)
        #expect(statistics.exits.allSatisfy { $0.count == 0 && $0.share == nil })
        #expect(statistics.netBps == nil)
        #expect(statistics.meanCostsBps == nil)
        #expect(statistics.knownAt == nil)
    }

    @Test func damagedNumbersAreTold() throws {
        let values = try #require(Distribution([1, .infinity, -1, .nan, -0.0, 0]))
        #expect(values.mean.isNaN)
        #expect(values.quantiles.first?.value == -1)
        #expect(Distribution([]) == nil)
        #expect(Distribution([4])?.quantiles.allSatisfy { $0.value == 4 } == true)
    }
}
