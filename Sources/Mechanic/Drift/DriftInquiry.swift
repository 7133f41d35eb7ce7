internal import Digest
public import DriftStatistics
public import EventFormat
public import EventStorage
internal import Labeling
public import Market
public import Projections

/// A drift check that somebody asks for, as of any point and of any periods: computed, never recorded.
public struct DriftInquiry: Sendable {
    /// The check.
    public let check: DriftCheck
    /// The bins of the reference's closes; nil where it has none.
    public let bins: StabilityBins?
    /// The last day before the end of the current window.
    public let monitor: MarketMonitor
    /// What is in force; nil before the first decision.
    public let watch: Operations.Watch?
    /// Whether the newest recorded check is this one.
    public let isRecorded: Bool

    /// Checks a market.
    ///
    /// - Parameters:
    ///   - state: the market as it was known at `position`, with its rows.
    ///   - current: the current window, stamps in milliseconds UTC; nil for the one that ends at the
    ///     newest close.
    ///   - reference: nil for the baseline in force; with a current window named, the period before it.
    ///     The periods that were meant by nil, named, give the same answer.
    /// - Throws: ``OperationError`` where the two overlap or there is no candle at all.
    /// - Complexity: O(candles and labels of both periods).
    public static func ask(
        _ view: borrowing StoreView, _ state: MarketState, _ labelling: LabelState,
        _ configuration: IdentifiedConfiguration, current: Range<Int64>? = nil,
        reference: Range<Int64>? = nil, at position: GlobalPosition
    ) throws -> DriftInquiry {
        guard let newest = state.window.newest else {
            throw OperationError("\(state.market) has no candles")
        }
        let policy = configuration.configuration.drift
        let newestClose = newest + state.market.timeframe.milliseconds
        let end = current?.upperBound ?? newestClose
        let periods = policy.periods(endingAt: end)
        let window = current ?? periods.current
        let inquiry = Inquiry(state, labelling, configuration, position)
        let known = state.baselines[labelling.hash]
        var baseline: ComputedBaseline
        let isMeant =
            reference == nil
            ? current == nil : window == policy.periods(endingAt: newestClose).current
        if isMeant, let known, policy.keeps(known), reference == nil || reference == known.range {
            let record = try DriftLog.baseline(
                view, market: state.market, labels: labelling.hash, version: known.version)
            // As in an update: where the windows grew into it, there is no comparison.
            let isApart = !known.range.overlaps(window)
            baseline = ComputedBaseline(
                range: known.range,
                reference: isApart
                    ? try DriftLog.reference(view, of: record.value, labelling, policy.labels)
                    : .empty,
                version: known.version, staleMinutes: known.staleMinutes)
        } else {
            let range =
                reference ?? window.lowerBound - policy.baselineLength..<window.lowerBound
            guard !range.overlaps(window) else {
                throw OperationError(
                    "the reference overlaps the current window, which begins at "
                        + UTCTime.text(milliseconds: window.lowerBound))
            }
            baseline = try inquiry.reference(range, knownBy: end, view)
            // One that was revised since, or recorded at another end, holds other values than these.
            if let known, known.range == range, known.staleMinutes == 0,
                let last = state.drift[labelling.hash], last.end == end,
                last.baseline == known.version
            {
                baseline.version = known.version
            }
        }
        let check = try inquiry.check(window, against: baseline, knownBy: end, view)
        let monitor = try inquiry.monitor(end, known?.volatilityBps, view)
        return DriftInquiry(
            check: check, bins: baseline.reference.bins, monitor: monitor,
            watch: state.operations[labelling.hash],
            isRecorded: try inquiry.isRecorded(check, view))
    }
}

/// The rows that an inquiry looks at: those of the window, older ones from the log.
private struct Inquiry {
    private var state: MarketState
    private let labelling: LabelState
    private let configuration: IdentifiedConfiguration
    private let position: GlobalPosition
    private let hasher = SHA256()

    private struct Rows {
        var candles: DayGrid<Candle>
        var labels: DayGrid<Label>
    }

    init(
        _ state: MarketState, _ labelling: LabelState, _ configuration: IdentifiedConfiguration,
        _ position: GlobalPosition
    ) {
        self.state = state
        self.labelling = labelling
        self.configuration = configuration
        self.position = position
    }

    private func rows(_ range: Range<Int64>, _ view: borrowing StoreView) throws -> Rows {
        guard !range.isEmpty, !state.window.reaches(range.lowerBound) else {
            return Rows(candles: state.window.candles, labels: labelling.labels)
        }
        let days = UTCDay(of: range.lowerBound).number...UTCDay(of: range.upperBound - 1).number
        return Rows(
            candles: try History.candles(
                view, market: state.market, days: days, through: position),
            labels: try History.labels(
                view, market: state.market, labelling: labelling, days: days, through: position))
    }

    func reference(
        _ range: Range<Int64>, knownBy: Int64, _ view: borrowing StoreView
    ) throws -> ComputedBaseline {
        let rows = try rows(range, view)
        return ComputedBaseline(
            range: range,
            reference: DriftReference(
                PeriodSample(range, of: rows.candles, withCloses: true), of: rows.candles,
                labels: tally(rows, range, knownBy)))
    }

    private func tally(_ rows: Rows, _ range: Range<Int64>, _ knownBy: Int64) -> LabelTally {
        LabelTally(
            rows.labels, in: range, knownBy: knownBy, configuration.configuration.drift.labels)
    }

    func check(
        _ range: Range<Int64>, against baseline: ComputedBaseline, knownBy: Int64,
        _ view: borrowing StoreView
    ) throws -> DriftCheck {
        var rows = try rows(range, view)
        let sample = PeriodSample(range, of: rows.candles, withCloses: false)
        let window = DriftWindow(sample, of: rows.candles, labels: tally(rows, range, knownBy))
        let policy = configuration.configuration.drift
        return DriftCheck(
            cause: .asked, configurationHash: configuration.hash, labelsHash: labelling.hash,
            policy: policy,
            current: InputBasis(
                of: range, knownBy: knownBy, market: state.market,
                candlesVersion: state.candlesVersion,
                labels: DriftComputation.labels(labelling.hash, state), candles: &rows.candles,
                rows: &rows.labels, through: labelling.through, hasher: hasher),
            reference: baseline.range, baseline: baseline.version,
            staleMinutes: baseline.staleMinutes,
            verdict: policy.tests.verdict(of: window, against: baseline.reference),
            program: Program.version)
    }

    func monitor(
        _ end: Int64, _ volatility: Double?, _ view: borrowing StoreView
    ) throws -> MarketMonitor {
        let rows = try rows(end - MarketMonitor.length..<end, view)
        return MarketMonitor(
            labelsHash: labelling.hash, candles: rows.candles, labels: rows.labels, end: end,
            baselineVolatility: volatility)
    }

    /// Whether the newest recorded check compared the same rows and found the same.
    func isRecorded(_ check: DriftCheck, _ view: borrowing StoreView) throws -> Bool {
        guard let last = state.drift[labelling.hash] else { return false }
        let recorded = try DriftLog.check(
            view, market: state.market, labels: labelling.hash, version: last.version
        ).value
        return recorded.current.range == check.current.range
            && recorded.current.digest == check.current.digest
            && recorded.reference == check.reference && recorded.tests == check.tests
    }
}
