internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// The recomputation of a market's baselines, checks, monitors, decisions and alerts.
///
/// Samples are sorted anew for every check: an update slides them. What people record (a baseline
/// released, an alert acknowledged, trading resumed) and what sinks answer follows from nothing.
struct DriftRecomputation: Sendable {
    private(set) var checked = 0
    /// The newest baseline of each labelling as it was computed.
    private var baselines: [Hash256: Reference] = [:]
    /// What must follow before the update is complete.
    private var due: [Due] = []
    /// The labellings whose monitors came since the update before.
    private var monitored: Set<Hash256> = []

    private enum Due: Equatable {
        case decision(DriftCheck, version: UInt64)
        case raised(AlertRaised)
        case resolved(AlertResolved)
    }

    /// A baseline's version, and what it holds of all labels and of the newest ones.
    private struct Reference {
        let version: UInt64
        let range: Range<Int64>
        let all: DriftReference
        let newest: DriftReference

        subscript(_ choice: DriftPolicy.Labels) -> DriftReference {
            choice == .all ? all : newest
        }
    }

    /// What is known of a market beyond its window, for baselines of long ago.
    struct Past {
        var candles: DayGrid<Candle>
        var labels: DayGrid<Label>
    }

    /// Takes an event of the streams of drift and operations before it is folded.
    ///
    /// - Parameter past: all candles and labels; asked only for a baseline before the window.
    /// - Returns: what differs from what the candles give; nil if nothing does.
    mutating func check(
        _ event: borrowing EventView, _ state: inout MarketState, _ past: (Hash256) -> Past
    ) throws -> String? {
        switch event.currentType {
        case .baselineRecorded: return check(try BaselineRecord(event), event, &state, past)
        case .driftChecked: return check(try DriftCheck(event), event, &state)
        case .marketMonitored: return check(try MarketMonitor(event), state)
        case .decisionMade: return check(try Decision(event), state)
        case .alertRaised: return follow(.raised(try AlertRaised(event)), "alert.raised")
        case .alertResolved: return follow(.resolved(try AlertResolved(event)), "alert.resolved")
        default: return nil
        }
    }

    /// Says what a complete update left out; nil if nothing.
    mutating func complete(_ state: MarketState) -> String? {
        defer {
            due = []
            monitored = []
        }
        if let missing = due.first {
            switch missing {
            case .decision(let check, _):
                return "the check of \(UTCTime.text(milliseconds: check.end)) has no decision"
            case .raised(let alert): return "alert \(alert.alert) must be raised and is not"
            case .resolved(let alert): return "alert \(alert.alert) must be resolved and is not"
            }
        }
        guard let newest = state.window.newest else { return nil }
        let end = newest + state.market.timeframe.milliseconds
        // A labelling that was never checked is one of a program before there were checks.
        for configuration in DriftSchedule.deciding(state)
        where state.drift[configuration.labelsHash] != nil {
            if let cause = DriftSchedule.cause(state, configuration, end: end) {
                return "a drift check was due (\(cause.rawValue)) and is not recorded"
            }
            guard monitored.contains(configuration.labelsHash) else {
                return "the update has no monitor of \(configuration.labelsHash.hex.prefix(16))"
            }
        }
        return nil
    }

    private mutating func check(
        _ recorded: BaselineRecord, _ event: borrowing EventView, _ state: inout MarketState,
        _ past: (Hash256) -> Past
    ) -> String? {
        checked += 1
        let place = "the baseline of \(UTCTime.text(milliseconds: recorded.basis.range.lowerBound))"
        guard let configuration = configuration(recorded.configurationHash, state),
            let newest = state.window.newest
        else { return "\(place) follows a configuration that is not active" }
        let end = newest + state.market.timeframe.milliseconds
        let policy = configuration.configuration.drift
        let range =
            recorded.cause == .set
            ? recorded.basis.range : policy.periods(endingAt: end).reference
        guard range.upperBound <= end - policy.currentLength else {
            return "\(place) overlaps the current window"
        }
        let known = state.baselines[configuration.labelsHash]
        if recorded.cause != .set, let known, policy.keeps(known) {
            return "\(place) is recorded although version \(known.version) is kept"
        }
        let rows =
            state.window.reaches(range.lowerBound)
            ? Past(
                candles: state.window.candles,
                labels: state.labelling(configuration.labelsHash).map {
                    state.labellings[$0].labels
                } ?? DayGrid(timeframe: state.market.timeframe)) : past(configuration.labelsHash)
        let sample = PeriodSample(range, of: rows.candles, withCloses: true)
        func reference(_ choice: DriftPolicy.Labels) -> DriftReference {
            DriftReference(
                sample, of: rows.candles,
                labels: LabelTally(rows.labels, in: range, knownBy: end, choice))
        }
        let computed = Reference(
            version: event.streamVersion.number, range: range, all: reference(.all),
            newest: reference(.last1000))
        let cause =
            recorded.cause == .set
            ? .set : policy.cause(of: range, rows.candles, holding: computed[policy.labels])
        var (candles, labels) = (rows.candles, rows.labels)
        let expected = BaselineRecord(
            cause: cause, configurationHash: configuration.hash,
            labelsHash: configuration.labelsHash,
            basis: InputBasis(
                of: range, knownBy: end, market: state.market,
                candlesVersion: state.candlesVersion,
                labels: DriftComputation.labels(configuration.labelsHash, state),
                candles: &candles, rows: &labels, through: nil, hasher: SHA256()),
            summary: BaselineRecord.Summary(computed[policy.labels]), program: recorded.program)
        baselines[configuration.labelsHash] = computed
        return JSONDifference.first(recorded.json, expected.json).map { "\(place): \($0)" }
    }

    private mutating func check(
        _ recorded: DriftCheck, _ event: borrowing EventView, _ state: inout MarketState
    ) -> String? {
        checked += 1
        let place = "the drift check of \(UTCTime.text(milliseconds: recorded.end))"
        guard let configuration = configuration(recorded.configurationHash, state),
            let newest = state.window.newest
        else { return "\(place) follows a configuration that is not active" }
        let end = newest + state.market.timeframe.milliseconds
        guard let cause = DriftSchedule.cause(state, configuration, end: end) else {
            return "\(place) was not due"
        }
        let policy = configuration.configuration.drift
        let current = policy.periods(endingAt: end).current
        guard let baseline = baseline(configuration, end: end, state) else {
            return "\(place): no baseline of its reference period is recorded"
        }
        var expected = DriftComputation.check(
            cause, PeriodSample(current, of: state.window.candles, withCloses: false),
            against: baseline, knownBy: end, configuration, &state, hasher: SHA256())
        expected.program = recorded.program
        due.append(.decision(recorded, version: event.streamVersion.number))
        return JSONDifference.first(recorded.json, expected.json).map { "\(place): \($0)" }
    }

    /// What a check must be compared with: the baseline that the policy keeps, else the period before the
    /// current window, which must be recorded just before if there is a candle in it.
    private func baseline(
        _ configuration: IdentifiedConfiguration, end: Int64, _ state: MarketState
    ) -> ComputedBaseline? {
        let policy = configuration.configuration.drift
        let range = policy.periods(endingAt: end).reference
        let hash = configuration.labelsHash
        let entry = state.baselines[hash]
        let isKept = entry.map(policy.keeps) ?? false
        if !isKept, PeriodRows(state.window.candles, range).isEmpty {
            return ComputedBaseline(range: range, reference: .empty)
        }
        // Rows that were revised since make it another one: then it had to be recorded anew.
        guard let entry, let known = baselines[hash], known.version == entry.version,
            isKept || (entry.range == range && entry.staleMinutes == 0)
        else { return nil }
        return ComputedBaseline(
            range: known.range, reference: known[policy.labels], version: entry.version,
            staleMinutes: entry.staleMinutes)
    }

    private mutating func check(_ recorded: MarketMonitor, _ state: MarketState) -> String? {
        checked += 1
        monitored.insert(recorded.labelsHash)
        guard let newest = state.window.newest, let index = state.labelling(recorded.labelsHash)
        else { return "a monitor of a labelling that was never opened" }
        let expected = MarketMonitor(
            labelsHash: recorded.labelsHash, candles: state.window.candles,
            labels: state.labellings[index].labels,
            end: newest + state.market.timeframe.milliseconds,
            baselineVolatility: state.baselines[recorded.labelsHash]?.volatilityBps)
        return JSONDifference.first(recorded.json, expected.json).map {
            "the monitor of \(UTCTime.text(milliseconds: recorded.range.upperBound)): \($0)"
        }
    }

    private mutating func check(_ recorded: Decision, _ state: MarketState) -> String? {
        checked += 1
        let place = "the decision of \(UTCTime.text(milliseconds: recorded.end))"
        let hash = recorded.labelsHash
        let found = due.firstIndex {
            if case .decision(let check, _) = $0 { check.labelsHash == hash } else { false }
        }
        guard let found, case .decision(let check, let version) = due[found],
            let configuration = configuration(check.configurationHash, state),
            let history = state.drift[hash], history.version == version
        else { return "\(place) follows no check" }
        due.remove(at: found)
        var expected = Decision(
            on: check, history, state.operations,
            hold: configuration.configuration.drift.holdChecks)
        expected.program = recorded.program
        if let raised = state.operations.alert(raisedBy: expected) { due.append(.raised(raised)) }
        if let resolved = state.operations.alert(resolvedBy: expected) {
            due.append(.resolved(resolved))
        }
        return JSONDifference.first(recorded.json, expected.json).map { "\(place): \($0)" }
    }

    private mutating func follow(_ recorded: Due, _ name: String) -> String? {
        checked += 1
        guard let index = due.firstIndex(of: recorded) else {
            return "\(name) says what no decision asks for"
        }
        due.remove(at: index)
        return nil
    }

    private func configuration(
        _ hash: Hash256, _ state: MarketState
    ) -> IdentifiedConfiguration? {
        state.configuration.active.first { $0.hash == hash }
    }
}
