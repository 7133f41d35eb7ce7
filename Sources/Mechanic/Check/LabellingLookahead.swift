internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// A candle whose values changed, or that came after newer ones.
struct TouchedCandle: Sendable {
    var time: Int64
    var isLate: Bool
}

/// The labels of one labelling as they were recorded, and what the candles give.
struct LabellingLookahead: Sendable {
    let rules: LabelRules
    private(set) var checkedTruncations = 0
    private(set) var checkedFields = 0
    private let startsAt: Int64
    private let interval: Int64
    private var labels: DayGrid<Label>
    private var open: [OpenTrade] = []
    private var through: Int64?
    /// How many touched candles were known at the last completed update.
    private var touchedBefore = 0
    /// Entries whose labels were found wrong: told once, until they change.
    private var doubted: Set<Int64> = []
    /// Entries whose labels changed since then, and where.
    private var changes: [(entry: Int64, position: GlobalPosition)] = []

    /// A trade without a label, and the prices that would end it.
    private struct OpenTrade: Sendable {
        var entry: Int64
        var takeProfit: Double
        var stopLoss: Double
    }

    init(_ opening: LabellingOpening, _ timeframe: Timeframe) {
        rules = LabelRules(timeframe: timeframe, configuration: opening.configuration)
        startsAt = opening.startsAt
        interval = timeframe.milliseconds
        labels = DayGrid(timeframe: timeframe)
    }

    /// Where the first label stands that no completed update accounts for yet.
    var pending: GlobalPosition? { changes.first?.position }
    /// Its entry.
    var pendingEntry: Int64? { changes.first?.entry }

    /// Takes the recorded labels for granted.
    mutating func settle() { changes.removeAll() }

    /// Takes a recorded change.
    mutating func note(_ change: LabelChange, at position: GlobalPosition) {
        switch change {
        case .closed(let label):
            labels.set(label)
            changes.append((label.entryTime, position))
        case .revised(let revision):
            labels.set(revision.label)
            changes.append((revision.label.entryTime, position))
        case .retracted(let label):
            labels.remove(label.entryTime)
            changes.append((label.entryTime, position))
        }
    }

    /// Holds the labels as of a completed update against the candles known by then.
    ///
    /// Only labels that may differ from those of the update before are looked at: changed ones, those
    /// whose inputs were touched, new entries, and open trades that a new candle could end.
    ///
    /// - Parameter last: the newest candle labelled, which is one of the series.
    /// - Complexity: O(open trades + new candles + candles of the trades looked at).
    mutating func complete(
        through last: Int64, _ series: CandleSeries, _ touched: [TouchedCandle],
        at position: GlobalPosition
    ) -> [LookaheadDoubt] {
        let target = max(last, through ?? .min)
        var doubts: [LookaheadDoubt] = []
        let first = max(startsAt, through.map { $0 + 1 } ?? .min)
        let new = series.firstIndex(atOrAfter: first)
        let end = series.firstIndex(atOrAfter: target + 1)
        var entries = changes.map(\.entry)
        if new < end { entries += series.candles[new..<end].map(\.time) }
        entries += entriesTouched(Array(touched[touchedBefore...]), series)
        entries += reached(by: series.candles[min(new, end)..<end])
        entries.sort()
        doubted.subtract(changes.lazy.map(\.entry))
        let places = Dictionary(changes.map { ($0.entry, $0.position) }) { $1 }
        var stillOpen: [OpenTrade] = []
        var before: Int64?
        for entry in entries where entry != before {
            before = entry
            let (doubt, trade) = compare(
                entry, series, through: target, at: places[entry] ?? position)
            if let doubt, doubted.insert(entry).inserted { doubts.append(doubt) }
            if let trade { stillOpen.append(trade) }
        }
        keepOpen(stillOpen, lookedAt: entries)
        through = target
        touchedBefore = touched.count
        changes.removeAll(keepingCapacity: true)
        return doubts
    }

    /// One label, or the lack of one, against the candles through `last`.
    private mutating func compare(
        _ entry: Int64, _ series: CandleSeries, through last: Int64, at position: GlobalPosition
    ) -> (LookaheadDoubt?, OpenTrade?) {
        checkedTruncations += 1
        let recorded = labels[entry]
        let index = series.index(of: entry)
        let expected = index.flatMap { series.label(of: $0, through: last, rules) }
        if recorded == nil, expected == nil {
            guard let index else { return (nil, nil) }
            let price = series.candles[index].close
            return (
                nil,
                OpenTrade(
                    entry: entry, takeProfit: price * rules.takeProfitFactor,
                    stopLoss: price * rules.stopLossFactor)
            )
        }
        checkedFields += LabelField.allCases.count
        if let recorded, let expected, recorded == expected { return (nil, nil) }
        return (
            LookaheadDoubt(
                position: position, entry: entry, through: last, recorded: recorded,
                expected: expected, interval: interval), nil
        )
    }

    /// Open trades that some of these candles could end.
    private func reached(by candles: ArraySlice<Candle>) -> [Int64] {
        guard let last = candles.last?.time else { return [] }
        let high = candles.lazy.map(\.high).max() ?? 0
        let low = candles.lazy.map(\.low).min() ?? 0
        return open.lazy.filter {
            $0.entry + rules.timeout <= last || $0.takeProfit <= high || $0.stopLoss >= low
        }.map(\.entry)
    }

    private mutating func keepOpen(_ more: [OpenTrade], lookedAt: [Int64]) {
        var next = lookedAt.makeIterator()
        var looked = next.next()
        open.removeAll { trade in
            while let entry = looked, entry < trade.entry { looked = next.next() }
            return looked == trade.entry
        }
        guard !more.isEmpty else { return }
        open += more
        open.sort { $0.entry < $1.entry }
    }

    /// The entries whose inputs include a touched minute of the window as of the last update.
    ///
    /// - Complexity: O(candles of a timeout before each touched minute, none twice).
    private func entriesTouched(
        _ touched: [TouchedCandle], _ series: CandleSeries
    ) -> [Int64] {
        guard let through else { return [] }
        let window = through - RollingWindow.length
        let stamps = touched.map(\.time).filter { $0 > window && $0 <= through }.sorted()
        let late = Set(touched.lazy.filter(\.isLate).map(\.time))
        var entries: [Int64] = []
        // Up to here entries were looked at.
        var done = 0
        // Whoever's deadline a candle before the minute had reached was decided by then: the newest
        // one that was there before this update.
        var deadline = Int64.min
        for stamp in stamps {
            guard let index = series.index(of: stamp) else { continue }
            var before = index - 1
            while before >= max(done - 1, 0), late.contains(series.candles[before].time) {
                before -= 1
            }
            if before >= max(done - 1, 0) { deadline = series.candles[before].time }
            var at = index
            while at >= done, series.candles[at].time + rules.timeout > deadline,
                series.candles[at].time >= startsAt
            {
                let entry = series.candles[at].time
                let isInput = labels[entry].map { $0.decidedAt >= stamp } ?? isOpen(entry, through)
                if isInput || entry == stamp { entries.append(entry) }
                at -= 1
            }
            done = max(done, index + 1)
        }
        return entries
    }

    private func isOpen(_ entry: Int64, _ through: Int64) -> Bool {
        entry + rules.timeout > through
    }
}
