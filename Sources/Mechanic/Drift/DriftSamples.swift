internal import Digest
internal import DriftStatistics
package import Market
package import Projections

/// What an updater keeps from one drift check to the next, to save sorting: nothing that the log does
/// not give again.
package struct DriftSamples: Sendable {
    private var periods: [Periods: Samples] = [:]
    private var kept: [Hash256: Kept] = [:]

    /// The lengths of the two periods; labellings with the same ones share samples.
    private struct Periods: Hashable {
        let current: Int64
        let reference: Int64
    }

    private struct Samples {
        var current: PeriodSample
        var reference: PeriodSample
    }

    /// A baseline that does not move.
    private struct Kept {
        let version: UInt64
        let labels: DriftPolicy.Labels
        let reference: DriftReference
    }

    /// No samples yet.
    package init() {}

    /// Forgets samples of moving periods: a candle was revised or came late. Baselines that do not
    /// move hold the values as of their record.
    mutating func noteRevision() { periods.removeAll() }

    /// The first stamp that ``samples(_:endingAt:_:)`` looks at: that of the samples before, from where
    /// they slide on.
    func firstStamp(_ policy: DriftPolicy, endingAt end: Int64) -> Int64 {
        let key = Periods(current: policy.currentLength, reference: policy.baselineLength)
        let next = policy.periods(endingAt: end).reference
        guard let known = periods[key]?.reference, known.slides(to: next) else {
            return next.lowerBound
        }
        return known.range.lowerBound
    }

    /// The samples of the current window and the period before it.
    ///
    /// - Complexity: O(candles of both periods).
    package mutating func samples(
        _ policy: DriftPolicy, endingAt end: Int64, _ window: RollingWindow
    ) -> (current: PeriodSample, reference: PeriodSample) {
        let candles = window.candles
        let key = Periods(current: policy.currentLength, reference: policy.baselineLength)
        let (current, reference) = policy.periods(endingAt: end)
        if periods[key] == nil {
            periods[key] = Samples(
                current: PeriodSample(current, of: candles, withCloses: false),
                reference: PeriodSample(reference, of: candles, withCloses: true))
        } else {
            periods[key]!.current.slide(to: current, of: candles, cutoff: window.cutoff)
            periods[key]!.reference.slide(
                to: reference, of: candles, cutoff: window.cutoff)
        }
        return (periods[key]!.current, periods[key]!.reference)
    }

    /// A baseline that does not move, if it is here.
    func reference(
        _ entry: Baselines.Entry, _ labels: DriftPolicy.Labels
    ) -> DriftReference? {
        guard let kept = kept[entry.labelsHash], kept.version == entry.version,
            kept.labels == labels
        else { return nil }
        return kept.reference
    }

    /// Keeps a baseline that does not move.
    mutating func keep(
        _ reference: DriftReference, _ entry: Baselines.Entry, _ labels: DriftPolicy.Labels
    ) {
        kept[entry.labelsHash] = Kept(
            version: entry.version, labels: labels, reference: reference)
    }
}
