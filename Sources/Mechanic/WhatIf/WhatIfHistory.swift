internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections
internal import SystemIO

/// What a what-if reads from the log, once for all configurations.
struct WhatIfHistory: Sendable {
    let market: MarketID
    /// The candles that count.
    let columns: CandleColumns
    /// The same, by day.
    let candles: DayGrid<Candle>
    /// The recorded labels, in entry order.
    let labels: [Label]
    /// The first and the last entry that are told of; nil where no candle lies there.
    let entries: ClosedRange<Int64>?
    /// The first entry that a labelling opened like the recorded one labels.
    let startsAt: Int64
    /// Ends of checks that are told of.
    let ends: ClosedRange<Int64>
    /// Entries told of whose recorded label the candles do not give any more, ascending.
    private(set) var stale: [Int64] = []
    /// Nil if nobody asked for drift.
    let drift: RecordedDrift?

    /// Reads a market's candles, and of a labelling what is recorded.
    ///
    /// - Parameter schedules: those of the policies that are asked about.
    init(
        _ view: borrowing StoreView, _ market: MarketID, _ labelling: LabelState, through: Int64,
        _ question: WhatIf.Question, schedules: [CheckPlan.Key], at position: GlobalPosition
    ) throws {
        self.market = market
        let past = try PastCandles(view, market: market, through: position)
        var columns = past.columns
        let count = columns.firstIndex(atOrAfter: through + 1)
        if count < columns.count { columns = columns.slice(0..<count) }
        self.columns = columns
        candles = DayGrid(columns, timeframe: market.timeframe)
        startsAt = labelling.startsAt
        let asked = question.entries ?? Int64.min ... .max
        let first = asked.lowerBound == .min ? labelling.startsAt : asked.lowerBound
        let row = columns.firstIndex(atOrAfter: first)
        let end = columns.firstIndex(atOrAfter: min(asked.upperBound, through) + 1)
        entries = row < end ? columns.time[row]...columns.time[end - 1] : nil
        let (lower, upper) = (asked.lowerBound, asked.upperBound)
        ends = (lower == .min ? .min : lower + 1)...(upper == .max ? .max : upper + 1)
        var labels: [Label] = []
        labels.reserveCapacity(columns.count)
        try History.labels(
            view, market: market, labelling: labelling, days: Int32.min...Int32.max,
            through: position
        ).forEach { labels.append($0) }
        self.labels = labels
        drift =
            question.hasDrift
            ? try RecordedDrift(
                view, market: market, labels: labelling.hash, revisions: past.revisions,
                schedules: schedules, through: position) : nil
    }

    /// The candles that are entries of a labelling opened like the recorded one, or told of.
    private var rows: Range<Int> {
        let first = min(startsAt, entries?.lowerBound ?? .max)
        let row = columns.firstIndex(atOrAfter: first)
        guard drift == nil || entries == nil else { return row..<columns.count }
        return entries.map { columns.rows($0) } ?? row..<row
    }

    /// The labels of a configuration: of the entries told of, and of those that drift looks at.
    ///
    /// - Complexity: that of ``BatchLabeler``.
    func labels(_ configuration: LabelingConfiguration) -> [Label] {
        BatchLabeler.labels(
            of: columns, timeframe: market.timeframe, configuration: configuration, in: rows
        ).labels
    }

    /// Notes which of the recorded labels the recorded configuration does not give any more.
    mutating func noteStale(_ configuration: LabelingConfiguration, threads: Int) throws {
        guard let entries else { return }
        guard startsAt <= entries.upperBound else { return }
        let rows = columns.rows(max(entries.lowerBound, startsAt)...entries.upperBound)
        guard !rows.isEmpty else { return }
        let size = max(20_000, rows.count / threads + 1)
        let starts = Array(stride(from: rows.lowerBound, to: rows.upperBound, by: size))
        let (columns, timeframe, recorded) = (columns, market.timeframe, labels)
        stale = try Parallel.map(starts.count, threads: threads) { index in
            let part = starts[index]..<min(starts[index] + size, rows.upperBound)
            let labels = BatchLabeler.labels(
                of: columns, timeframe: timeframe, configuration: configuration, in: part
            ).labels
            let stamps = columns.time[part.lowerBound]...columns.time[part.upperBound - 1]
            return LabelDifference.entries(labels[...], recorded.entries(in: stamps))
        }.flatMap(\.self)
    }

    /// The labels that a labelling opened like the recorded one has, to be tallied.
    func series(_ labels: [Label]) -> LabelSeries {
        LabelSeries(labels.entries(in: startsAt ... .max), market.timeframe)
    }

    /// A summary of the labels with entries told of, stale ones left out: those of the record would
    /// stand beside labels of other candles.
    ///
    /// - Parameter first: the first entry that was labelled at all; entries before it are not open.
    func summary(_ labels: [Label], from first: Int64 = .min) -> LabelSummary {
        let told = labels.entries(in: entries).leavingOut(stale)
        let asked = entries.flatMap {
            first > $0.upperBound ? nil : max(first, $0.lowerBound)...$0.upperBound
        }
        let rows = asked.map { columns.rows($0).count } ?? 0
        return LabelSummary(of: told, open: max(0, rows - stale.count - told.count))
    }
}

extension CandleColumns {
    /// The rows with stamps in a range.
    ///
    /// - Complexity: O(log count).
    fileprivate func rows(_ stamps: ClosedRange<Int64>) -> Range<Int> {
        firstIndex(atOrAfter: stamps.lowerBound)..<firstIndex(atOrAfter: stamps.upperBound + 1)
    }
}
