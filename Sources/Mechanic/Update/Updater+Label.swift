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

    /// What is to be computed for every active labelling, through a candle.
    ///
    /// - Parameters:
    ///   - candles: must cover whatever the labellings still need; nil for those of the window.
    ///   - delta: what this commit adds to the candles.
    func labelWorks(
        _ candles: DayGrid<Candle>? = nil, through target: Int64, _ delta: CandleDelta? = nil,
        _ view: borrowing StoreView, _ warm: inout Warm
    ) throws -> [LabelWork] {
        var works: [LabelWork] = []
        for configuration in warm.state.configuration.active {
            let hash = configuration.labelsHash
            guard let index = warm.state.labelling(hash),
                !works.contains(where: { $0.hash == hash })
            else { continue }
            let through = warm.state.labellings[index].through
            let timeout = warm.state.labellings[index].configuration.timeoutMilliseconds
            if candles == nil {
                let first = through.map { $0 - timeout } ?? .min
                try warm.state.load(from: first, through: target, view)
            }
            let revision = try revision(index, delta, view, &warm)
            let state = warm.state.labellings[index]
            let engine = warm.engines.removeValue(forKey: hash)
            works.append(
                LabelWork(
                    hash: hash, configuration: state.configuration, startsAt: state.startsAt,
                    through: through, target: target,
                    candles: candles ?? warm.state.window.candles,
                    labels: try recordedLabels(
                        state, from: through.map { $0 - timeout }, view, warm),
                    // Open trades hold their entry candles: a revised one must not stay warm.
                    engine: revision == nil
                        ? engine ?? LabellingEngine(state.configuration)
                        : LabellingEngine(state.configuration), revision: revision))
        }
        return works
    }

    /// What an update recorded beside the candles.
    struct Recorded: Sendable {
        var labellings: [UpdateCompletion.Labelling] = []
        var drift: [DriftOutcome] = []
    }

    /// Records what the labellings changed, in the order of their activation, looks at drift, and
    /// completes the update.
    ///
    /// - Parameter candles: as for ``labelWorks(_:through:_:_:_:)``.
    func record(
        _ outcomes: [LabelWork.Outcome], _ candles: DayGrid<Candle>? = nil,
        through target: Int64, arrival: Arrival, _ commit: inout Commit, _ warm: inout Warm
    ) throws -> Recorded {
        var completions: [UpdateCompletion.Labelling] = []
        var isBehind = false
        var earliest: Int64?
        for outcome in outcomes {
            guard let index = warm.state.labelling(outcome.hash),
                let configuration = warm.state.configuration.active.first(where: {
                    $0.labelsHash == outcome.hash
                })
            else { continue }
            // Scalars only: a copy of the state would make its rows be copied when they change.
            let before = warm.state.labellings[index].through
            let version = warm.state.labellings[index].candlesVersion
            let delta = outcome.delta
            try record(delta, outcome.hash, cause: arrival.cause, &commit, &warm)
            warm.engines[outcome.hash] = outcome.engine
            let through = max(target, before ?? .min)
            earliest = min(earliest ?? .max, before ?? warm.state.labellings[index].startsAt)
            isBehind = isBehind || before != through || version != warm.state.candlesVersion
            let open = warm.state.labellings[index].openEntries(
                warm.state.window, through: through)
            completions.append(
                UpdateCompletion.Labelling(
                    configurationHash: configuration.hash, labelsHash: outcome.hash,
                    through: through, candlesVersion: warm.state.candlesVersion,
                    closed: delta.closed.count, revised: delta.revised.count,
                    retracted: delta.retracted.count, open: open.count))
        }
        guard isBehind || warm.newEvents > 0 else { return Recorded(labellings: completions) }
        let isComplete = target == warm.state.window.newest
        let drift = isComplete ? try watch(arrival.cause, &commit, &warm) : []
        let completion = UpdateCompletion(
            rows: arrival.rows, recorded: arrival.recorded,
            gaps: Self.gaps(
                candles ?? warm.state.window.candles, after: earliest, through: target),
            labellings: completions, isComplete: isComplete, program: Program.version)
        let appended = try append(
            completion.event(causation: arrival.cause), to: .operations(market), &commit, &warm)
        try warm.state.apply(completion, at: appended.position)
        return Recorded(labellings: completions, drift: drift)
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

    /// What revised and late candles ask of a labelling, with the rows that it takes.
    ///
    /// The entries concerned may lie before the window, or the window may have moved on within this
    /// very commit: then candles and labels come from the log.
    private func revision(
        _ index: Int, _ delta: CandleDelta?, _ view: borrowing StoreView, _ warm: inout Warm
    ) throws -> LabelWork.Revision? {
        let labelling = warm.state.labellings[index]
        guard let through = labelling.through else { return nil }
        var touched = try History.revisedStamps(
            view, market: market, after: labelling.candlesVersion)
        touched += delta?.revisions.map(\.candle.time) ?? []
        let minutes = LabelDelta.minutes(touched, through: through)
        guard let earliest = minutes.min() else { return nil }

        let timeout = labelling.configuration.timeoutMilliseconds
        let edge = warm.state.window.cutoff ?? .min
        // A day is ample to find a candle before the touched one, nearly always.
        let probe = max(edge + 1, earliest - UTCDay.milliseconds)
        try warm.state.load(from: min(probe, earliest - timeout), through: through, view)
        let found = LabelDelta.earliestEntry(
            touching: earliest, among: touched, candles: warm.state.window.candles,
            timeout: timeout, since: probe)
        let first = max(found ?? .min, labelling.startsAt, Self.farPast)
        // What is recorded of the entries is folded into the state, as far as it lies in the window.
        try warm.state.load(from: first, through: through, view)
        if first > edge {
            return LabelWork.Revision(
                touched: minutes, first: first, candles: warm.state.window.candles,
                labels: warm.state.labellings[index].labels)
        }
        let day = UTCDay(of: first).number
        var candles = try History.candles(view, market: market, days: day...Int32.max)
        for candle in delta?.recorded ?? [] { candles.set(candle) }
        for revision in delta?.revisions ?? [] { candles.set(revision.candle) }
        let labels = try History.labels(
            view, market: market, labelling: labelling, days: day...Int32.max)
        return LabelWork.Revision(
            touched: minutes, first: first, candles: candles, labels: labels)
    }

    /// A stamp before all markets: days are counted in 32 bits.
    static let farPast = UTCDay(number: -1_000_000).start

    /// The labels from a stamp on; nil for those of the window.
    ///
    /// The state keeps those of the window. A labelling that lags behind it has older ones in the
    /// log only, and without them every one of their trades would look open and close again.
    private func recordedLabels(
        _ state: LabelState, from first: Int64?, _ view: borrowing StoreView,
        _ warm: borrowing Warm
    ) throws -> DayGrid<Label> {
        guard let first, let cutoff = warm.state.window.cutoff,
            max(state.startsAt, first) <= cutoff
        else { return state.labels }
        return try History.labels(
            view, market: market, labelling: state,
            days: UTCDay(of: max(state.startsAt, first)).number...Int32.max)
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
