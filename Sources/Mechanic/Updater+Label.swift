internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections

extension Updater {
    /// What came in with an update, as its completion tells it.
    struct Arrival: Sendable {
        var rows = UpdateCompletion.Rows()
        var recorded: ClosedRange<Int64>?
        /// The last event of candles; none if they came earlier.
        var cause = EventID.none

        init() {}

        init(_ delta: CandleDelta, cause: EventID) {
            rows = delta.rows
            if let first = delta.recorded.first?.time, let last = delta.recorded.last?.time {
                recorded = first...last
            }
            self.cause = cause
        }

        /// What an import before a catch-up brought.
        init(_ report: UpdateReport) {
            rows = report.rows
            recorded = report.recorded
        }
    }

    /// Labels every active configuration through a candle and completes the update.
    ///
    /// - Parameter candles: must cover whatever the labellings still need.
    func label(
        _ candles: DayGrid<Candle>, through target: Int64, arrival: Arrival,
        _ commit: inout Commit, _ warm: inout Warm
    ) throws -> [UpdateCompletion.Labelling] {
        var completions: [UpdateCompletion.Labelling] = []
        var isBehind = false
        var earliest: Int64?
        for configuration in warm.state.configuration.active {
            let hash = configuration.labelsHash
            guard let index = warm.state.labelling(hash),
                !completions.contains(where: { $0.labelsHash == hash })
            else { continue }
            // Scalars only: a copy of the state would make its rows be copied when they change.
            let before = warm.state.labellings[index].through
            let version = warm.state.labellings[index].candlesVersion
            let delta = try labelDelta(candles, through: target, index, commit, &warm)
            try record(delta, hash, cause: arrival.cause, &commit, &warm)
            let through = max(target, before ?? .min)
            earliest = min(earliest ?? .max, before ?? warm.state.labellings[index].startsAt)
            isBehind = isBehind || before != through || version != warm.state.candlesVersion
            let open = warm.state.labellings[index].openEntries(
                warm.state.window, through: through)
            completions.append(
                UpdateCompletion.Labelling(
                    configurationHash: configuration.hash, labelsHash: hash, through: through,
                    candlesVersion: warm.state.candlesVersion, closed: delta.closed.count,
                    revised: delta.revised.count, retracted: delta.retracted.count,
                    open: open.count))
        }
        guard isBehind || commit.eventCount > 0 else { return completions }
        let completion = UpdateCompletion(
            rows: arrival.rows, recorded: arrival.recorded,
            gaps: Self.gaps(candles, after: earliest, through: target), labellings: completions,
            isComplete: target == warm.state.window.newest, program: Program.version)
        let appended = try append(
            completion.event(causation: arrival.cause), to: .operations(market), &commit)
        try warm.state.apply(completion, at: appended.position)
        return completions
    }

    /// The gaps between the candles from one stamp through another.
    private static func gaps(
        _ candles: DayGrid<Candle>, after first: Int64?, through last: Int64
    ) -> [UpdateCompletion.Gap] {
        guard let first else { return [] }
        let interval = candles.timeframe.milliseconds
        var gaps: [UpdateCompletion.Gap] = []
        var expected: Int64?
        candles.forEach(from: first, through: last) { candle in
            if let expected, candle.time > expected {
                gaps.append(
                    UpdateCompletion.Gap(
                        from: expected, through: candle.time - interval,
                        missing: (candle.time - expected) / interval))
            }
            expected = candle.time + interval
        }
        return gaps
    }

    /// What one labelling changes: revised minutes first, then the new candles.
    private func labelDelta(
        _ candles: DayGrid<Candle>, through target: Int64, _ index: Int,
        _ commit: borrowing Commit, _ warm: inout Warm
    ) throws -> LabelDelta {
        let state = warm.state.labellings[index]
        var delta = LabelDelta()
        var engine = warm.engines[state.hash] ?? LabellingEngine(state.configuration)
        var labels = try recordedLabels(
            state, from: state.through.map { $0 - state.configuration.timeoutMilliseconds },
            commit, warm)
        let touched =
            state.through == nil ? [] : try touchedStamps(after: state.candlesVersion, commit)
        if let through = state.through, !touched.isEmpty {
            // Open trades hold their entry candles: a warm engine must not keep a revised one.
            engine.reset()
            if let range = LabelDelta.range(startsAt: state.startsAt, through: through) {
                delta = try relabel(touched, range, candles, labels, state, commit, warm)
            }
            for label in delta.closed { labels.set(label) }
            for label in delta.retracted { labels.remove(label.entryTime) }
        }
        delta.closed += engine.advance(
            candles: candles, labels: labels, startsAt: state.startsAt, from: state.through,
            to: target)
        delta.closed.sort { $0.entryTime < $1.entryTime }
        warm.engines[state.hash] = engine
        return delta
    }

    /// What revised and late candles change among the entries of a range.
    ///
    /// The window may have moved on within this very commit. Where trades that it has just forgotten
    /// may be concerned, candles and labels come from the log.
    private func relabel(
        _ touched: [Int64], _ range: ClosedRange<Int64>, _ candles: DayGrid<Candle>,
        _ labels: DayGrid<Label>, _ state: LabelState, _ commit: borrowing Commit,
        _ warm: borrowing Warm
    ) throws -> LabelDelta {
        let cutoff = warm.state.window.cutoff ?? .min
        if isWithinWindow(touched, range, candles, state, cutoff) {
            return LabelDelta.relabel(
                touched: touched, candles: candles, labels: labels,
                configuration: state.configuration,
                range: max(range.lowerBound, cutoff + 1)...max(range.upperBound, cutoff + 1))
        }
        let first = UTCDay(of: range.lowerBound).number
        var all = try History.candles(commit.view, market: market, days: first...Int32.max)
        try commit.forEachStagedEvent(of: MarketStream.candles(market).id) { event in
            try CandleEvents.forEachCandle(event) { all.set($0) }
        }
        return LabelDelta.relabel(
            touched: touched, candles: all,
            labels: try recordedLabels(state, from: range.lowerBound, commit, warm),
            configuration: state.configuration, range: range)
    }

    /// Whether no entry at or before the cutoff can depend on a touched minute.
    ///
    /// Such an entry was decided by any candle from its deadline on: one of them before the earliest
    /// touched minute settles it.
    private func isWithinWindow(
        _ touched: [Int64], _ range: ClosedRange<Int64>, _ candles: DayGrid<Candle>,
        _ state: LabelState, _ cutoff: Int64
    ) -> Bool {
        guard range.lowerBound <= cutoff, let earliest = touched.filter(range.contains).min() else {
            return true
        }
        let interval = market.timeframe.milliseconds
        let deadline = cutoff + state.configuration.timeoutMilliseconds
        var stamp = deadline + (interval - deadline % interval) % interval
        while stamp < earliest {
            if candles[stamp] != nil, !touched.contains(stamp) { return true }
            stamp += interval
        }
        return false
    }

    /// The labels from a stamp on; nil for those of the window.
    ///
    /// The state keeps those of the window. A labelling that lags behind it has older ones in the
    /// log only, and without them every one of their trades would look open and close again.
    private func recordedLabels(
        _ state: LabelState, from first: Int64?, _ commit: borrowing Commit,
        _ warm: borrowing Warm
    ) throws -> DayGrid<Label> {
        guard let first, let cutoff = warm.state.window.cutoff,
            max(state.startsAt, first) <= cutoff
        else { return state.labels }
        return try History.labels(
            commit.view, market: market, labelling: state,
            days: UTCDay(of: max(state.startsAt, first)).number...Int32.max)
    }

    /// Stamps revised or late since a version of the candle stream, this commit included.
    private func touchedStamps(
        after version: UInt64, _ commit: borrowing Commit
    ) throws -> [Int64] {
        var stamps = try History.revisedStamps(commit.view, market: market, after: version)
        let stream = MarketStream.candles(market).id
        try commit.forEachStagedEvent(of: stream) { event in
            stamps += try CandleEvents.revisedStamps(event)
        }
        return stamps
    }

    private func record(
        _ delta: LabelDelta, _ hash: Hash256, cause: EventID, _ commit: inout Commit,
        _ warm: inout Warm
    ) throws {
        let events =
            LabelEvents.revised(delta.revised, configuration: hash)
            + LabelEvents.retracted(delta.retracted, configuration: hash)
            + LabelEvents.closed(delta.closed, configuration: hash)
        for var event in events {
            event.causation = cause
            _ = try record(event, to: .labels(market, hash: hash), &commit, &warm)
        }
    }
}
