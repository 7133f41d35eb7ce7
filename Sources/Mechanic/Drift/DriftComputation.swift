package import Digest
package import DriftStatistics
internal import EventFormat
internal import Labeling
package import Market
package import Projections

/// A reference period, ready to be compared with.
package struct ComputedBaseline: Sendable {
    /// The period.
    let range: Range<Int64>
    /// What it holds.
    let reference: DriftReference
    /// The version of its event; 0 where none is recorded.
    var version: UInt64 = 0
    /// Minutes revised since it was recorded.
    var staleMinutes = 0

    /// A period that is not recorded yet.
    package init(range: Range<Int64>, reference: DriftReference) {
        self.range = range
        self.reference = reference
    }

    /// A recorded period.
    init(range: Range<Int64>, reference: DriftReference, version: UInt64, staleMinutes: Int) {
        self.init(range: range, reference: reference)
        self.version = version
        self.staleMinutes = staleMinutes
    }
}

/// How baselines and checks are put together from rows: one way for updates, which keep sorted samples,
/// for `verify --recompute`, which sorts anew, and for whoever asks.
package enum DriftComputation {
    /// A baseline's record from the rows of a state.
    ///
    /// - Parameter reference: what the period holds.
    package static func record(
        _ reference: DriftReference, _ range: Range<Int64>, _ cause: BaselineRecord.Cause,
        knownBy: Int64, _ configuration: IdentifiedConfiguration, _ state: inout MarketState,
        hasher: SHA256
    ) -> BaselineRecord {
        let labels = labels(configuration.labelsHash, state)
        return BaselineRecord(
            cause: cause, configurationHash: configuration.hash,
            labelsHash: configuration.labelsHash,
            basis: state.inputBasis(of: range, knownBy: knownBy, labels: labels, hasher: hasher),
            summary: BaselineRecord.Summary(reference), program: Program.version)
    }

    /// A check of the current window of a state.
    package static func check(
        _ cause: DriftCheck.Cause, _ current: PeriodSample, against baseline: ComputedBaseline,
        knownBy: Int64, _ configuration: IdentifiedConfiguration, _ state: inout MarketState,
        hasher: SHA256
    ) -> DriftCheck {
        let policy = configuration.configuration.drift
        let hash = configuration.labelsHash
        let window = DriftWindow(
            current, of: state.window.candles,
            labels: tally(hash, current.range, knownBy, policy, state))
        // A baseline that somebody set may come to overlap where the windows grow: no comparison.
        let isApart = !baseline.range.overlaps(current.range)
        let reference = isApart ? baseline.reference : .empty
        return DriftCheck(
            cause: cause, configurationHash: configuration.hash, labelsHash: hash, policy: policy,
            current: state.inputBasis(
                of: current.range, knownBy: knownBy, labels: labels(hash, state), hasher: hasher),
            reference: baseline.range, baseline: baseline.version,
            staleMinutes: baseline.staleMinutes,
            verdict: policy.tests.verdict(of: window, against: reference),
            program: Program.version)
    }

    /// A reference of the rows of a state.
    package static func reference(
        _ sample: PeriodSample, knownBy: Int64, _ configuration: IdentifiedConfiguration,
        _ state: MarketState
    ) -> DriftReference {
        DriftReference(
            sample, of: state.window.candles,
            labels: tally(
                configuration.labelsHash, sample.range, knownBy, configuration.configuration.drift,
                state))
    }

    /// The labelling of a hash as results name it.
    static func labels(_ hash: Hash256, _ state: MarketState) -> InputBasis.Labels? {
        state.labelling(hash).map {
            InputBasis.Labels(hash: hash, version: state.labellings[$0].labelsVersion)
        }
    }

    private static func tally(
        _ hash: Hash256, _ range: Range<Int64>, _ knownBy: Int64, _ policy: DriftPolicy,
        _ state: MarketState
    ) -> LabelTally {
        guard let index = state.labelling(hash) else { return LabelTally() }
        return LabelTally(
            state.labellings[index].labels, in: range, knownBy: knownBy, policy.labels)
    }
}

extension DriftReference {
    /// A reference without rows: nothing can be compared with it.
    static let empty = DriftReference(
        returns: SortedSample([]), closes: SortedSample([]), labels: LabelTally(),
        effectiveReturns: 0)
}

extension DriftPolicy {
    /// Why a period before the current window is recorded: a policy that keeps the first one waits for
    /// one that the market fills from its first hour on, with half its candles and enough for every test.
    func cause(
        of reference: Range<Int64>, _ candles: DayGrid<Candle>, holding content: DriftReference
    ) -> BaselineRecord.Cause {
        cause(of: reference, candles, closes: content.closes?.count ?? 0) { content.labels.count }
    }

    /// The same of a period with so many closes and labels; labels are counted only if it matters.
    func cause(
        of reference: Range<Int64>, _ candles: DayGrid<Candle>, closes: Int, labels: () -> Int
    ) -> BaselineRecord.Cause {
        let half = Int(baselineLength / candles.timeframe.milliseconds) / 2
        guard baseline == .fixed, closes >= max(minimumRows, half), labels() >= leastLabels else {
            return .rolling
        }
        var isFilled = false
        candles.forEach(
            from: reference.lowerBound, through: reference.lowerBound + 3_600_000 - 1
        ) { _ in isFilled = true }
        return isFilled ? .fixed : .rolling
    }

    /// Whether a recorded baseline stays for the next check.
    func keeps(_ entry: Baselines.Entry) -> Bool {
        entry.isPinned || (baseline == .fixed && entry.cause == .fixed)
    }
}
