internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// The checks of a plan under one configuration and what follows from them, folded in memory by the
/// rules that updates record by.
struct DriftFold {
    private let configuration: IdentifiedConfiguration
    private let market: MarketID
    private let record: RecordedDrift
    private let ends: ClosedRange<Int64>
    private let lists: Bool
    private var history = DriftHistory()
    private var operations = Operations()
    private var resumptions: ArraySlice<GlobalPosition>
    /// How many checks with enough to go by could be compared since the last one that could not be;
    /// nil where all could be: then nothing else is in the levels.
    private var comparable: Int?
    private(set) var summary = DriftSummary()
    private(set) var difference = DriftDifference()

    /// A fold before its first check.
    ///
    /// - Parameters:
    ///   - ends: which checks are told of; all are folded.
    ///   - lists: whether checks that differ are listed.
    init(
        _ configuration: IdentifiedConfiguration, _ market: MarketID, _ record: RecordedDrift,
        ends: ClosedRange<Int64>, lists: Bool
    ) {
        self.configuration = configuration
        self.market = market
        self.record = record
        self.ends = ends
        self.lists = lists
        resumptions = record.resumptions[...]
    }

    /// Folds all checks.
    ///
    /// - Complexity: O(checks), and the labels of both periods of each.
    mutating func run(
        _ plan: CheckPlan, _ prices: [PriceComparison], _ labels: LabelSeries, hold: Int
    ) throws {
        let policy = configuration.configuration.drift
        let currents = labels.tallies(plan.steps.map(\.current), policy.labels)
        let references = labels.tallies(plan.steps.map(\.reference), policy.labels)
        let tests = policy.tests
        difference.hasOwnSchedule = plan.hasOwnSchedule
        var recorded = record.checks[...]
        for (index, step) in plan.steps.enumerated() {
            while let position = resumptions.first, position < step.position {
                operations.resume(configuration.labelsHash)
                resumptions = resumptions.dropFirst()
            }
            let verdict = tests.verdict(
                of: prices[index], labels: currents[index],
                against: step.isApart ? references[index] : LabelTally())
            let check = DriftCheck(
                cause: .asked, configurationHash: configuration.hash,
                labelsHash: configuration.labelsHash, policy: policy,
                current: InputBasis(
                    market: market, range: step.current.range, knownBy: step.end, candlesVersion: 0,
                    labels: nil, digest: .zero),
                reference: step.reference.range, baseline: 0, staleMinutes: 0, verdict: verdict,
                program: Program.version)
            while let next = recorded.first, isBefore(next, step, plan) {
                if next.isRestated { comparable = 0 }
                recorded = recorded.dropFirst()
            }
            let other = recorded.first.flatMap { $0.value.end == step.end ? $0 : nil }
            let counts = other?.isRestated != true
            let decision = try decide(check, step, version: UInt64(index + 1), counts: counts)
            compare(check, decision, with: other, hold: hold)
            if other != nil { recorded = recorded.dropFirst() }
        }
    }

    /// Several checks may end at the same moment; those of the record's own moments go by position.
    private func isBefore(
        _ check: RecordedDrift.Check, _ step: CheckPlan.Step, _ plan: CheckPlan
    ) -> Bool {
        plan.hasOwnSchedule ? check.value.end < step.end : check.position < step.position
    }

    /// What follows from a check, as an update would record it.
    ///
    /// - Parameter counts: whether the record counts the check of this moment, too.
    private mutating func decide(
        _ check: DriftCheck, _ step: CheckPlan.Step, version: UInt64, counts: Bool
    ) throws -> Decision? {
        let hash = configuration.labelsHash
        history.apply(check, version: version, isPinned: step.isPinned)
        guard let entry = history[hash] else { return nil }
        let decision = Decision(
            on: check, entry, operations,
            hold: configuration.configuration.drift.holdChecks)
        let raised = operations.alert(raisedBy: decision)
        let resolved = operations.alert(resolvedBy: decision)
        let wasPaused = operations.isPaused
        operations.apply(decision)
        if let raised { try operations.apply(raised) }
        if let resolved { try operations.apply(resolved) }
        guard ends.contains(check.end) else { return decision }
        if counts { summary.add(check.severity) }
        summary.alerts += raised == nil ? 0 : 1
        summary.note(operations[hash], wasPaused: wasPaused, at: check.end)
        return decision
    }

    /// - Parameter hold: as many checks as a level is held by, here or in the record.
    private mutating func compare(
        _ check: DriftCheck, _ decision: Decision?, with recorded: RecordedDrift.Check?, hold: Int
    ) {
        guard let recorded else { return }
        // A baseline that stays may be another one where rows were revised since it was chosen; where
        // configurations took turns, it is another one by the settings.
        let isSame =
            recorded.value.configurationHash == check.configurationHash && !record.isMixed
        guard !recorded.isRestated, !isSame || recorded.value.reference == check.reference else {
            comparable = 0
            return
        }
        let hasData = min(recorded.value.severity, check.severity) > .insufficientData
        comparable = comparable.map { $0 + (hasData ? 1 : 0) }
        guard ends.contains(check.end) else { return }
        difference.compared += 1
        let level = decision?.level ?? .none
        var differs = recorded.value.severity != check.severity
        difference.severities += differs ? 1 : 0
        // What was decided rests on the checks before, too: a level on those that hold it, the rest on
        // the whole episode.
        let isWhole = comparable.map { $0 > hold } ?? true
        if let decision, let other = recorded.decision, isWhole {
            difference.comparedDecisions += 1
            let asksOtherwise =
                decision.level != other.level
                || (comparable == nil
                    && decision.intents.map(\.action) != other.intents.map(\.action))
            difference.decisions += asksOtherwise ? 1 : 0
            differs = differs || asksOtherwise
        }
        guard differs, lists else { return }
        difference.changes.append(
            DriftDifference.Change(
                end: check.end, recordedSeverity: recorded.value.severity,
                severity: check.severity, recordedLevel: recorded.decision?.level, level: level,
                recordedActions: recorded.decision?.intents.map(\.action) ?? [],
                actions: decision?.intents.map(\.action) ?? []))
    }
}
