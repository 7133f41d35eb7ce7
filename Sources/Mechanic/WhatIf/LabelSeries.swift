package import DriftStatistics
package import Labeling
package import Market

/// Labels as columns in entry order, to be tallied for many windows at once.
///
/// A mean cost must be summed in the order of entries, one addition after the other, or its last bits
/// would not be those that updates record; so the sums of several windows are taken side by side.
package struct LabelSeries: Sendable {
    /// One window.
    package struct Window: Equatable, Sendable {
        /// Entry stamps, milliseconds UTC.
        package let range: Range<Int64>
        /// Labels known later do not count.
        package let knownBy: Int64

        /// A window.
        package init(range: Range<Int64>, knownBy: Int64) {
            self.range = range
            self.knownBy = knownBy
        }
    }

    private var entries: [Int64] = []
    private var decided: [Int64] = []
    /// The latest of all decisions up to each label.
    private var latest: [Int64] = []
    private var costs: [Double] = []
    /// How many labels before each are profitable.
    private var profitable: [Int32] = [0]
    private let interval: Int64

    /// The columns of labels in entry order.
    ///
    /// - Complexity: O(labels).
    package init(_ labels: ArraySlice<Label>, _ timeframe: Timeframe) {
        interval = timeframe.milliseconds
        entries.reserveCapacity(labels.count)
        decided.reserveCapacity(labels.count)
        latest.reserveCapacity(labels.count)
        costs.reserveCapacity(labels.count)
        profitable.reserveCapacity(labels.count + 1)
        var (newest, count) = (Int64.min, Int32(0))
        for label in labels {
            newest = max(newest, label.decidedAt)
            count += label.netBps > 0 ? 1 : 0
            entries.append(label.entryTime)
            decided.append(label.decidedAt)
            latest.append(newest)
            costs.append(label.costsBps)
            profitable.append(count)
        }
    }

    /// What ``LabelTally`` says of each window; candles held are not counted.
    ///
    /// - Complexity: O(log labels) and a sum over the labels of each window.
    package func tallies(_ windows: [Window], _ choice: DriftPolicy.Labels) -> [LabelTally] {
        if choice == .last1000 { return windows.map(newest) }
        let parts = windows.map(part)
        let sums = sums(parts.map(\.known))
        return zip(parts, zip(windows, sums)).map { part, window in
            var (count, sum) = (part.known.count, window.1)
            var worthy = Int(profitable[part.known.upperBound] - profitable[part.known.lowerBound])
            let latest = window.0.knownBy - interval
            for row in part.rest where decided[row] <= latest {
                count += 1
                worthy += Int(profitable[row + 1] - profitable[row])
                sum += costs[row]
            }
            return LabelTally(count: count, profitable: worthy, costSum: sum, heldCandles: 0)
        }
    }

    /// The labels of a window that are known for certain, and those behind them.
    private struct Part {
        let known: Range<Int>
        let rest: Range<Int>
    }

    private func part(_ window: Window) -> Part {
        let first = Self.firstIndex(in: entries, notBelow: window.range.lowerBound)
        let end = max(first, Self.firstIndex(in: entries, notBelow: window.range.upperBound))
        let known = Self.firstIndex(in: latest, notBelow: window.knownBy - interval + 1)
        let middle = min(max(first, known), end)
        return Part(known: first..<middle, rest: middle..<end)
    }

    /// The 1,000 newest by entry.
    private func newest(_ window: Window) -> LabelTally {
        let part = part(window)
        let latest = window.knownBy - interval
        var rows: [Int] = []
        var row = part.rest.upperBound
        while row > part.known.lowerBound, rows.count < 1_000 {
            row -= 1
            if decided[row] <= latest { rows.append(row) }
        }
        var (worthy, sum) = (0, 0.0)
        for row in rows.reversed() {
            worthy += Int(profitable[row + 1] - profitable[row])
            sum += costs[row]
        }
        return LabelTally(count: rows.count, profitable: worthy, costSum: sum, heldCandles: 0)
    }

    /// The sums of costs over ranges of labels, each from its first label on.
    private func sums(_ ranges: [Range<Int>]) -> [Double] {
        var sums: [Double] = []
        sums.reserveCapacity(ranges.count)
        let lanes = 8
        for first in stride(from: 0, to: ranges.count, by: lanes) {
            let group = Array(ranges[first..<min(first + lanes, ranges.count)])
            let common = group.count == lanes ? group.map(\.count).min() ?? 0 : 0
            let starts = group.map(\.lowerBound)
            var partial = Self.sums(costs.span, starts, common)
            for (lane, range) in group.enumerated() {
                for row in range.lowerBound + common..<range.upperBound {
                    partial[lane] += costs[row]
                }
                sums.append(partial[lane])
            }
        }
        return sums
    }

    /// Eight sums of `count` numbers each: eight additions are under way at a time instead of one.
    private static func sums(_ values: Span<Double>, _ starts: [Int], _ count: Int) -> [Double] {
        guard count > 0 else { return [Double](repeating: 0, count: starts.count) }
        precondition(starts.count == 8)
        for start in starts { precondition(start >= 0 && start + count <= values.count) }
        var low = SIMD4<Double>()
        var high = SIMD4<Double>()
        let (a, b, c, d) = (starts[0], starts[1], starts[2], starts[3])
        let (e, f, g, h) = (starts[4], starts[5], starts[6], starts[7])
        for row in 0..<count {
            // The ranges were checked as a whole.
            low += unsafe SIMD4(
                values[unchecked: a + row], values[unchecked: b + row],
                values[unchecked: c + row], values[unchecked: d + row])
            high += unsafe SIMD4(
                values[unchecked: e + row], values[unchecked: f + row],
                values[unchecked: g + row], values[unchecked: h + row])
        }
        return [low[0], low[1], low[2], low[3], high[0], high[1], high[2], high[3]]
    }

    private static func firstIndex(in ascending: [Int64], notBelow value: Int64) -> Int {
        var (low, high) = (0, ascending.count)
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
