public import DriftStatistics
public import Projections

/// What the checks and decisions of a range of market time came to.
public struct DriftSummary: Equatable, Sendable {
    /// How many checks there were.
    public internal(set) var checks = 0
    /// How many of them had each severity, in the order of ``DriftSeverity``.
    public internal(set) var severities = DriftSeverity.allCases.map { _ in 0 }
    /// How often trading was paused.
    public internal(set) var pauses = 0
    /// Where the window of the check ends that paused trading first, milliseconds UTC; nil if none did.
    public internal(set) var pausedFrom: Int64?
    /// Whether trading was paused already before the first check.
    public internal(set) var isPausedBefore = false
    /// How many alerts were raised.
    public internal(set) var alerts = 0
    /// The level in force after the newest check; nil without any.
    public internal(set) var level: DriftSeverity?
    /// Whether trading is paused after the newest check.
    public internal(set) var isPaused = false

    /// How many checks had a severity.
    public subscript(severity: DriftSeverity) -> Int {
        DriftSeverity.allCases.firstIndex(of: severity).map { severities[$0] } ?? 0
    }

    /// No checks.
    init() {}

    mutating func add(_ severity: DriftSeverity) {
        checks += 1
        if let index = DriftSeverity.allCases.firstIndex(of: severity) { severities[index] += 1 }
    }

    /// Notes what is in force after the next check.
    mutating func note(_ watch: Operations.Watch?, wasPaused: Bool, at end: Int64) {
        if level == nil { isPausedBefore = wasPaused }
        level = watch?.level ?? level ?? DriftSeverity.none
        isPaused = watch?.pausedSince != nil
        guard isPaused, !wasPaused else { return }
        pauses += 1
        pausedFrom = pausedFrom ?? end
    }
}

/// How checks and decisions differ from the recorded ones.
public struct DriftDifference: Equatable, Sendable {
    /// One check that came out otherwise.
    public struct Change: Equatable, Sendable {
        /// Where its window ends, milliseconds UTC.
        public let end: Int64
        /// The recorded severity.
        public let recordedSeverity: DriftSeverity
        /// The severity here.
        public let severity: DriftSeverity
        /// The recorded level in force after it; nil where no decision is recorded.
        public let recordedLevel: DriftSeverity?
        /// The level in force after it here.
        public let level: DriftSeverity
        /// What the recorded decision asks for; empty where none is recorded.
        public let recordedActions: [Decision.Action]
        /// What is asked for here.
        public let actions: [Decision.Action]
    }

    /// Whether checks are made where the recorded ones were, or by the policy's own schedule.
    public internal(set) var hasOwnSchedule = false
    /// How many checks could be compared: those with a recorded one of the same window that rests on
    /// nothing revised since.
    public internal(set) var compared = 0
    /// How many of these have another severity.
    public internal(set) var severities = 0
    /// How many decisions could be compared: those after checks that could be, as many as hold a level.
    public internal(set) var comparedDecisions = 0
    /// How many of these ask for something else or put another level in force.
    public internal(set) var decisions = 0
    /// Checks that came out otherwise, in order; empty if nobody asked.
    public internal(set) var changes: [Change] = []

    /// No difference.
    init() {}
}
