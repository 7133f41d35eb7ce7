import Digest
import DriftStatistics
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// The real restatement: a file whose last candle was still forming when it was fetched, then the same
/// market fetched later.
struct RestatementTests {
    private static let sol = MarketID("binance/SOL-USDT/1m")!
    private static let older = "SOL-USDT-1m-20251101-20251108-partial-last.csv.gz"
    private static let newer = "SOL-USDT-1m-20250611-20251108.csv.gz"
    /// The restated minute ends no trade of the presets; of these it does.
    private static let fine = LabelingConfiguration(
        takeProfitBps: 8, stopLossBps: 40, timeoutMinutes: 5)
    /// The candle that was forming: 2025-11-08T03:18Z.
    private static let minute: Int64 = 1_762_571_880_000

    private func candles(_ columns: CandleColumns) -> [Candle] {
        (0..<columns.count).map { columns[$0] }
    }

    /// From the newer file: what was fetched again and what came since, and a day of late candles; all
    /// of it brings the command's test, where no literal rules walk over months.
    @Test(arguments: [true, false])
    func oneCandleIsRevisedAndItsLabels(_ bringsLate: Bool) throws {
        guard let older = try Shared.candles(Self.older), let newer = try Shared.candles(Self.newer)
        else { return }
        let exact = try ExactBench(Self.sol, "restated, late: \(bringsLate)")
        let before = candles(older)
        try exact.importCandles(before, now: Self.minute + 60_000)
        try exact.update([], now: Self.minute + 60_000, activating: [.scalp, .runner, Self.fine])
        let then = try exact.bench.store.head().position
        let from = before[0].time - (bringsLate ? UTCDay.milliseconds : 0)
        let after = candles(newer.slice(newer.firstIndex(atOrAfter: from)..<newer.count))
        let changes = try exact.update(after, now: newer.time[newer.count - 1] + 60_000)

        let audit = try exact.bench.audit("restated")
        #expect(audit.rows["candles.revised"] == 1 + after.count { $0.time < before[0].time })
        for configuration in [LabelingConfiguration.scalp, .runner, Self.fine] {
            let hash = configuration.labelsHash
            let old = LiteralLabeler.labels(
                of: before, timeframe: .oneMinute, configuration: configuration)
            let known = after.filter { $0.time >= before[0].time }
            let new = LiteralLabeler.labels(
                of: known, timeframe: .oneMinute, configuration: configuration)
            // A label that the older file gives and the newer one gives otherwise was revised, and
            // it was decided by the minute in question; no other label of the older file was.
            var expected: [LabelModel.Change] = []
            for (one, other) in zip(old, new) where one != nil && one != other {
                #expect(one?.decidedAt == Self.minute)
                expected.append(
                    other.map { .revised($0, previous: one!) } ?? .retracted(one!))
            }
            let revised = (changes[hash] ?? []).filter {
                if case .closed = $0 { false } else { true }
            }
            #expect(revised == expected, "\(configuration.takeProfitBps)")
            #expect(expected.isEmpty == (configuration != Self.fine))
            try checkAsOf(then, exact, configuration, old: old, new: new)
        }
        try checkDrift(then, exact, before, after)
        try exact.bench.check("restated")
    }

    /// Drift of the three days that end with the minute in question, against those before them: as of
    /// before with the close that was forming, now with the final one.
    private func checkDrift(
        _ then: GlobalPosition, _ exact: ExactBench, _ before: [Candle], _ after: [Candle]
    ) throws {
        let end = Self.minute + 60_000
        let start = end - 3 * UTCDay.milliseconds
        let (current, reference) = (start..<end, start - 3 * UTCDay.milliseconds..<start)
        let configuration = IdentifiedConfiguration(Self.fine)
        var checks: [DriftCheck] = []
        for (point, rows) in [(TimePoint.position(then), before), (.head, after)] {
            let check = try exact.bench.store.read { view in
                let (state, position) = try MarketState.load(view, market: Self.sol, asOf: point)
                let index = try #require(state.labelling(configuration.labelsHash))
                return try DriftInquiry.ask(
                    view, state, state.labellings[index], configuration, current: current,
                    reference: reference, at: position
                ).check
            }
            func part(_ range: Range<Int64>) -> [Candle] { rows.filter { range.contains($0.time) } }
            let window = DriftWindow(
                times: part(current).map(\.time), closes: part(current).map(\.close),
                interval: 60_000, labels: LabelTally())
            let baseline = DriftReference(
                times: part(reference).map(\.time), closes: part(reference).map(\.close),
                interval: 60_000, labels: LabelTally())
            let verdict = ClassicProfile().verdict(of: window, against: baseline)
            #expect(check[.ks] == verdict.tests[0] && check[.psi] == verdict.tests[1])
            #expect(check.psiCounts == verdict.stability?.counts)
            checks.append(check)
        }
        #expect(checks[0].current.digest != checks[1].current.digest)
        #expect(checks[0][.ks] != checks[1][.ks])
    }

    /// As of before the old answer, now the new one.
    private func checkAsOf(
        _ then: GlobalPosition, _ exact: ExactBench, _ configuration: LabelingConfiguration,
        old: [Label?], new: [Label?]
    ) throws {
        let hash = configuration.labelsHash
        let points: [(TimePoint, [Label?], Double)] = [
            (.position(then), old, 164.09), (.head, new, 164.19),
        ]
        for (point, expected, close) in points {
            let state = try exact.bench.store.read {
                try MarketState.load($0, market: Self.sol, asOf: point).state
            }
            #expect(state.window.candles[Self.minute]?.close == close)
            let index = try #require(state.labelling(hash))
            let first = try #require(expected.compactMap { $0 }.first).entryTime
            var labels: [Label] = []
            state.labellings[index].labels.forEach(from: first) { labels.append($0) }
            #expect(labels == expected.compactMap { $0 })
        }
    }
}
