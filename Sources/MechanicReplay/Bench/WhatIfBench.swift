internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// A history that was updated hour by hour, run under nine other configurations.
enum WhatIfBench {
    private static let market = MarketID(
        venue: "bench", symbol: Symbol("BTC-USDT")!, timeframe: .oneMinute)!

    static func run(_ history: CandleColumns, _ directory: String) throws -> [BenchResult] {
        let store = try make(history, "\(directory)/whatif")
        let sweep = try ConfigurationSweep(
            ["take_profit_bps=10,15,20", "stop_loss_bps=5,10,15"])
        let nine = try sweep.combinations.map { settings in
            let layered = try ConfigurationSources(settings: settings).adjusted(
                LayeredConfiguration(LabelingConfiguration.presets[0]))
            return IdentifiedConfiguration(layered.configuration)
        }
        let days = history.count / 1_440
        let bytes = store.usedBytes
        func measure(
            _ what: String, _ configurations: [IdentifiedConfiguration], hasDrift: Bool
        ) throws -> BenchResult {
            var times: [Double] = []
            for _ in 0..<5 {
                times.append(
                    try Stopwatch.microseconds {
                        try ask(store, configurations, hasDrift: hasDrift)
                    })
            }
            return BenchResult(
                what: "\(what) over \(days) days", median: Stopwatch.median(times) / 1e3,
                unit: "ms", bytes: bytes)
        }
        return [
            try measure("1 configuration, labels only,", [nine[0]], hasDrift: false),
            try measure("9 configurations, labels only,", nine, hasDrift: false),
            try measure("1 configuration with drift", [nine[0]], hasDrift: true),
            try measure("9 configurations with drift", nine, hasDrift: true),
        ]
    }

    /// A store with one update an hour under `scalp`.
    private static func make(_ history: CandleColumns, _ path: String) throws -> EventStore {
        var options = EventStore.Options()
        options.isVolatile = true
        let store = try EventStore.create(
            path: path, clock: .simulated, id: .none, now: 0, options: options)
        let backfill = Backfill(
            updater: Updater(store: store, market: market), every: 3_600_000,
            configurations: [.scalp])
        _ = try backfill.run(history) { _, _, _ in }
        return store
    }

    private static func ask(
        _ store: EventStore, _ configurations: [IdentifiedConfiguration], hasDrift: Bool
    ) throws {
        try store.read { view in
            let position = try view.head().position
            let state = try MarketState.outline(view, market: market, through: position)
            guard let recorded = state.configuration.newest,
                let index = state.labelling(recorded.labelsHash)
            else { return }
            var question = WhatIf.Question()
            question.hasDrift = hasDrift
            question.threads = Processors.count
            _ = try WhatIf.run(
                view, state, state.labellings[index], recorded: recorded, configurations, question,
                at: position)
        }
    }
}
