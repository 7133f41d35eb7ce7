internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// A drift check computed from a few events and nothing else.
struct DriftReproduction {
    /// What the events give.
    let check: DriftCheck
    /// What they say.
    let recorded: DriftCheck
    /// Why the rows are not those of the baseline; nil if they are.
    let baselineDifference: String?
    /// The events that hold the rows of the current window and those of the reference.
    let holders: (current: RowHolders, reference: RowHolders)

    /// Checks once more.
    ///
    /// - Parameter version: the check's, in its stream.
    /// - Throws: what is not among the events.
    /// - Complexity: O(rows of the events).
    init(of version: UInt64, in market: MarketID, from events: [RecordedEvent]) throws {
        let loose = LooseEvents(events)
        let claims = try Claims(version, market, loose)
        let recorded = claims.check
        var current = Rows(recorded.current, market)
        var reference = claims.baseline.map { Rows($0.basis, market) }
        try loose.forEach { stream, event in
            try current.take(event, of: stream)
            try reference?.take(event, of: stream)
        }
        guard let newest = current.candles.newest else {
            throw BlameError("no candle of the current window is among the events")
        }
        let end = newest + market.timeframe.milliseconds
        let policy = claims.configuration.configuration.drift
        let periods = policy.periods(endingAt: end)
        guard let cause = DriftSchedule.cause(claims.state, claims.configuration, end: end) else {
            throw BlameError("by these events no check was due")
        }
        // An end that is another one is a difference of the check, found below.
        let basis = current.basis(of: periods.current, knownBy: end)
        let range = claims.baseline?.basis.range ?? periods.reference
        baselineDifference = claims.baseline.flatMap { baseline in
            guard !range.overlaps(periods.current), var rows = reference else { return nil }
            let given = rows.basis(of: range, knownBy: baseline.basis.knownBy)
            return given == baseline.basis ? nil : "the events do not hold the baseline's rows"
        }
        let isApart = !range.overlaps(periods.current)
        var empty = Rows(recorded.current, market)
        empty.basis = nil
        let held =
            isApart
            ? (reference ?? empty).reference(
                range, knownBy: claims.baseline?.basis.knownBy ?? end, policy) : .empty
        let stale = recorded.baseline == 0 ? nil : claims.state.baselines[recorded.labelsHash]
        check = DriftCheck(
            cause: cause, configurationHash: claims.configuration.hash,
            labelsHash: claims.configuration.labelsHash, policy: policy, current: basis,
            reference: range, baseline: recorded.baseline,
            staleMinutes: stale?.staleMinutes ?? 0,
            verdict: policy.tests.verdict(
                of: current.window(periods.current, knownBy: end, policy), against: held),
            program: recorded.program)
        self.recorded = recorded
        holders = (current.holders, reference?.holders ?? RowHolders())
    }
}

/// The events that hold candles and labels, by stamp.
struct RowHolders {
    var candles: [Int64: GlobalPosition] = [:]
    var labels: [Int64: GlobalPosition] = [:]
}

/// What the events say beside rows.
private struct Claims {
    let check: DriftCheck
    let baseline: BaselineRecord?
    let configuration: IdentifiedConfiguration
    /// The fold of baselines, checks and revisions before the check.
    let state: MarketState

    init(_ version: UInt64, _ market: MarketID, _ events: LooseEvents) throws {
        var check: DriftCheck?
        var baselines: [UInt64: BaselineRecord] = [:]
        var configurations: [IdentifiedConfiguration] = []
        var state = MarketState(market: market)
        try events.forEach { stream, event in
            guard stream.market == market else { throw BlameError("an event of another market") }
            switch (stream, event.currentType) {
            case (.configuration, _):
                let change = try ConfigurationChange(event.payload)
                if change.isActive {
                    configurations.append(IdentifiedConfiguration(change.configuration))
                }
            case (.drift, .driftChecked) where event.streamVersion.number == version:
                check = try DriftCheck(event)
            case (.drift, _):
                if event.currentType == .baselineRecorded {
                    baselines[event.streamVersion.number] = try BaselineRecord(event)
                }
                try state.apply(event, of: stream)
            case (.labels, .labellingOpened), (.candles, .candlesRevised):
                try state.apply(event, of: stream)
            case (.labels, _), (.candles, _): break
            case (.operations, _): throw BlameError("an event that no check rests on")
            }
        }
        guard let check else { throw BlameError("the check is not among the events") }
        guard check.baseline == 0 || baselines[check.baseline] != nil else {
            throw BlameError("the baseline is not among the events")
        }
        let configuration = configurations.first { $0.hash == check.configurationHash }
        guard let configuration else {
            throw BlameError("the configuration that decided is not among the events")
        }
        guard state.labelling(check.labelsHash) != nil else {
            throw BlameError("labelling.opened is not among the events")
        }
        self.check = check
        baseline = baselines[check.baseline]
        self.configuration = configuration
        self.state = state
    }
}

/// The rows that some events hold as of the versions that a basis names.
private struct Rows {
    /// Nil takes nothing.
    var basis: InputBasis?
    private let market: MarketID
    private(set) var candles: DayGrid<Candle>
    private var labels: DayGrid<Label>
    private(set) var holders = RowHolders()

    init(_ basis: InputBasis, _ market: MarketID) {
        self.basis = basis
        self.market = market
        candles = DayGrid(timeframe: market.timeframe)
        labels = DayGrid(timeframe: market.timeframe)
    }

    mutating func take(_ event: borrowing EventView, of stream: MarketStream) throws {
        guard let basis else { return }
        let (version, position) = (event.streamVersion.number, event.frame.position)
        switch stream {
        case .candles:
            guard version <= basis.candlesVersion else { return }
            try CandleEvents.forEachCandle(event) {
                candles.set($0)
                holders.candles[$0.time] = position
            }
        case .labels:
            guard event.currentType != .labellingOpened, let used = basis.labels,
                version <= used.version
            else { return }
            for change in try LabelEvents.rows(event).changes {
                holders.labels[change.entry] = position
                if let label = change.label {
                    labels.set(label)
                } else {
                    labels.remove(change.entry)
                }
            }
        case .drift, .configuration, .operations: break
        }
    }

    /// What the rows are, by digest; versions are those named, which no rows could tell.
    mutating func basis(of range: Range<Int64>, knownBy: Int64) -> InputBasis {
        InputBasis(
            of: range, knownBy: max(knownBy, range.upperBound), market: market,
            candlesVersion: basis?.candlesVersion ?? 0, labels: basis?.labels, candles: &candles,
            rows: &labels, through: nil, hasher: SHA256())
    }

    func window(_ range: Range<Int64>, knownBy: Int64, _ policy: DriftPolicy) -> DriftWindow {
        DriftWindow(
            PeriodSample(range, of: candles, withCloses: false), of: candles,
            labels: LabelTally(labels, in: range, knownBy: knownBy, policy.labels))
    }

    func reference(
        _ range: Range<Int64>, knownBy: Int64, _ policy: DriftPolicy
    ) -> DriftReference {
        DriftReference(
            PeriodSample(range, of: candles, withCloses: true), of: candles,
            labels: LabelTally(labels, in: range, knownBy: knownBy, policy.labels))
    }
}
