internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// What is recorded of one labelling's drift, as far as a what-if looks at it.
struct RecordedDrift: Sendable {
    /// A recorded check.
    struct Check: Sendable {
        let position: GlobalPosition
        let value: DriftCheck
        /// What was decided; nil for a check without decision.
        var decision: Decision?
        /// Whether a minute that it rests on was revised since.
        let isRestated: Bool
    }

    /// A baseline that somebody set, or its release.
    struct Pin: Sendable {
        let position: GlobalPosition
        /// Nil for a release.
        let baseline: LabelSeries.Window?
    }

    /// An update that labelled everything.
    struct Update: Sendable {
        let position: GlobalPosition
        /// The newest close, milliseconds UTC.
        let end: Int64
        let candlesVersion: UInt64
    }

    private(set) var checks: [Check] = []
    private(set) var pins: [Pin] = []
    /// Where somebody let trading go on.
    private(set) var resumptions: [GlobalPosition] = []
    /// The alerts of the labelling, by where the first check's window ended.
    private(set) var alerts: [Int64] = []
    private(set) var updates: [Update] = []
    /// The policies of the configurations that made the checks.
    private(set) var policies: [Hash256: DriftPolicy] = [:]
    let revisions: [PastCandles.Revision]

    /// Reads what is recorded up to a position.
    ///
    /// - Parameter schedules: those of the policies that are asked about: where one is not that of the
    ///   record, updates without a check are read too.
    /// - Complexity: O(events of the streams of drift and operations), and of every check the
    ///   revisions after it.
    init(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        revisions: [PastCandles.Revision], schedules: [CheckPlan.Key],
        through last: GlobalPosition
    ) throws {
        self.revisions = revisions
        let standings = try ConfigurationStanding.all(view, market: market, through: last)
        var decisions: [UInt64: Decision] = [:]
        for entry in try OperationsLog.changes(view, market: market, through: last) {
            switch entry.value {
            case .decided(let decision) where decision.labelsHash == hash:
                decisions[decision.check] = decision
            case .resumed(let resumed) where resumed.labelsHashes.contains(hash):
                resumptions.append(entry.position)
            case .raised(let alert) where alert.labelsHash == hash:
                alerts.append(alert.firstSeen)
            default: break
            }
        }
        try readFacts(view, market, hash, decisions, through: last)
        let deciding = Set(checks.map(\.value.configurationHash))
        for standing in standings where deciding.contains(standing.configuration.hash) {
            policies[standing.configuration.hash] = standing.configuration.configuration.drift
        }
        guard !schedules.allSatisfy(hasSchedule) else { return }
        try readUpdates(view, market, hash, through: last)
    }

    /// Whether all checks were due when a policy's would have been. Where configurations took turns, one
    /// may have looked at other moments, and the turn itself made a check due.
    func hasSchedule(of key: CheckPlan.Key) -> Bool {
        guard !isMixed, let policy = policies.values.first else { return false }
        return CheckPlan.Key(policy).hasSchedule(of: key)
    }

    /// Whether more than one configuration made the checks.
    var isMixed: Bool { policies.count > 1 }

    private mutating func readFacts(
        _ view: borrowing StoreView, _ market: MarketID, _ hash: Hash256,
        _ decisions: [UInt64: Decision], through last: GlobalPosition
    ) throws {
        var baselines: [UInt64: InputBasis] = [:]
        let facts = try DriftLog.facts(view, market: market, labels: hash, through: last)
        for fact in facts {
            switch fact.value {
            case .baseline(let record):
                baselines[fact.version] = record.basis
                guard record.cause == .set else { continue }
                pins.append(
                    Pin(
                        position: fact.position,
                        baseline: LabelSeries.Window(
                            range: record.basis.range, knownBy: record.basis.knownBy)))
            case .released: pins.append(Pin(position: fact.position, baseline: nil))
            case .checked(let check):
                checks.append(
                    Check(
                        position: fact.position, value: check, decision: decisions[fact.version],
                        isRestated: isRestated(check, baselines[check.baseline])))
            }
        }
    }

    /// Candles decide labels too, and those that a check counts were decided by its end.
    private func isRestated(_ check: DriftCheck, _ baseline: InputBasis?) -> Bool {
        let (current, end) = (check.current, check.current.knownBy)
        if isRevised(current.range.lowerBound..<end, after: current.candlesVersion) { return true }
        guard let baseline else {
            return isRevised(check.reference, after: current.candlesVersion)
        }
        return isRevised(
            baseline.range.lowerBound..<baseline.knownBy, after: baseline.candlesVersion)
    }

    /// Whether a minute of a range was revised or came late after a version of the candle stream.
    private func isRevised(_ range: Range<Int64>, after version: UInt64) -> Bool {
        revisions[firstRevision(after: version)...].contains { range.contains($0.stamp) }
    }

    /// The index of the first revision of a higher version.
    private func firstRevision(after version: UInt64) -> Int {
        var (low, high) = (0, revisions.count)
        while low < high {
            let middle = (low + high) / 2
            if revisions[middle].version <= version { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How many rows from a stamp on were revised between two versions of the candle stream.
    func revisedRows(from stamp: Int64, after version: UInt64, through last: UInt64) -> Int {
        revisions[firstRevision(after: version)..<firstRevision(after: last)]
            .count { $0.stamp >= stamp }
    }

    private mutating func readUpdates(
        _ view: borrowing StoreView, _ market: MarketID, _ hash: Hash256,
        through last: GlobalPosition
    ) throws {
        for entry in try OperationsLog.updates(view, market: market, through: last) {
            let labelling = entry.value.labellings.first { $0.labelsHash == hash }
            guard entry.value.isComplete, let labelling else { continue }
            updates.append(
                Update(
                    position: entry.position,
                    end: labelling.through + market.timeframe.milliseconds,
                    candlesVersion: labelling.candlesVersion))
        }
    }

    /// What the recorded checks with ends in a range came to; those that rest on minutes revised since
    /// are no checks of the candles that others are made of, and are not counted.
    func summary(_ ends: ClosedRange<Int64>) -> DriftSummary {
        var summary = DriftSummary()
        var operations = Operations()
        var resumed = resumptions[...]
        for check in checks {
            while let position = resumed.first, position < check.position {
                operations.resume(check.value.labelsHash)
                resumed = resumed.dropFirst()
            }
            let wasPaused = operations.isPaused
            if let decision = check.decision { operations.apply(decision) }
            guard ends.contains(check.value.end) else { continue }
            if !check.isRestated { summary.add(check.value.severity) }
            summary.note(
                operations[check.value.labelsHash], wasPaused: wasPaused, at: check.value.end)
        }
        summary.alerts = alerts.count { ends.contains($0) }
        return summary
    }
}

extension Operations {
    /// Lets trading go on, if it is paused.
    mutating func resume(_ labelsHash: Hash256) {
        guard self[labelsHash]?.pausedSince != nil else { return }
        let resumed = TradingResumed(labelsHashes: [labelsHash], by: "", reason: nil)
        // What is paused can be resumed.
        try? apply(resumed)
    }
}
