public import Market

/// Labels a whole series at once.
public enum BatchLabeler {
    /// Labels of a series and what is still open at its end.
    public struct Result: Sendable {
        /// Closed trades in the order of their entries.
        public internal(set) var labels: [Label] = []
        /// Indices of the candles whose trades no candle has decided yet, ascending.
        public internal(set) var openEntries: [Int] = []
    }

    /// The labels of a range of entries, or of all; the scans go to the end of the columns.
    ///
    /// Ranges may be labelled apart, on several threads: the labels are the same.
    ///
    /// - Parameter candles: ascending by time; candles may be missing.
    /// - Complexity: that of ``outcomes(of:configuration:in:)`` and O(1) per label.
    public static func labels(
        of candles: CandleColumns, timeframe: Timeframe, configuration: LabelingConfiguration,
        in entries: Range<Int>? = nil
    ) -> Result {
        let rules = LabelRules(timeframe: timeframe, configuration: configuration)
        let first = entries?.lowerBound ?? 0
        let outcomes = outcomes(of: candles, configuration: configuration, in: entries)
        var result = Result()
        result.labels.reserveCapacity(outcomes.count)
        for row in 0..<outcomes.count {
            guard let reason = ExitReason(rawValue: outcomes.reason[row]) else {
                result.openEntries.append(first + row)
                continue
            }
            let exit = Int(outcomes.exitIndex[row])
            result.labels.append(
                rules.label(
                    entry: NumberedCandle(candles[first + row], ordinal: first + row),
                    decidedBy: NumberedCandle(candles[exit], ordinal: exit), reason: reason))
        }
        return result
    }

    /// How the trade of every entry of a range ended, or of every one.
    ///
    /// - Parameter candles: ascending by time; candles may be missing.
    /// - Complexity: O(entries × held candles) at worst, with a factor of 1/256 for long trades;
    ///   memory O(candles).
    public static func outcomes(
        of candles: CandleColumns, configuration: LabelingConfiguration,
        in entries: Range<Int>? = nil
    ) -> Outcomes {
        let entries = entries ?? 0..<candles.count
        precondition(
            entries.lowerBound >= 0 && entries.upperBound <= candles.count,
            "an entry is one of the candles")
        precondition(candles.count <= Int32.max, "exit indices are 32 bits wide")
        let (time, high, low, close) = (candles.time, candles.high, candles.low, candles.close)
        // The timeframe matters to the flags only, not to the scan.
        let rules = LabelRules(timeframe: .oneMinute, configuration: configuration)
        return BarrierScan(rules).outcomes(
            time: time.span, high: high.span, low: low.span, close: close.span, in: entries)
    }
}
