internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections

extension Updater {
    /// The last part of an update: looks at the drift of every labelling, and decides.
    ///
    /// - Parameter cause: the last event of candles; none if they came earlier.
    /// - Complexity: O(candles and labels of the last day) for each labelling; where a check is due, of
    ///   both its periods, whose rows are loaded first.
    func watch(
        _ cause: EventID, _ commit: inout Commit, _ warm: inout Warm
    ) throws -> [DriftOutcome] {
        guard let newest = warm.state.window.newest else { return [] }
        let end = newest + market.timeframe.milliseconds
        var outcomes: [DriftOutcome] = []
        for configuration in DriftSchedule.deciding(warm.state) {
            var outcome = DriftOutcome(
                labelsHash: configuration.labelsHash, configurationHash: configuration.hash)
            if let due = DriftSchedule.cause(warm.state, configuration, end: end) {
                let check = try check(
                    due, configuration, end: end, cause, &outcome, &commit, &warm)
                try decide(configuration, check, &outcome, &commit, &warm)
            }
            outcome.monitor = try monitor(configuration, end: end, cause, &commit, &warm)
            outcomes.append(outcome)
        }
        return outcomes
    }

    private func monitor(
        _ configuration: IdentifiedConfiguration, end: Int64, _ cause: EventID,
        _ commit: inout Commit, _ warm: inout Warm
    ) throws -> MarketMonitor? {
        let hash = configuration.labelsHash
        try warm.state.load(from: end - MarketMonitor.length, through: end, commit.view)
        guard let index = warm.state.labelling(hash) else { return nil }
        let monitor = MarketMonitor(
            labelsHash: hash, candles: warm.state.window.candles,
            labels: warm.state.labellings[index].labels, end: end,
            baselineVolatility: warm.state.baselines[hash]?.volatilityBps)
        _ = try record(
            monitor.event(causation: cause), to: .drift(market, hash: hash), &commit, &warm)
        return monitor
    }

    /// Records a check, and the baseline that it needs.
    ///
    /// - Returns: the id of the check's event.
    private func check(
        _ due: DriftCheck.Cause, _ configuration: IdentifiedConfiguration, end: Int64,
        _ cause: EventID, _ outcome: inout DriftOutcome, _ commit: inout Commit,
        _ warm: inout Warm
    ) throws -> EventID {
        let policy = configuration.configuration.drift
        let stream = MarketStream.drift(market, hash: configuration.labelsHash)
        let current = policy.periods(endingAt: end).current
        let unloaded = warm.state.unloadedDays
        try warm.state.load(from: current.lowerBound, through: end, commit.view)
        let baseline: ComputedBaseline
        let sample: PeriodSample
        if let entry = warm.state.baselines[configuration.labelsHash], policy.keeps(entry) {
            baseline = try kept(entry, policy, commit.view, &warm)
            sample = PeriodSample(current, of: warm.state.window.candles, withCloses: false)
        } else {
            let first = warm.drift.firstStamp(policy, endingAt: end)
            try warm.state.load(from: first, through: end, commit.view)
            let samples = warm.drift.samples(policy, endingAt: end, warm.state.window)
            sample = samples.current
            baseline = try moving(
                samples.reference, end: end, configuration, cause, &outcome, &commit, &warm)
        }
        let check = DriftComputation.check(
            due, sample, against: baseline, knownBy: end, configuration, &warm.state,
            hasher: hasher)
        outcome.check = check
        warm.state.unload(unloaded)
        return try record(check.event(causation: cause), to: stream, &commit, &warm)
    }

    /// A baseline that does not move, as it was recorded.
    private func kept(
        _ entry: Baselines.Entry, _ policy: DriftPolicy, _ view: borrowing StoreView,
        _ warm: inout Warm
    ) throws -> ComputedBaseline {
        var reference = warm.drift.reference(entry, policy.labels)
        if reference == nil, let index = warm.state.labelling(entry.labelsHash) {
            let record = try DriftLog.baseline(
                view, market: market, labels: entry.labelsHash, version: entry.version)
            reference = try DriftLog.reference(
                view, of: record.value, warm.state.labellings[index], policy.labels)
            warm.drift.keep(reference!, entry, policy.labels)
        }
        return ComputedBaseline(
            range: entry.range, reference: reference ?? .empty, version: entry.version,
            staleMinutes: entry.staleMinutes)
    }

    /// The period before the current window, recorded as a baseline if there is a candle in it.
    private func moving(
        _ sample: PeriodSample, end: Int64, _ configuration: IdentifiedConfiguration,
        _ cause: EventID, _ outcome: inout DriftOutcome, _ commit: inout Commit,
        _ warm: inout Warm
    ) throws -> ComputedBaseline {
        let policy = configuration.configuration.drift
        let hash = configuration.labelsHash
        let reference = DriftComputation.reference(
            sample, knownBy: end, configuration, warm.state)
        var baseline = ComputedBaseline(range: sample.range, reference: reference)
        guard reference.closes?.count != 0 else { return baseline }
        let record = DriftComputation.record(
            reference, sample.range,
            policy.cause(of: sample.range, warm.state.window.candles, holding: reference),
            knownBy: end, configuration, &warm.state, hasher: hasher)
        if let entry = warm.state.baselines[hash], entry.isSame(as: record) {
            baseline.version = entry.version
            baseline.staleMinutes = entry.staleMinutes
            return baseline
        }
        outcome.baseline = record
        _ = try self.record(
            record.event(causation: cause), to: .drift(market, hash: hash), &commit, &warm)
        guard let entry = warm.state.baselines[hash] else { return baseline }
        baseline.version = entry.version
        if policy.keeps(entry) { warm.drift.keep(reference, entry, policy.labels) }
        return baseline
    }

    /// Records what follows from a check: the decision, and the alert that it raises or resolves.
    private func decide(
        _ configuration: IdentifiedConfiguration, _ cause: EventID, _ outcome: inout DriftOutcome,
        _ commit: inout Commit, _ warm: inout Warm
    ) throws {
        let hash = configuration.labelsHash
        guard let check = outcome.check, let history = warm.state.drift[hash] else { return }
        let decision = Decision(
            on: check, history, warm.state.operations,
            hold: configuration.configuration.drift.holdChecks)
        // Asked before the decision is folded: it is about what was open until now.
        outcome.decision = decision
        outcome.raised = warm.state.operations.alert(raisedBy: decision)
        outcome.resolved = warm.state.operations.alert(resolvedBy: decision)
        let stream = MarketStream.operations(market)
        let decided = try record(decision.event(causation: cause), to: stream, &commit, &warm)
        if let raised = outcome.raised {
            _ = try record(raised.event(causation: decided), to: stream, &commit, &warm)
        }
        if let resolved = outcome.resolved {
            _ = try record(resolved.event(causation: decided), to: stream, &commit, &warm)
        }
    }
}

extension Baselines.Entry {
    /// Whether a record would say what is recorded already.
    func isSame(as record: BaselineRecord) -> Bool {
        cause == record.cause && range == record.basis.range && digest == record.basis.digest
            && knownBy == record.basis.knownBy && staleMinutes == 0
    }
}
