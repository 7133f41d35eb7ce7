import Digest
import EventFormat
import EventStorage
import Foundation
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Incremental bytes = bytes in other batches = a full relabel = the literal rules, whatever happens.
///
/// `LABEL_SEEDS=10000 swift test -c release --filter WildHistoryTests` runs so many seeds,
/// `LABEL_SEED=77` that one only; a directory in memory as `TMPDIR` makes it several times faster.
struct WildHistoryTests {
    private static let threads: UInt64 = 4

    private static var seeds: ClosedRange<UInt64> {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["LABEL_SEED"].flatMap(UInt64.init) { return one...one }
        return 1...max(1, environment["LABEL_SEEDS"].flatMap(UInt64.init) ?? 50)
    }

    @Test(arguments: 0..<threads)
    func incrementalIsFullIsLiteral(_ part: UInt64) throws {
        var count = 0
        for seed in Self.seeds where seed % Self.threads == part {
            try run(seed)
            count += 1
        }
        if Self.seeds.count > 1_000 { print("\(count) histories done") }
    }

    private func run(_ seed: UInt64) throws {
        let comment = "LABEL_SEED=\(seed) swift test --filter WildHistoryTests"
        let history = WildHistory(seed: seed)
        let exact = try ExactBench(history.market, comment)
        for (number, step) in history.steps.enumerated() {
            switch step {
            case .update(let rows, let now, let activating):
                try exact.update(rows, now: now, activating: activating, "step \(number)")
            case .importing(let rows, let now): try exact.importCandles(rows, now: now)
            case .deactivate(let configuration): try exact.deactivate(configuration)
            case .restart(let reopens):
                if reopens { try exact.bench.reopen() } else { exact.bench.startUpdater() }
            }
        }
        try exact.finish()
        try checkPast(exact.bench, history.market, seed, comment)
        let digests = try exact.bench.digests()
        try checkOtherBatches(history, seed, digests, comment)
        try checkFullRelabel(exact.model, history.market, digests, comment)
    }

    /// What was known at random points is what a fold of the log up to there gives, although it is read
    /// from a snapshot and the index of days.
    private func checkPast(
        _ bench: Bench, _ market: MarketID, _ seed: UInt64, _ comment: String
    ) throws {
        var random = SplitMix64(seed: seed &* 1_009)
        let hasher = SHA256()
        try bench.store.read { view in
            let head = Int(try view.head().position.number)
            for _ in 0..<3 {
                let point = TimePoint.position(GlobalPosition(UInt64(random.pick(0...head))))
                var (state, position) = try MarketState.load(view, market: market, asOf: point)
                var folded = try LogFold.fold(view, through: position, market: market)[market]
                let (found, expected) = (
                    state.digests(hasher: hasher), folded.digests(hasher: hasher)
                )
                #expect(found == expected, "as of \(position): \(comment)")
            }
        }
    }

    /// The same rows in other batches and commits, as far as configurations allow: where labels of a
    /// later one start depends on the window of that moment.
    private func checkOtherBatches(
        _ history: WildHistory, _ seed: UInt64, _ expected: [MarketState.Digest], _ comment: String
    ) throws {
        var random = SplitMix64(seed: seed &* 77)
        let bench = try Bench(history.market, [])
        if random.chance(40) { bench.maximumCommitBytes = 144 * random.pick(2...40) }
        let interval = history.market.timeframe.milliseconds
        var waiting: [Candle] = []
        /// Of these, the rows that an update has labelled by now; nil where there was none.
        var labelled: Int?
        var clock: Int64 = 0
        func send(_ activating: [LabelingConfiguration] = []) throws {
            let rows = CandleColumns(waiting[..<(labelled ?? 0)])
            if labelled != nil, random.chance(20) {
                _ = try bench.updater.importCandles(rows, at: clock * 1_000)
            }
            if labelled != nil {
                _ = try bench.updater.update(
                    UpdateRequest(candles: rows, configurations: activating), at: clock * 1_000)
            }
            waiting.removeFirst(labelled ?? 0)
            labelled = nil
        }
        for step in history.steps {
            switch step {
            case .update(let rows, let now, let activating):
                // What had not closed must not look closed because it is sent later.
                waiting += rows.filter { $0.time + interval <= now }
                labelled = waiting.count
                clock = now
                if !activating.isEmpty || random.chance(40) { try send(activating) }
            case .importing(let rows, let now):
                waiting += rows.filter { $0.time + interval <= now }
                clock = now
            case .deactivate(let configuration):
                try send()
                _ = try bench.updater.importCandles(CandleColumns(waiting), at: clock * 1_000)
                waiting = []
                _ = try bench.updater.deactivate(configuration, at: clock * 1_000)
            case .restart: if random.chance(30) { bench.startUpdater() }
            }
        }
        try send()
        let different = zip(try bench.digests().ofHistory, expected.ofHistory).filter { $0 != $1 }
            .map(\.0)
        let names = different.map { "\($0.name) \($0.labelling?.hex.prefix(8) ?? "")" }
        #expect(names.isEmpty, "other batches: \(comment)")
        let leaks = try Lookahead.run(bench.store).findings
        #expect(leaks.isEmpty, "\(leaks.first?.message ?? ""), other batches: \(comment)")
    }

    /// Every active labelling made at once from the candles as they are in the end, and the labels in
    /// the window from one plain loop an entry.
    private func checkFullRelabel(
        _ model: LabelModel, _ market: MarketID, _ digests: [MarketState.Digest], _ comment: String
    ) throws {
        let series = model.series
        guard let newest = series.last?.time else { return }
        for configuration in model.active {
            let hash = configuration.labelsHash
            guard let labelling = model.labellings[hash] else { continue }
            let bench = try Bench(market, [configuration])
            try bench.importCandles(series)
            try bench.update(
                now: newest + market.timeframe.milliseconds,
                labelFrom: labelling.startsAt == .min ? nil : labelling.startsAt)
            let full = try bench.digests().first { $0.labelling == hash }
            let incremental = digests.first { $0.labelling == hash }
            #expect(full == incremental && full != nil, "full relabel: \(comment)")
            var held: [Label] = []
            try bench.updater.state().labellings[0].labels.forEach { held.append($0) }
            let first = max(labelling.startsAt, newest - RollingWindow.length + 1)
            let window = series.filter { $0.time >= first }
            let literal = window.indices.compactMap {
                LabelModel.label(window, $0, configuration, market.timeframe)
            }
            #expect(held == literal, "literal: \(comment)")
        }
    }
}
