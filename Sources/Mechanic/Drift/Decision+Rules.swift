internal import Digest
internal import DriftStatistics
internal import EventFormat
public import Projections

extension Decision {
    /// What follows from a check.
    ///
    /// The level in force is the highest severity among the newest checks, so that a test that flaps
    /// raises one alert and holds it. It rises at once and falls when calm has lasted for as many checks.
    ///
    /// - Parameters:
    ///   - history: the checks of the labelling, this one among them.
    ///   - operations: what was in force before, and which alerts are open.
    ///   - hold: how many checks hold a level.
    public init(
        on check: DriftCheck, _ history: DriftHistory.Entry, _ operations: Operations, hold: Int
    ) {
        let watch = operations[check.labelsHash]
        let level = history.level(hold: hold)
        let before = watch?.level ?? .none
        self.init(
            labelsHash: check.labelsHash, configurationHash: check.configurationHash,
            check: history.version, end: check.end, severity: check.severity, level: level,
            previousLevel: before, intents: [], program: Program.version)
        let cause =
            check.severity == level || level == .none
            ? check.summary
            : "\(level.rawValue) within the last \(hold) checks; now \(check.summary)"
        intents = Self.actions(level, isResumed: watch?.isResumed ?? false).map {
            Intent($0, cause: cause)
        }
        if operations.isNews(self, after: before) { intents.append(Intent(.notify, cause: cause)) }
    }

    /// What a level asks for, the mildest first.
    ///
    /// - Parameter isResumed: somebody let trading go on in this very episode: it is not paused again.
    static func actions(_ level: DriftSeverity, isResumed: Bool) -> [Action] {
        switch level {
        case .insufficientData, .none, .warning: [.monitor]
        case .critical: [.monitor, .retrain, .reducePositions]
        case .severe: [.monitor, .retrain, isResumed ? .reducePositions : .pauseTrading]
        }
    }
}

extension DriftCheck {
    /// The check in a few words: `ks, psi and costs drifted (3 of 4 tests)`.
    public var summary: String {
        guard evaluated > 0 else {
            let reasons = tests.map { "\($0.kind.rawValue) \($0.insufficiency?.rawValue ?? "")" }
            return "no test had enough data (\(reasons.joined(separator: ", ")))"
        }
        let names = drifted.map(\.kind.rawValue)
        guard let last = names.last else {
            return "nothing drifted (\(evaluated) of \(tests.count) tests evaluated)"
        }
        let list =
            names.count == 1 ? last : names.dropLast().joined(separator: ", ") + " and " + last
        return "\(list) drifted (\(names.count) of \(evaluated) tests)"
    }
}

extension Operations {
    /// Whether somebody must be told of a level: it rose, above that of the alert that is open, or so that
    /// trading is paused anew.
    func isNews(_ decision: Decision, after before: DriftSeverity) -> Bool {
        guard decision.level > before, decision.level >= .warning else { return false }
        guard let open = alert(of: decision.labelsHash) else { return true }
        let isPaused = self[decision.labelsHash]?.pausedSince != nil
        return decision.level > open.level || (decision[.pauseTrading] != nil && !isPaused)
    }

    /// The alert that a decision raises; nil if it raises none.
    public func alert(raisedBy decision: Decision) -> AlertRaised? {
        guard let cause = decision[.notify]?.cause else { return nil }
        return AlertRaised(
            alert: alertCount + 1, labelsHash: decision.labelsHash,
            configurationHash: decision.configurationHash, check: decision.check,
            level: decision.level, cause: cause, firstSeen: decision.end,
            replaces: alert(of: decision.labelsHash)?.number)
    }

    /// The end of the alert that a decision resolves; nil if it resolves none.
    public func alert(resolvedBy decision: Decision) -> AlertResolved? {
        guard decision.level < .warning, let alert = alert(of: decision.labelsHash) else {
            return nil
        }
        return AlertResolved(
            alert: alert.number, labelsHash: decision.labelsHash, check: decision.check,
            end: decision.end)
    }
}
