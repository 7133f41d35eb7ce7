internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections

/// The labels and open trades of a labelling in a range of entry stamps.
struct LabelTable {
    /// The reason of a row that is no label.
    static let provisional = "provisional"

    /// Closed labels in entry order.
    private(set) var labels: [Label] = []
    /// The entry candles of open trades, in entry order.
    private(set) var open: [Candle] = []
    /// Open trades marked at the newest labelled candle, in entry order.
    private(set) var marked: [Label] = []

    init(
        _ state: MarketState, _ labelling: LabelState, _ stamps: ClosedRange<Int64>,
        _ view: borrowing StoreView, _ position: GlobalPosition
    ) throws {
        var grid = labelling.labels
        if stamps.lowerBound != .min, !state.window.reaches(stamps.lowerBound) {
            grid = try History.labels(
                view, market: state.market, labelling: labelling, days: Candles.days(stamps),
                through: position)
        }
        var closed: [Label] = []
        grid.forEach(from: stamps.lowerBound, through: stamps.upperBound) { closed.append($0) }
        labels = closed
        let entries = labelling.openEntries(state.window)
        open = entries.filter(stamps.contains).map { state.window.candles[$0]! }
        marked = Self.mark(entries, state, labelling).filter { stamps.contains($0.entryTime) }
    }

    /// Rows of the table: closed labels, and marked ones if asked for, by entry.
    func rows(provisional: Bool) -> [(label: Label, reason: String)] {
        var rows = labels.map { (label: $0, reason: $0.reason.name) }
        if provisional {
            rows += marked.map { ($0, Self.provisional) }
            rows.sort { $0.label.entryTime < $1.label.entryTime }
        }
        return rows
    }

    /// The open trades as the newest labelled candle marks them.
    private static func mark(
        _ entries: [Int64], _ state: MarketState, _ labelling: LabelState
    ) -> [Label] {
        guard let first = entries.first, let through = labelling.through else { return [] }
        var open: [NumberedCandle] = []
        var last: NumberedCandle?
        var next = entries.makeIterator()
        var entry = next.next()
        var ordinal = 0
        state.window.candles.forEach(from: first, through: through) { candle in
            ordinal += 1
            let numbered = NumberedCandle(candle, ordinal: ordinal)
            last = numbered
            if candle.time == entry {
                open.append(numbered)
                entry = next.next()
            }
        }
        return IncrementalLabeler(
            timeframe: state.market.timeframe, configuration: labelling.configuration,
            openTrades: open, last: last
        ).provisionalLabels()
    }
}
