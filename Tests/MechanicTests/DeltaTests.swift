import EventFormat
import EventStorage
import Market
import Mechanic
import Projections
import Testing

/// What is detected before an update is what the update then does.
struct DeltaTests {
    /// A store before an update, told apart from after it.
    private struct Before {
        let state: MarketState
        let delta: Delta
        let head: GlobalPosition
    }

    private func detect(_ bench: Bench, _ request: UpdateRequest, at now: Int64) throws -> Before {
        let head = try bench.store.head().position
        let delta = try DeltaDetector.detect(bench.store, bench.market, request, at: now)
        #expect(try bench.store.head().position == head, "a detection changed the log")
        #expect(delta.position == head)
        return Before(state: try bench.updater.state(), delta: delta, head: head)
    }

    /// Runs the update and holds its report against the detection.
    @discardableResult
    private func update(
        _ bench: Bench, _ request: UpdateRequest, at now: Int64, _ comment: Comment
    ) throws -> Delta {
        let before = try detect(bench, request, at: now)
        let delta = before.delta
        let report = try bench.updater.update(request, at: now)
        let after = try bench.updater.state()
        #expect(delta.rows == report.rows, comment)
        #expect(delta.recorded == report.recorded, comment)
        #expect(delta.gaps == report.gaps, comment)
        #expect((delta.required == .nothing) == (report.newEvents == 0), comment)
        let opens = after.labellings.count > before.state.labellings.count
        #expect((delta.required == .fullRelabel) == opens, comment)
        #expect(
            delta.required
                == Delta.Requirement(report, labellingsBefore: before.state.labellings.map(\.hash)),
            comment)
        let activations = after.configuration.active.count > before.state.configuration.active.count
        #expect(delta.labellings.contains(where: \.isActivated) == activations, comment)
        #expect(delta.isConfigurationChanged == (activations || opens), comment)
        #expect(
            delta.labellings.filter(\.isOpened).map(\.labelsHash)
                == after.labellings.dropFirst(before.state.labellings.count).map(\.hash), comment)

        for labelling in report.labellings {
            let planned = try #require(
                delta.labellings.first { $0.labelsHash == labelling.labelsHash }, comment)
            #expect(planned.configurationHash == labelling.configurationHash, comment)
            // A trade closes that was open, is new, or was closed before and retracted.
            #expect(
                labelling.closed <= planned.open + planned.newEntries + planned.touchedEntries,
                comment)
            if planned.touchedEntries == 0 {
                #expect(
                    planned.open + planned.newEntries == labelling.closed + labelling.open, comment)
                #expect(labelling.revised == 0 && labelling.retracted == 0, comment)
            }
            if planned.isOpened { #expect(planned.newEntries >= planned.windowEntries, comment) }
        }
        // Done once, there is nothing left to do.
        let again = try DeltaDetector.detect(bench.store, bench.market, request, at: now)
        #expect(again.required == .nothing, comment)
        #expect(again.rows.changes == 0, comment)
        #expect(again.labellings.allSatisfy { $0.behind == 0 && $0.newEntries == 0 }, comment)
        #expect(again.work.labels == 0, comment)
        #expect(again.open == report.open, comment)
        if report.newEvents > 0 {
            #expect(again.sinceLastUpdate.map { $0 < 1_000 } ?? report.labellings.isEmpty, comment)
        }
        return delta
    }

    /// Random trouble, imports in between, other configurations, restarts.
    @Test(arguments: UInt64(1)...80)
    func agreesWithTheUpdate(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed, candles: 20...160)
        let polls = history.troubledPolls()
        var other = history.configuration
        other.takeProfitBps *= 2
        let bench = try Bench(history.market, [history.configuration])
        if seed % 5 == 0 { bench.maximumCommitBytes = 144 * history.random.pick(3...40) }
        for (number, poll) in polls.enumerated() {
            let comment: Comment = "seed \(seed), poll \(number)"
            if history.random.chance(15) { bench.startUpdater() }
            if history.random.chance(15) {
                try bench.importCandles(poll.rows, now: poll.now)
                if history.random.chance(50) { continue }
            }
            if history.random.chance(5) {
                _ = try bench.updater.activate(other, at: poll.now * 1_000)
            }
            if history.random.chance(10) {
                let gone = history.random.chance(70) ? other : history.configuration
                _ = try bench.updater.deactivate(gone, at: poll.now * 1_000)
            }
            var request = UpdateRequest(candles: CandleColumns(poll.rows))
            request.rejected = history.random.pick(0...2)
            switch history.random.pick(0...9) {
            case 0: request.configurations = [other]
            case 1: request.configurations = [history.configuration, other]
            case 4...6: request.configurations = [history.configuration]
            default: break
            }
            if history.random.chance(10) { request.labelFrom = history.truth[0].time }
            try update(bench, request, at: poll.now * 1_000, comment)
            // A revision that was imported waits for an update without rows.
            let known = history.truth.filter { $0.time < poll.now }
            guard history.random.chance(25),
                let old = known.suffix(40).randomElement(using: &history.random)
            else { continue }
            try bench.importCandles([history.other(at: old.time)], now: poll.now)
            try update(bench, UpdateRequest(), at: poll.now * 1_000, comment)
        }
        try bench.audit("seed \(seed)")
    }

    @Test func anHourIntoAWarmState() throws {
        let bench = try Bench(market, [.scalp])
        var history = RandomHistory(seed: 5)
        let start = UTCDay(year: 2025, month: 10, day: 10).start
        let candles = (0..<300).map { history.other(at: start + Int64($0) * 60_000) }
        try bench.update(Array(candles[..<240]))
        let open = try bench.updater.state().labellings[0].openEntries(
            bench.updater.state().window)
        var request = UpdateRequest(candles: CandleColumns(candles[240...]))
        request.configurations = [.scalp]
        let now = (start + 300 * 60_000) * 1_000
        let delta = try update(bench, request, at: now, "an hour")
        #expect(delta.required == .incremental)
        #expect(delta.rows.recorded == 60)
        #expect(delta.recorded == candles[240].time...candles[299].time)
        #expect(delta.open == open.count)
        #expect(!delta.isConfigurationChanged)
        #expect(delta.sinceLastUpdate == 3_600_000)
        #expect(delta.work.candles == 60)
        #expect(delta.work.entries == 60)
        #expect(delta.work.labels == 60)
        #expect(delta.work.fullRelabelEntries == 300)
    }

    @Test func anEmptyStore() throws {
        let bench = try Bench(market, [])
        let nothing = try update(bench, UpdateRequest(), at: 1_000_000, "no candle")
        #expect(nothing.required == .nothing)
        #expect(nothing.sinceLastUpdate == nil)
        #expect(nothing.labellings.isEmpty)
        // A configuration waits for candles.
        let waiting = try update(
            bench, UpdateRequest(candles: CandleColumns(), configurations: [.runner]),
            at: 1_000_000, "a configuration")
        #expect(waiting.required == .incremental)
        #expect(waiting.isConfigurationChanged)
    }

    /// Switching back to a configuration finds its labels: only what came since is to be done.
    @Test func switchingBackIsNoFullRelabel() throws {
        let bench = try Bench(market, [])
        var history = RandomHistory(seed: 6)
        let start = UTCDay(year: 2025, month: 10, day: 10).start
        func request(_ range: Range<Int>, _ configuration: LabelingConfiguration) -> UpdateRequest {
            let rows = range.map { history.other(at: start + Int64($0) * 60_000) }
            return UpdateRequest(candles: CandleColumns(rows), configurations: [configuration])
        }
        func now(_ minutes: Int) -> Int64 { (start + Int64(minutes) * 60_000) * 1_000 }
        let first = try update(bench, request(0..<100, .scalp), at: now(100), "scalp")
        #expect(first.required == .fullRelabel)
        let second = try update(bench, request(100..<160, .runner), at: now(160), "runner")
        #expect(second.required == .fullRelabel)
        #expect(second.labellings.map(\.newEntries) == [60, 160])
        let back = try update(bench, request(160..<220, .scalp), at: now(220), "back")
        #expect(back.required == .incremental)
        #expect(!back.isConfigurationChanged)
        #expect(back.labellings.map(\.newEntries) == [60, 60])
    }
}
