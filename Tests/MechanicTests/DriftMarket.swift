import DriftStatistics
import EventFormat
import EventStorage
import Market
import Mechanic
import Projections

/// An hourly market whose drift tests need some ten rows, driven hour by hour.
final class DriftMarket {
    static let market = MarketID("binance/BTC-USDT:USDT/1h")!
    static let first = UTCDay(year: 2025, month: 3, day: 1).start
    static let hour: Int64 = 3_600_000

    let bench: Bench
    var random: SplitMix64
    private(set) var hours = 0
    private var price = 1_000.0

    /// Two days against five days before them, checked every six hours.
    static func configuration(
        _ change: (inout DriftPolicy) -> Void = { _ in }
    ) -> LabelingConfiguration {
        var configuration = LabelingConfiguration(
            takeProfitBps: 60, stopLossBps: 60, timeoutMinutes: 360)
        configuration.drift.currentDays = 2
        configuration.drift.baselineDays = 5
        configuration.drift.minimumRows = 20
        configuration.drift.minimumLabels = 20
        // So small a market drifts in everything: these tests want to say when.
        configuration.drift.alpha = 1e-9
        configuration.drift.psi = 1e9
        configuration.drift.labelShare = 1
        configuration.drift.costRatio = 1e9
        configuration.drift.outsideShare = 0.3
        change(&configuration.drift)
        return configuration
    }

    init(_ configurations: [LabelingConfiguration], seed: UInt64 = 3) throws {
        bench = try Bench(Self.market, configurations)
        random = SplitMix64(seed: seed)
    }

    var configuration: IdentifiedConfiguration {
        IdentifiedConfiguration(bench.configurations[0])
    }

    static func stamp(_ hour: Int) -> Int64 { first + Int64(hour) * Self.hour }

    /// The close of the newest candle.
    var end: Int64 { Self.stamp(hours) }

    func candle(_ hour: Int, price: Double) -> Candle {
        Candle(
            time: Self.stamp(hour), open: price, high: price + 3, low: price - 3,
            close: price + Double(random.pick(-2...2)), volume: 5)
    }

    /// Hours of a price around 1,000, or another one.
    @discardableResult
    func run(_ count: Int, price: Double = 1_000) throws -> [UpdateReport] {
        try (0..<count).map { _ in
            defer { hours += 1 }
            return try bench.update([candle(hours, price: price)])
        }
    }

    /// Runs until a check comes, and returns what came with it.
    func runToCheck(price: Double = 1_000) throws -> DriftOutcome {
        for _ in 0..<200 {
            let outcome = try run(1, price: price)[0].drift[0]
            if outcome.check != nil { return outcome }
        }
        throw FormatError("no check came in 200 hours")
    }

    func state() throws -> MarketState { try bench.updater.state() }

    /// The checks as the log has them.
    func checks() throws -> [DriftCheck] {
        let hash = configuration.labelsHash
        return try bench.store.read { view in
            try DriftLog.checks(
                view, market: Self.market, labels: hash, through: try view.head().position)
        }.map(\.value)
    }

    /// Microseconds.
    var now: Int64 { end * 1_000 }
}
