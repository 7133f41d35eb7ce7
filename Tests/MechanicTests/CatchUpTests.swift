import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Histories longer than the window, labelled in a series of commits, later configurations, and
/// labellings that lag behind.
struct CatchUpTests {
    static let daily = MarketID("binance/BTC-USDT:USDT/1d")!
    static let first = UTCDay(year: 2024, month: 5, day: 1)

    /// A clock behind all candles, microseconds.
    static let later: Int64 = 1 << 60

    /// Random daily candles.
    static func candles(_ count: Int, seed: UInt64) -> [Candle] {
        var history = RandomHistory(seed: seed)
        return (0..<count).map {
            history.other(at: UTCDay(number: first.number + Int32($0)).start)
        }
    }

    @Test(arguments: [1, 7, 50, 1_000])
    func smallCommitsGiveTheSameAndEachIsCompleteToAMinute(_ labelsPerCommit: Int) throws {
        let rows = Self.candles(300, seed: UInt64(labelsPerCommit))
        let configuration = LabelingConfiguration.days(6)
        let bench = try Bench(Self.daily, [configuration])
        bench.maximumCommitBytes = labelsPerCommit * 2 * 72
        let report = try bench.update(rows)
        try bench.check("small commits")
        try bench.checkLabels(rows, "small commits")
        let audit = try bench.audit("small commits")
        #expect(report.labellings.map(\.closed) == [audit.labels[configuration.labelsHash]?.count])
        #expect(report.rows.recorded == 300)

        let hourly = try Bench(Self.daily, [configuration])
        for row in rows { try hourly.update([row]) }
        #expect(try hourly.digests().ofHistory == bench.digests().ofHistory)

        let commits = try bench.store.head().commit
        if labelsPerCommit < 300 { #expect(commits > UInt64(300 / labelsPerCommit)) }
        for back in 0..<min(commits, 40) {
            try checkCommit(bench.store, back, rows, configuration)
        }
    }

    /// What is labelled through a candle has the labels of the candles up to it, and no others.
    private func checkCommit(
        _ store: EventStore, _ back: UInt64, _ rows: [Candle],
        _ configuration: LabelingConfiguration
    ) throws {
        let state = try store.read { view in
            try LogFold.fold(view, through: try view.resolve(.commitsBack(back)))[Self.daily]
        }
        guard let through = state.labellings.first?.through, let cutoff = state.window.cutoff else {
            return
        }
        let known = rows.filter { $0.time <= through && $0.time > cutoff }
        let expected = LiteralLabeler.labels(
            of: known, timeframe: Self.daily.timeframe, configuration: configuration)
        var labels: [Label] = []
        state.labellings[0].labels.forEach { labels.append($0) }
        #expect(labels == expected.compactMap { $0 }, "\(back) commits back")
    }

    @Test func aSecondConfigurationStarts37DaysBeforeTheWindow() throws {
        let rows = Self.candles(300, seed: 3)
        let (one, two) = (LabelingConfiguration.days(6), LabelingConfiguration.days(2))
        let bench = try Bench(Self.daily, [one])
        try bench.update(rows)
        let report = try bench.updater.update(
            UpdateRequest(candles: CandleColumns(), configurations: [two]), at: Self.later)
        #expect(report.labellings.count == 2)
        let state = try bench.updater.state()
        let cutoff = try #require(state.window.cutoff)
        #expect(state.labellings[0].startsAt == LabelState.fromTheBeginning)
        #expect(state.labellings[1].startsAt == cutoff - 36 * UTCDay.milliseconds)
        #expect(state.configuration.active.map(\.hash) == [one.hash, two.hash])
        try bench.check("a second configuration")
        try bench.checkLabels(rows, "a second configuration")
        // The first was not touched.
        let audit = try bench.audit("a second configuration")
        #expect(audit.rows["labels.revised", default: 0] == 0)
        #expect(audit.labels[two.labelsHash]?.keys.min() == state.labellings[1].startsAt)
        #expect(try bench.update([], now: Self.later / 1_000).newEvents == 0)
    }

    @Test func bothConfigurationsOfTheFirstUpdateCoverEverything() throws {
        let rows = Self.candles(300, seed: 4)
        let both = [LabelingConfiguration.days(6), .days(2)]
        let bench = try Bench(Self.daily, both)
        try bench.update(rows)
        #expect(
            try bench.updater.state().labellings.allSatisfy {
                $0.startsAt == LabelState.fromTheBeginning
            })
        let hourly = try Bench(Self.daily, both)
        for row in rows { try hourly.update([row]) }
        #expect(try hourly.digests().ofHistory == bench.digests().ofHistory)
        try bench.checkLabels(rows, "both")
        try bench.audit("both")
    }

    @Test func labelFromSaysWhereALabellingStarts() throws {
        let rows = Self.candles(120, seed: 5)
        for (day, expected) in [(-10, -10), (40, 40), (110, 110), (150, 150)] {
            let start = rows[0].time + Int64(day) * UTCDay.milliseconds
            let bench = try Bench(Self.daily, [.days(6)])
            try bench.update(Array(rows[..<100]), labelFrom: start)
            for row in rows[100...] { try bench.update([row], labelFrom: 7) }
            let state = try bench.updater.state()
            #expect(state.labellings[0].startsAt == rows[0].time + Int64(expected) * 86_400_000)
            try bench.checkLabels(rows, "from day \(day)")
            try bench.check("from day \(day)")
            try bench.audit("from day \(day)")
        }
    }

    /// An import may leave labels behind by more than the window; revisions come meanwhile.
    @Test(arguments: UInt64(1)...12)
    func aLabellingThatLagsCatchesUp(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let rows = Self.candles(400, seed: seed)
        let bench = try Bench(Self.daily, [.days(random.pick(1...30))])
        if seed % 2 == 0 { bench.maximumCommitBytes = 144 * random.pick(3...40) }
        var candles: [Int64: Candle] = [:]
        var at = 0
        while at < rows.count {
            let next = min(rows.count, at + random.pick(1...160))
            var sent = Array(rows[at..<next].filter { _ in !random.chance(5) })
            if let old = rows[..<at].randomElement(using: &random) {
                var history = RandomHistory(seed: random.next())
                if random.chance(70) { sent.append(history.other(at: old.time)) }
                if random.chance(70) { sent.append(history.other(at: rows[max(0, at - 20)].time)) }
            }
            at = next
            let now = rows[next - 1].time + UTCDay.milliseconds
            for row in sent.sorted(by: { $0.time < $1.time }) { candles[row.time] = row }
            try bench.importCandles(sent, now: now)
            if random.chance(50) { try bench.update([], now: now) }
            if random.chance(30) { bench.startUpdater() }
        }
        try bench.update()
        try bench.check("seed \(seed)")
        try bench.checkLabels(Array(candles.values), "seed \(seed)")
        try bench.audit("seed \(seed)")
    }

    @Test func aLabellingThatIsNotActiveHoldsUpNothing() throws {
        let rows = Self.candles(300, seed: 6)
        let (one, two) = (LabelingConfiguration.days(6), LabelingConfiguration.days(2))
        let bench = try Bench(Self.daily, [])
        _ = try bench.updater.update(
            UpdateRequest(
                candles: CandleColumns(rows[..<20]), configurations: [one, two]), at: Self.later)
        try bench.store.append(at: Self.later) { commit in
            try commit.append(
                ConfigurationChange(one, isActive: false).event,
                to: MarketStream.configuration(Self.daily).id, expecting: .streamExists)
        }
        bench.maximumCommitBytes = 144 * 10
        try bench.update(Array(rows[20..<250]))
        let commits = try bench.store.head().commit
        // An ordinary update again, in one commit.
        bench.maximumCommitBytes = nil
        bench.startUpdater()
        try bench.update(Array(rows[250...]))
        #expect(try bench.store.head().commit == commits + 1)
        let state = try bench.updater.state()
        #expect(state.activeLabellings.map(\.hash) == [two.labelsHash])
        #expect(state.labellings[0].through == rows[19].time)
        #expect(state.labellings[1].through == rows[299].time)
        try bench.check("one of two is active")
        try bench.audit("one of two is active")
        // Active again, it goes on where it stopped.
        let again = try bench.updater.update(
            UpdateRequest(candles: CandleColumns(), configurations: [one]), at: Self.later)
        #expect(again.labellings.count == 2)
        let audit = try bench.audit("both are active")
        let all = LiteralLabeler.labels(
            of: rows, timeframe: Self.daily.timeframe, configuration: one)
        #expect(audit.labels[one.labelsHash]?.count == all.count { $0 != nil })
        try bench.checkLabels(rows, "both are active")
        try bench.check("both are active")
    }

    /// The longest deadline allowed: a window holds both ends of such a trade for one day only.
    @Test func aDeadlineAlmostAsLongAsTheWindowIsLabelled() throws {
        let rows = Self.candles(250, seed: 9)
        let configuration = LabelingConfiguration(
            takeProfitBps: 9_000, stopLossBps: 9_000, timeoutMinutes: 89 * 1_440)
        let whole = try Bench(Self.daily, [configuration])
        try whole.update(rows)
        let daily = try Bench(Self.daily, [configuration])
        for (number, row) in rows.enumerated() {
            try daily.update([row])
            if number % 60 == 59 { daily.startUpdater() }
        }
        #expect(try daily.digests().ofHistory == whole.digests().ofHistory)
        try daily.checkLabels(rows, "89 days")
        try daily.check("89 days")
        let audit = try daily.audit("89 days")
        #expect(try audit.labels == whole.audit("89 days, at once").labels)
        #expect(audit.labels[configuration.labelsHash]?.count == 161)
    }

    @Test func lateRowsBeforeAllOthersAreEntriesToo() throws {
        let rows = Self.candles(60, seed: 10)
        let bench = try Bench(Self.daily, [.days(6)])
        try bench.update(Array(rows[30..<40]))
        let late = try bench.update(Array(rows[..<30]), now: rows[40].time)
        #expect(late.rows.late == 30 && late.labellings.map(\.closed) == [30])
        try bench.update(Array(rows[40...]))
        let whole = try Bench(Self.daily, [.days(6)])
        try whole.update(rows)
        #expect(try bench.digests().ofHistory == whole.digests().ofHistory)
        try bench.checkLabels(rows, "late before the start")
        try bench.check("late before the start")
        try bench.audit("late before the start")
    }

    @Test func withoutAClosedCandleConfigurationsAreActiveAndNothingIsOpened() throws {
        let bench = try Bench(Self.daily, [.days(6)])
        let rows = Self.candles(200, seed: 7)
        let report = try bench.update(rows, now: rows[0].time)
        #expect(report.newEvents == 1 && report.rows.partial == 200)
        let state = try bench.updater.state()
        #expect(state.labellings.isEmpty && state.configuration.active.count == 1)
        #expect(try bench.update(rows, now: rows[0].time).newEvents == 0)
    }

    @Test func aRowFarAheadIsLeftOutAndTheUpdateIsOneCommit() throws {
        let bench = try Bench(Self.daily, [.days(6)])
        let rows = Self.candles(50, seed: 8)
        var ahead = rows[0]
        ahead.time += 2_000 * UTCDay.milliseconds
        let report = try bench.update(rows + [ahead], now: rows[49].time + UTCDay.milliseconds)
        #expect(report.rows.partial == 1)
        #expect(try bench.store.head().commit == 1)
    }
}
