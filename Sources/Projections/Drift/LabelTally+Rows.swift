public import DriftStatistics
public import Labeling
public import Market

extension LabelTally {
    /// The closed labels with entries in a period that were known by a time.
    ///
    /// - Parameters:
    ///   - range: entry stamps, milliseconds UTC.
    ///   - knownBy: labels that became known later do not count.
    ///   - choice: all of them, or the 1,000 newest by entry.
    /// - Complexity: O(labels of the period).
    public init(
        _ labels: DayGrid<Label>, in range: Range<Int64>, knownBy: Int64,
        _ choice: DriftPolicy.Labels
    ) {
        self.init()
        guard !range.isEmpty else { return }
        let interval = labels.timeframe.milliseconds
        let latest = knownBy - interval
        var tally = LabelTally()
        // Costs are summed in the order of entries, so that those before the newest are passed over.
        var skip = 0
        if choice == .last1000 {
            labels.forEach(from: range.lowerBound, through: range.upperBound - 1) {
                skip += $0.decidedAt <= latest ? 1 : 0
            }
            skip = max(0, skip - 1_000)
        }
        labels.forEach(from: range.lowerBound, through: range.upperBound - 1) { label in
            guard label.decidedAt <= latest else { return }
            guard skip == 0 else {
                skip -= 1
                return
            }
            tally.add(
                isProfitable: label.netBps > 0, costBps: label.costsBps,
                heldCandles: (label.exitTime &- label.entryTime) / interval)
        }
        self = tally
    }
}
