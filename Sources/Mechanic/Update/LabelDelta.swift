public import Labeling
public import Market
public import Projections

/// What an update changes in one labelling.
public struct LabelDelta: Sendable {
    /// Labels that are new, in entry order.
    public var closed: [Label] = []
    /// Labels that a revised candle changed, in entry order.
    public var revised: [LabelRevision] = []
    /// Labels that a revised candle made undecided, in entry order.
    public var retracted: [Label] = []

    /// No change.
    public init() {}

    /// Adds one recorded change.
    mutating func add(_ change: LabelChange) {
        switch change {
        case .closed(let label): closed.append(label)
        case .revised(let revision): revised.append(revision)
        case .retracted(let label): retracted.append(label)
        }
    }

    /// Whether nothing changes.
    public var isEmpty: Bool { closed.isEmpty && revised.isEmpty && retracted.isEmpty }
}

extension LabelDelta {
    /// The touched minutes that a revision counts for: those in the window of 90 days that ended at
    /// the newest labelled candle. Rows that came in the same batch do not shorten it, so that labels
    /// do not depend on where batches are cut. A revision older than the window relabels nothing.
    public static func minutes(_ touched: [Int64], through: Int64) -> [Int64] {
        touched.filter { $0 > through - RollingWindow.length && $0 <= through }
    }

    /// Labels anew what revised or late candles touch, with the batch labeller, up to `through`.
    ///
    /// Starts at the earliest entry whose inputs include the earliest touched minute and ends at the
    /// latest touched minute; labels that come out the same are no change. An entry may lie before
    /// the window: what counts is the minute that was revised.
    ///
    /// - Parameters:
    ///   - touched: stamps of revised and late candles, as ``minutes(_:through:)`` gives them.
    ///   - candles: the candles as they are now, from the earliest entry concerned on.
    ///   - labels: the labels as recorded, from that entry on.
    ///   - bound: the first stamp that may be an entry concerned: the labelling's start, or what
    ///     ``earliestEntry(touching:among:candles:timeout:since:)`` gives, whichever is later.
    ///   - through: the newest labelled candle.
    /// - Complexity: O(candles from the earliest entry on), and a scan for each entry.
    public static func relabel(
        touched: [Int64], candles: DayGrid<Candle>, labels: DayGrid<Label>,
        configuration: LabelingConfiguration, from bound: Int64, through: Int64
    ) -> LabelDelta {
        guard let earliest = touched.min(), let latest = touched.max() else { return LabelDelta() }
        // Whoever a later minute touches and who entered before the earliest one was open at the
        // earliest one too: looking at that minute alone finds the first entry.
        func isAffected(_ entry: Int64) -> Bool {
            if entry >= earliest { return true }
            guard let label = labels[entry] else {
                // One that is open; or one that came late, before the window, and is no entry.
                return entry > through - configuration.timeoutMilliseconds
            }
            return label.decidedAt >= earliest
        }
        var first = earliest
        candles.forEach(from: bound, through: earliest) { candle in
            if candle.time < first, isAffected(candle.time) { first = candle.time }
        }
        guard max(bound, first) <= through else { return LabelDelta() }
        var columns = CandleColumns()
        candles.forEach(from: max(bound, first), through: through) { columns.append($0) }
        let result = BatchLabeler.labels(
            of: columns, timeframe: candles.timeframe, configuration: configuration,
            in: 0..<columns.firstIndex(atOrAfter: latest + 1))
        var delta = LabelDelta()
        for label in result.labels where isAffected(label.entryTime) {
            guard let previous = labels[label.entryTime] else {
                delta.closed.append(label)
                continue
            }
            if label != previous {
                delta.revised.append(LabelRevision(label: label, previous: previous))
            }
        }
        for index in result.openEntries {
            if let previous = labels[columns.time[index]] { delta.retracted.append(previous) }
        }
        return delta
    }

    /// The first stamp that may be an entry concerned by touched minutes, from the candles alone.
    ///
    /// A trade whose deadline lay at or before an older candle was decided by that one.
    ///
    /// - Parameters:
    ///   - earliest: the earliest minute that counts.
    ///   - touched: stamps of all revised and late candles. One that came late was not there to
    ///     decide anything.
    ///   - oldest: the first stamp to look at, inside the window: a late candle before it was
    ///     recorded and decided nothing either.
    /// - Returns: nil where no candle from `oldest` on tells.
    /// - Complexity: O(minutes from `oldest` to `earliest`), nearly always one.
    public static func earliestEntry(
        touching earliest: Int64, among touched: [Int64], candles: DayGrid<Candle>,
        timeout: Int64, since oldest: Int64
    ) -> Int64? {
        let isTouched = Set(touched)
        var stamp = earliest - candles.timeframe.milliseconds
        while stamp >= oldest {
            if candles[stamp] != nil, !isTouched.contains(stamp) { return stamp - timeout + 1 }
            stamp -= candles.timeframe.milliseconds
        }
        return nil
    }
}
