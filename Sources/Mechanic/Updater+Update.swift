internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
public import Market
internal import Projections

/// What an update is asked to do.
public struct UpdateRequest: Sendable {
    /// Well-formed rows in file order; empty if candles were imported before.
    public var candles = CandleColumns()
    /// Rows that were no candles, to be counted.
    public var rejected = 0
    /// Configurations that shall be active; where none is, `scalp` becomes it.
    public var configurations: [LabelingConfiguration] = []
    /// Where a labelling that is opened now starts, milliseconds UTC; nil for the rule of the house.
    public var labelFrom: Int64?

    /// An update without new rows.
    public init() {}

    /// An update with rows.
    public init(candles: CandleColumns, configurations: [LabelingConfiguration] = []) {
        self.candles = candles
        self.configurations = configurations
    }
}

extension Updater {
    /// How far before the window a later labelling of a market starts: 37 days, the current and the
    /// reference period of a drift check.
    static let laterStart: Int64 = 37 * UTCDay.milliseconds

    /// Bytes that an update may add for each candle and labelling, all told.
    static let bytesPerLabel = 72

    /// One update: records candles, labels what can be labelled, and says so, in one commit.
    ///
    /// A catch-up (a bulk import, a first labelling of a long history) becomes a series of commits
    /// of at most 32 MiB, each complete to a market minute. An update that changes nothing adds
    /// nothing.
    ///
    /// - Parameter now: the clock, microseconds UTC.
    /// - Complexity: O(new candles × log open trades) beside the commit.
    public func update(_ request: UpdateRequest, at now: Int64) throws -> UpdateReport {
        let sorted = request.candles.sortedByTime()
        var report = UpdateReport()
        let (outcome, receipt) = try commit(at: now) { commit, warm -> Done? in
            // Asked inside the commit: another process may have written a moment ago.
            guard try isOrdinary(sorted, request, at: now, commit, warm) else { return nil }
            let delta = try compare(
                sorted, rejected: request.rejected, at: now, commit, &warm)
            let cause = try record(delta, &commit, &warm)
            guard let newest = warm.state.window.newest else {
                return Done(delta: delta, labellings: [])
            }
            try activate(request, &commit, &warm)
            let candles = warm.state.window.candles
            let labellings = try label(
                candles, through: newest, rows: delta.rows, gaps: delta.gaps, cause: cause,
                &commit, &warm)
            return Done(delta: delta, labellings: labellings)
        }
        guard let done = outcome else { return try catchUp(sorted, request, at: now) }
        report.add(done.delta)
        report.labellings = done.labellings
        report.newEvents = receipt.newEvents
        report.position = receipt.head.position
        report.newest = warm?.state.window.newest
        return report
    }

    /// What the commit of an ordinary update did.
    private struct Done: Sendable {
        let delta: CandleDelta
        let labellings: [UpdateCompletion.Labelling]
    }

    /// Whether everything that labels need lies inside the window once the rows are in it, and one
    /// commit can hold what comes out.
    private func isOrdinary(
        _ candles: CandleColumns, _ request: UpdateRequest, at now: Int64,
        _ commit: borrowing Commit, _ warm: borrowing Warm
    ) throws -> Bool {
        let interval = market.timeframe.milliseconds
        // Rows that have not closed yet are left out, however far ahead they lie.
        let closed = candles.time[..<candles.firstIndex(atOrAfter: now / 1_000 - interval + 1)]
        let window = warm.state.window
        guard let newest = [window.newest, closed.last].compactMap({ $0 }).max() else {
            return true
        }
        let cutoff = newest - RollingWindow.length
        let active = max(1, warm.state.configuration.active.count + request.configurations.count)
        var pending = closed.count
        // One that becomes active again with this update may lie far behind.
        let again = request.configurations.compactMap { warm.state.labelling($0.labelsHash) }
        let labellings = again.map { warm.state.labellings[$0] } + warm.state.activeLabellings
        for labelling in labellings {
            guard let through = labelling.through,
                max(labelling.startsAt, through - labelling.configuration.timeoutMilliseconds)
                    > cutoff
            else { return false }
            pending += Int((newest - through) / interval)
        }
        let isOpening =
            warm.state.labellings.isEmpty
            || identified(request.configurations).contains {
                warm.state.labelling($0.labelsHash) == nil
            }
        if isOpening {
            let oldest = try History.oldestCandle(commit.view, market: market)
            let first = [oldest, closed.first].compactMap { $0 }.min()
            guard (first ?? newest) > cutoff else { return false }
            pending += window.candles.count
        }
        return pending * active * Self.bytesPerLabel <= maximumCommitBytes / 2
    }

    /// The configurations with their hashes; an hourly update asks for the same ones each time.
    private func identified(_ configurations: [LabelingConfiguration]) -> [IdentifiedConfiguration]
    {
        if configurations != known.map(\.configuration) {
            known = configurations.map(IdentifiedConfiguration.init)
        }
        return known
    }

    /// Makes the configurations asked for active and opens their labellings.
    func activate(
        _ request: UpdateRequest, _ commit: inout Commit, _ warm: inout Warm
    ) throws {
        var wanted = identified(request.configurations)
        if wanted.isEmpty, warm.state.configuration.active.isEmpty { wanted = identified([.scalp]) }
        for wanted in wanted where !warm.state.configuration.contains(wanted) {
            let change = ConfigurationChange(wanted.configuration, isActive: true)
            _ = try record(change.event, to: .configuration(market), &commit, &warm)
        }
        let isFirst = warm.state.labellings.isEmpty
        for configuration in warm.state.configuration.active {
            let hash = configuration.labelsHash
            guard warm.state.labelling(hash) == nil else { continue }
            let start = try startOfLabelling(
                isFirst: isFirst, labelFrom: request.labelFrom, commit, warm)
            let opening = LabellingOpening(configuration.configuration, startsAt: start)
            _ = try record(opening.event, to: .labels(market, hash: hash), &commit, &warm)
        }
    }

    /// Where a labelling starts: a market's first at its oldest candle, a later one 37 days before
    /// the window.
    private func startOfLabelling(
        isFirst: Bool, labelFrom: Int64?, _ commit: borrowing Commit, _ warm: borrowing Warm
    ) throws -> Int64 {
        // Candles of this very commit are in the window only, and late ones may be the oldest.
        let known = try History.oldestCandle(commit.view, market: market)
        let oldest = [known, warm.state.window.candles.oldest].compactMap { $0 }.min() ?? 0
        if let labelFrom { return max(labelFrom, oldest) }
        guard !isFirst, let cutoff = warm.state.window.cutoff else { return oldest }
        return max(oldest, cutoff - Self.laterStart + market.timeframe.milliseconds)
    }

    /// Labels every active configuration through a candle and completes the update.
    ///
    /// - Parameter candles: must cover whatever the labellings still need.
    func label(
        _ candles: DayGrid<Candle>, through target: Int64, rows: UpdateCompletion.Rows,
        gaps: [UpdateCompletion.Gap], cause: EventID, _ commit: inout Commit, _ warm: inout Warm
    ) throws -> [UpdateCompletion.Labelling] {
        var completions: [UpdateCompletion.Labelling] = []
        var isBehind = false
        for configuration in warm.state.configuration.active {
            let hash = configuration.labelsHash
            guard let index = warm.state.labelling(hash),
                !completions.contains(where: { $0.labelsHash == hash })
            else { continue }
            // Scalars only: a copy of the state would make its rows be copied when they change.
            let before = warm.state.labellings[index].through
            let version = warm.state.labellings[index].candlesVersion
            let delta = try labelDelta(candles, through: target, index, commit, &warm)
            try record(delta, hash, cause: cause, &commit, &warm)
            let through = max(target, before ?? .min)
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
            rows: rows, gaps: gaps, labellings: completions, program: Program.version)
        _ = try record(
            completion.event(causation: cause), to: .operations(market), &commit, &warm)
        return completions
    }

    /// What one labelling changes: revised minutes first, then the new candles.
    private func labelDelta(
        _ candles: DayGrid<Candle>, through target: Int64, _ index: Int,
        _ commit: borrowing Commit, _ warm: inout Warm
    ) throws -> LabelDelta {
        let state = warm.state.labellings[index]
        var delta = LabelDelta()
        var engine = warm.engines[state.hash] ?? LabellingEngine(state.configuration)
        var labels = try recordedLabels(state, commit, warm)
        if let through = state.through {
            let touched = try touchedStamps(after: state.candlesVersion, commit)
            let first = max(state.startsAt, (warm.state.window.cutoff ?? .min) + 1)
            if !touched.isEmpty, first <= through {
                delta = LabelDelta.relabel(
                    touched: touched, candles: candles, labels: labels,
                    configuration: state.configuration, range: first...through)
                for label in delta.closed { labels.set(label) }
                for label in delta.retracted { labels.remove(label.entryTime) }
                engine.reset()
            }
        }
        delta.closed += engine.advance(
            candles: candles, labels: labels, startsAt: state.startsAt, from: state.through,
            to: target)
        delta.closed.sort { $0.entryTime < $1.entryTime }
        warm.engines[state.hash] = engine
        return delta
    }

    /// The labels from the oldest trade on that may be open.
    ///
    /// The state keeps those of the window. A labelling that lags behind it has older ones in the
    /// log only, and without them every one of their trades would look open and close again.
    private func recordedLabels(
        _ state: LabelState, _ commit: borrowing Commit, _ warm: borrowing Warm
    ) throws -> DayGrid<Label> {
        guard let through = state.through, let cutoff = warm.state.window.cutoff else {
            return state.labels
        }
        let first = max(state.startsAt, through - state.configuration.timeoutMilliseconds)
        guard first <= cutoff else { return state.labels }
        return try History.labels(
            commit.view, market: market, labelling: state,
            days: UTCDay(of: first).number...Int32.max)
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
