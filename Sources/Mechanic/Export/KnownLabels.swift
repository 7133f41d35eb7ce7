internal import Digest
public import EventFormat
public import EventStorage
public import Labeling
public import Market
public import Projections

/// The closed labels of a range of entries as they were known at a position, each held against the
/// candles known then.
///
/// A log in which a program recorded wrong labels is sound by every hash. So each label is computed
/// anew by the rules as they are written, candle by candle to the one that decides, as ``Lookahead``
/// does; one that no candle known then gives is an error that names it.
public struct KnownLabels: Sendable {
    /// Closed labels in entry order.
    public private(set) var labels: [Label] = []
    /// Their entry candles.
    public private(set) var entries: [Candle] = []
    /// Entries of the range that had no label yet and may be open, ascending.
    public private(set) var open: [Int64] = []
    /// How many candles of the range have no label although the candles known at the position decide
    /// the trade: they came late, outside the window, and never were entries; or a revision that nothing
    /// labelled anew decides it; or a program left labels out, which ``Lookahead`` tells.
    public private(set) var unlabelled = 0
    /// How many labels were left out, because a candle that they rest on is another by now and nothing
    /// labelled them anew: it was revised after it had left the window, or after the labelling came to
    /// rest, or the position lies between the commits of one update. They are right as of their own
    /// positions, but not the labels of these candles.
    public private(set) var outdated = 0
    /// When the newest candle closed, milliseconds UTC; nil before the first candle.
    public let newestClose: Int64?
    /// When the newest candle closed that was labelled, milliseconds UTC: trades that may last longer may
    /// have no label yet. Nil where none was labelled.
    public let labelledUntil: Int64?

    private let market: MarketID
    private let labelling: LabelState
    private let position: GlobalPosition

    /// The labels of a labelling in a range of entries.
    ///
    /// - Parameters:
    ///   - state: as of `position`, the end of a commit; rows are not needed.
    ///   - range: stamps, milliseconds UTC.
    /// - Throws: ``TrainingError`` of kind `.leak`; `EventStoreError`, also where bytes do not have the
    ///   hashes that were recorded.
    /// - Complexity: O(events of the range's days + candles of all trades).
    public init(
        _ view: borrowing StoreView, _ state: MarketState, _ labelling: LabelState,
        entries range: Range<Int64>, at position: GlobalPosition
    ) throws {
        market = state.market
        self.labelling = labelling
        self.position = position
        let interval = market.timeframe.milliseconds
        newestClose = state.window.newest.map { $0 + interval }
        // An update may have labelled a minute that was retracted since.
        labelledUntil = labelling.through.flatMap { through in
            state.window.newest.map { min($0, through) + interval }
        }
        guard let newest = state.window.newest, !range.isEmpty else { return }
        let through = labelling.through ?? newest
        let days = Self.days(range.lowerBound, range.upperBound - 1)
        try Self.checkBytes(
            view, of: .labels(market, hash: labelling.hash), days: days, through: position)
        var found: [Label] = []
        try History.labels(
            view, market: market, labelling: labelling, days: days, through: position
        ).forEach(from: range.lowerBound, through: range.upperBound - 1) { found.append($0) }
        let clock = try position == .start ? 0 : view.frame(at: position).appendedAt
        // Trades of the last entries, too, are held against the candles that may decide them.
        let timeout = labelling.configuration.timeoutMilliseconds
        var last = min(range.upperBound - 1 + timeout, through)
        for label in found {
            try checkMoment(of: label, newest: newest, clock: clock)
            last = max(last, label.decidedAt)
        }
        try Self.checkBytes(
            view, of: .candles(market), days: Self.days(range.lowerBound, last), through: position)
        var series = CandleSeries()
        try Self.load(view, market, range.lowerBound, last, through: position, into: &series)
        let doubts = compare(found, series, through: newest)
        try resolve(doubts, view, series)
        takeRest(range, series, except: found, through: min(newest, through))
    }

    /// A label is known when its deciding candle has closed: by the market's clock and by the store's.
    private func checkMoment(of label: Label, newest: Int64, clock: Int64) throws {
        let interval = market.timeframe.milliseconds
        let latest = newest + interval
        let isWrong = label.decidedAt < label.entryTime || label.decidedAt > newest
        if isWrong {
            let field = LabelField.allCases.first {
                $0.knownAt(of: label, interval: interval) > latest
            }
            throw leak(
                label.entryTime, field ?? .knownAt, at: position,
                "was not known: its deciding candle is that of "
                    + "\(UTCTime.text(milliseconds: label.decidedAt)), the newest one recorded that of "
                    + UTCTime.text(milliseconds: newest))
        }
        guard (label.decidedAt + interval) * 1_000 > clock else { return }
        throw leak(
            label.entryTime, .knownAt, at: position,
            "was not known: its deciding candle closes at "
                + "\(UTCTime.text(milliseconds: label.decidedAt + interval)), and the log was written "
                + "at \(UTCTime.text(microseconds: clock))")
    }

    /// A label that the candles known now do not give.
    private struct Doubt {
        let label: Label
        let expected: Label?
    }

    /// Keeps the labels that the candles give.
    private mutating func compare(
        _ found: [Label], _ series: CandleSeries, through last: Int64
    ) -> [Doubt] {
        let rules = LabelRules(
            timeframe: market.timeframe, configuration: labelling.configuration)
        var doubts: [Doubt] = []
        labels.reserveCapacity(found.count)
        entries.reserveCapacity(found.count)
        for label in found {
            let index = series.index(of: label.entryTime)
            let expected = index.flatMap { series.label(of: $0, through: last, rules) }
            if let index, expected == label {
                labels.append(label)
                entries.append(series.candles[index])
            } else {
                doubts.append(Doubt(label: label, expected: expected))
            }
        }
        return doubts
    }

    /// Leaves out the labels that were right when they were recorded; refuses the first of the others.
    private mutating func resolve(
        _ doubts: [Doubt], _ view: borrowing StoreView, _ series: CandleSeries
    ) throws {
        guard !doubts.isEmpty else { return }
        var recorded: [Int64: GlobalPosition] = [:]
        for day in Set(doubts.map { UTCDay(of: $0.label.entryTime).number }).sorted() {
            recorded.merge(
                try History.labelPositions(
                    view, market: market, labelling: labelling, day: day, through: position)
            ) { $1 }
        }
        let rules = LabelRules(
            timeframe: market.timeframe, configuration: labelling.configuration)
        let groups = Dictionary(grouping: doubts) { recorded[$0.label.entryTime] ?? position }
        var wrong: [(doubt: Doubt, position: GlobalPosition)] = []
        for (place, group) in groups.sorted(by: { $0.key < $1.key }) {
            let first = group.map(\.label.entryTime).min() ?? 0
            let last = group.map(\.label.decidedAt).max() ?? 0
            var then = CandleSeries()
            try Self.load(
                view, market, first, last, through: view.frame(at: place).endOfCommit, into: &then)
            for doubt in group {
                let given = then.index(of: doubt.label.entryTime).flatMap {
                    then.label(of: $0, through: doubt.label.decidedAt, rules)
                }
                if given != doubt.label { wrong.append((doubt, place)) }
            }
        }
        outdated = doubts.count - wrong.count
        guard let (doubt, place) = wrong.min(by: { $0.0.label.entryTime < $1.0.label.entryTime })
        else { return }
        throw leak(doubt, at: place, series)
    }

    /// The entries without a label: those that may be open, and those that should have one.
    ///
    /// - Complexity: O(candles of the range), and a scan to the timeout for each that has none.
    private mutating func takeRest(
        _ range: Range<Int64>, _ series: CandleSeries, except found: [Label],
        through last: Int64
    ) {
        let rules = LabelRules(
            timeframe: market.timeframe, configuration: labelling.configuration)
        let first = series.firstIndex(atOrAfter: max(range.lowerBound, labelling.startsAt))
        var closed = found.makeIterator()
        var next = closed.next()
        for index in first..<series.candles.count {
            let candle = series.candles[index]
            guard candle.time <= last, candle.time < range.upperBound else { break }
            while let label = next, label.entryTime < candle.time { next = closed.next() }
            guard next?.entryTime != candle.time else { continue }
            // Across a gap the deciding candle may lie beyond those at hand; it is there.
            let hasPassed = candle.time <= last - rules.timeout
            if !hasPassed { open.append(candle.time) }
            if hasPassed || series.label(of: index, through: last, rules) != nil {
                unlabelled += 1
            }
        }
    }
}

extension KnownLabels {
    private static func load(
        _ view: borrowing StoreView, _ market: MarketID, _ first: Int64, _ last: Int64,
        through position: GlobalPosition, into series: inout CandleSeries
    ) throws {
        guard first <= last else { return }
        var candles: [Candle] = []
        try History.candles(view, market: market, days: days(first, last), through: position)
            .forEach(from: first, through: last) { candles.append($0) }
        series.merge(candles)
    }

    /// The days of stamps that a calendar has.
    private static func days(_ first: Int64, _ last: Int64) -> ClosedRange<Int32> {
        let limit = UTCDay(number: 2_000_000).start
        let lower = UTCDay(of: min(max(first, -limit), limit)).number
        return lower...max(lower, UTCDay(of: min(max(last, -limit), limit)).number)
    }

    private func leak(
        _ doubt: Doubt, at place: GlobalPosition, _ series: CandleSeries
    ) -> TrainingError {
        let interval = market.timeframe.milliseconds
        let words = LookaheadDoubt(
            position: place, entry: doubt.label.entryTime,
            through: labelling.through ?? doubt.label.decidedAt, recorded: doubt.label,
            expected: doubt.expected, interval: interval)
        return leak(
            doubt.label.entryTime, words.field, at: place, words.text(series, interval: interval))
    }

    private func leak(
        _ entry: Int64, _ field: LabelField?, at place: GlobalPosition, _ what: String
    ) -> TrainingError {
        TrainingError(
            .leak,
            "\(market), labels \(labelling.hash.hex.prefix(16)), position \(place): the label of "
                + "\(UTCTime.text(milliseconds: entry)) \(what); nothing is exported: "
                + "`mechanic-replay verify --lookahead` names every such label",
            entry: entry, field: field)
    }
}
