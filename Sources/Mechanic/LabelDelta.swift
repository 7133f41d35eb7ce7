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
    /// The entries that a revision may change: the labelling's in the window of 90 days that ended
    /// at the newest labelled candle. Rows that came in the same batch do not shorten it, so that
    /// labels do not depend on where batches are cut.
    public static func range(startsAt: Int64, through: Int64) -> ClosedRange<Int64>? {
        let first = max(startsAt, through - RollingWindow.length + 1)
        return first <= through ? first...through : nil
    }

    /// Labels anew what revised or late candles touch, with the batch labeller, up to `through`.
    ///
    /// Starts at the earliest entry whose inputs include the earliest touched minute and goes to the
    /// end; labels that come out the same are no change. Entries before the window keep theirs.
    ///
    /// - Parameters:
    ///   - touched: stamps of revised and late candles.
    ///   - candles: the candles as they are now; must cover the window.
    ///   - labels: the labels as recorded.
    ///   - range: the entries that may change: from the labelling's start, or the window's, through
    ///     the newest labelled candle.
    /// - Complexity: O(candles from the earliest entry on).
    public static func relabel(
        touched: [Int64], candles: DayGrid<Candle>, labels: DayGrid<Label>,
        configuration: LabelingConfiguration, range: ClosedRange<Int64>
    ) -> LabelDelta {
        // Whoever a later minute touches and who entered before the earliest one was open at the
        // earliest one too: looking at that minute alone finds the first entry.
        guard let earliest = touched.filter({ range.contains($0) }).min() else {
            return LabelDelta()
        }
        var first = earliest
        candles.forEach(from: range.lowerBound, through: earliest) { candle in
            guard candle.time < first else { return }
            if let label = labels[candle.time], label.decidedAt < earliest { return }
            first = candle.time
        }
        var columns = CandleColumns()
        candles.forEach(from: first, through: range.upperBound) { columns.append($0) }
        let result = BatchLabeler.labels(
            of: columns, timeframe: candles.timeframe, configuration: configuration)
        var delta = LabelDelta()
        for label in result.labels {
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
}
