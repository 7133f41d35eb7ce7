internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Mechanic
internal import Projections

/// Drift checks: the two tests of prices, a whole check with its monitor, and a history checked hourly.
enum DriftBench {
    static func run(
        _ history: CandleColumns, _ directory: String, rounds: Int
    ) throws -> [BenchResult] {
        let tests = prices(history)
        let updater = try make("\(directory)/drift", checkHours: 8_000)
        let first = max(0, history.count - 100_000 - rounds * 60)
        let start = history.slice(first..<history.count - rounds * 60)
        try update(updater, start)
        var (checks, monitors): ([Double], [Double]) = ([], [])
        var samples = DriftSamples()
        for round in 0..<rounds {
            let row = history.count - (rounds - round) * 60
            try update(updater, history.slice(row..<row + 60))
            var state = try updater.state()
            // The first one sorts, the others slide.
            checks.append(Stopwatch.microseconds { check(&state, &samples) })
            monitors.append(Stopwatch.microseconds { monitor(state) })
        }
        return tests + [
            BenchResult(
                what: "hourly check with its baseline", median: Stopwatch.median(checks) / 1e3,
                unit: "ms"),
            BenchResult(
                what: "monitor of a day", median: Stopwatch.median(monitors) / 1e3, unit: "ms"),
            try hourly(history, directory),
        ]
    }

    /// KS and PSI of a week against a baseline that is sorted already.
    private static func prices(_ history: CandleColumns) -> [BenchResult] {
        let current = history.slice(history.count - 10_080..<history.count)
        let before = history.slice(history.count - 53_280..<history.count - 10_080)
        let interval = Timeframe.oneMinute.milliseconds
        let reference = DriftReference(
            times: Array(before.time), closes: Array(before.close), interval: interval,
            labels: LabelTally())
        let (times, closes) = (Array(current.time), Array(current.close))
        let profile = ClassicProfile()
        var values: [Double] = []
        var drifted = 0
        for _ in 0..<101 {
            values.append(
                Stopwatch.microseconds {
                    let window = DriftWindow(
                        times: times, closes: closes, interval: interval, labels: LabelTally())
                    drifted += profile.verdict(of: window, against: reference).drifted
                })
        }
        return [
            BenchResult(
                what: "KS + PSI, 10,080 against 43,200 sorted",
                median: Stopwatch.median(values) / 1e3, unit: "ms")
        ]
    }

    private static func check(_ state: inout MarketState, _ samples: inout DriftSamples) {
        guard let newest = state.window.newest else { return }
        let end = newest + state.market.timeframe.milliseconds
        let configuration = IdentifiedConfiguration(.scalp)
        let hasher = SHA256()
        let periods = samples.samples(
            configuration.configuration.drift, endingAt: end, state.window)
        let reference = DriftComputation.reference(
            periods.reference, knownBy: end, configuration, state)
        _ =
            DriftComputation.record(
                reference, periods.reference.range, .rolling, knownBy: end, configuration, &state,
                hasher: hasher
            ).json.canonicalBytes
        _ =
            DriftComputation.check(
                .schedule, periods.current,
                against: ComputedBaseline(range: periods.reference.range, reference: reference),
                knownBy: end, configuration, &state, hasher: hasher
            ).json.canonicalBytes
    }

    private static func monitor(_ state: MarketState) {
        guard let newest = state.window.newest, let labelling = state.labellings.first else {
            return
        }
        _ =
            MarketMonitor(
                labelsHash: labelling.hash, candles: state.window.candles, labels: labelling.labels,
                end: newest + state.market.timeframe.milliseconds, baselineVolatility: 1
            ).json.canonicalBytes
    }

    /// All of a history hour by hour with a check each: what an updater would have done, in one run.
    private static func hourly(
        _ history: CandleColumns, _ directory: String
    ) throws -> BenchResult {
        let updater = try make("\(directory)/hourly", checkHours: 1)
        let base = min(history.count, 37 * 1_440)
        try update(updater, history.slice(0..<base))
        var checks = 0
        let time = try Stopwatch.microseconds {
            for row in stride(from: base, to: history.count - 59, by: 60) {
                let report = try update(updater, history.slice(row..<row + 60))
                checks += report.drift.count { $0.check != nil }
            }
        }
        return BenchResult(
            what: "\(Number.grouped(checks)) hourly updates with a check each", median: time / 1e6,
            unit: "s")
    }

    private static func make(_ path: String, checkHours: Int) throws -> Updater {
        var options = EventStore.Options()
        options.isVolatile = true
        let store = try EventStore.create(
            path: path, clock: .simulated, id: .none, now: 0, options: options)
        let market = MarketID(
            venue: "bench", symbol: Symbol("BTC-USDT")!, timeframe: .oneMinute)!
        let updater = Updater(store: store, market: market)
        var configuration = LabelingConfiguration.scalp
        configuration.drift.checkHours = checkHours
        _ = try updater.activate(configuration, at: 0)
        return updater
    }

    @discardableResult
    private static func update(
        _ updater: Updater, _ candles: CandleColumns
    ) throws -> UpdateReport {
        try updater.update(
            UpdateRequest(candles: candles),
            at: (candles.time[candles.count - 1] + 60_000) * 1_000)
    }
}
