public import Digest
public import Projections

/// What an update found out about the drift of one labelling, and decided.
public struct DriftOutcome: Sendable {
    /// The labelling.
    public let labelsHash: Hash256
    /// The configuration that decides about it.
    public let configurationHash: Hash256
    /// The baseline, if a new one was recorded.
    public internal(set) var baseline: BaselineRecord?
    /// The check, if one was due.
    public internal(set) var check: DriftCheck?
    /// What follows from it.
    public internal(set) var decision: Decision?
    /// The alert that it raised, if it did.
    public internal(set) var raised: AlertRaised?
    /// The alert that it resolved, if it did.
    public internal(set) var resolved: AlertResolved?
    /// The last day.
    public internal(set) var monitor: MarketMonitor?
}
