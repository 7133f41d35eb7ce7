public import DriftStatistics
public import Labeling
public import Market

/// The sorted returns, and if wanted closes, of one period of a market.
///
/// Sorting is what a drift check costs, so that a sample is slid along with its period: what leaves is
/// taken out, what comes is merged in. A slid sample is the one that sorting gives.
public struct PeriodSample: Sendable {
    /// The period: stamps, milliseconds UTC.
    public private(set) var range: Range<Int64>
    /// The returns.
    public private(set) var returns: SortedSample?
    /// The closes; nil if they were not wanted.
    public private(set) var closes: SortedSample?

    /// Sorts the rows of a period.
    ///
    /// - Complexity: O(candles of the period).
    public init(_ range: Range<Int64>, of candles: DayGrid<Candle>, withCloses: Bool) {
        let rows = PeriodRows(candles, range)
        self.range = range
        returns = SortedSample(rows.returns.values)
        closes = withCloses ? SortedSample(rows.closes) : nil
    }

    /// Whether sliding to a period is worth it: it has the same length and lies a little later.
    public func slides(to next: Range<Int64>) -> Bool {
        let step = next.lowerBound - range.lowerBound
        return step >= 0 && step == next.upperBound - range.upperBound
            && step < (range.upperBound - range.lowerBound) / 4
    }

    /// Slides to another period, by the candles as they were all the time.
    ///
    /// - Parameter cutoff: candles up to this stamp are forgotten; nil where none is.
    /// - Complexity: O(candles of the period), about a tenth of sorting where it moves by hours.
    public mutating func slide(
        to next: Range<Int64>, of candles: DayGrid<Candle>, cutoff: Int64?
    ) {
        guard next != range else { return }
        // What leaves the sample is read once more: it must still be there.
        guard slides(to: next), cutoff.map({ range.lowerBound > $0 }) ?? true else {
            self = PeriodSample(next, of: candles, withCloses: closes != nil)
            return
        }
        let interval = candles.timeframe.milliseconds
        // A return belongs to the period that holds both of its minutes.
        let gone = PeriodRows(candles, range.lowerBound..<next.lowerBound + interval)
        let new = PeriodRows(candles, range.upperBound - interval..<next.upperBound)
        returns?.slide(removing: gone.returns.values, adding: new.returns.values)
        closes?.slide(
            removing: PeriodRows(candles, range.lowerBound..<next.lowerBound).closes,
            adding: PeriodRows(candles, range.upperBound..<next.upperBound).closes)
        range = next
    }
}

/// The stamps and closes of a period, ascending by stamp.
struct PeriodRows {
    private(set) var times: [Int64] = []
    private(set) var closes: [Double] = []
    private let interval: Int64

    init(_ candles: DayGrid<Candle>, _ range: Range<Int64>) {
        interval = candles.timeframe.milliseconds
        guard !range.isEmpty else { return }
        var (times, closes): ([Int64], [Double]) = ([], [])
        let count = candles.rowsOfDays(from: range.lowerBound, through: range.upperBound - 1)
        times.reserveCapacity(count)
        closes.reserveCapacity(count)
        candles.forEach(from: range.lowerBound, through: range.upperBound - 1) { candle in
            times.append(candle.time)
            closes.append(candle.close)
        }
        (self.times, self.closes) = (times, closes)
    }

    var returns: WindowReturns {
        WindowReturns(times: times, closes: closes, interval: interval)
    }
}

extension DriftWindow {
    /// The current window of a check.
    ///
    /// - Parameter sample: the period's, perhaps slid there.
    /// - Complexity: O(candles of the period).
    public init(_ sample: PeriodSample, of candles: DayGrid<Candle>, labels: LabelTally) {
        let rows = PeriodRows(candles, sample.range)
        self.init(
            returns: sample.returns, closes: rows.closes, labels: labels,
            effectiveReturns: rows.returns.effectiveCount)
    }
}

extension DriftReference {
    /// The reference of a check.
    ///
    /// - Parameter sample: the period's with its closes, perhaps slid there.
    /// - Complexity: O(candles of the period).
    public init(_ sample: PeriodSample, of candles: DayGrid<Candle>, labels: LabelTally) {
        self.init(
            returns: sample.returns, closes: sample.closes, labels: labels,
            effectiveReturns: PeriodRows(candles, sample.range).returns.effectiveCount)
    }
}

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

extension DriftPolicy {
    /// The tests of the profile with the policy's thresholds.
    public var tests: any DriftProfile {
        switch profile {
        case .classic:
            ClassicProfile(
                thresholds: DriftThresholds(
                    ksAlpha: alpha, psi: psi, outsideShare: outsideShare, labelShare: labelShare,
                    costRatio: costRatio, minimumRows: minimumRows, minimumLabels: leastLabels))
        }
    }
}
