public import Digest
public import Labeling
public import Market

/// The payload of `market.monitored`: the last day of a market in a few numbers.
///
/// Cheap enough for every update; nothing follows from it but a look at the market.
public struct MarketMonitor: Equatable, Sendable {
    /// How restless the day was, beside the newest baseline.
    public enum Volatility: String, Sendable {
        case low, normal, high
        /// There is no baseline to compare with, or there are no returns.
        case unknown
    }

    /// Where the day went.
    public enum Trend: String, Sendable {
        case up, down, ranging
        /// There are no returns, or the price did not move.
        case unknown
    }

    /// The labels of the day's entries.
    public struct Labels: Equatable, Sendable {
        /// Closed labels by the reason of their exit, in the order of `ExitReason`.
        public var exits: [Int] = Array(repeating: 0, count: ExitReason.allCases.count)
        /// Those that earned more than they cost.
        public var profitable = 0
        /// Their mean costs in basis points; nil without labels.
        public var meanCostBps: Double?
        /// All closed labels.
        public var closed: Int { exits.reduce(0, +) }
    }

    /// The labelling.
    public var labelsHash: Hash256
    /// The day: stamps, milliseconds UTC; it ends at the newest close.
    public var range: Range<Int64>
    /// Candles that are there.
    public var candles: Int
    /// Minutes without a candle.
    public var missing: Int
    /// Runs of such minutes.
    public var gaps: Int
    /// Candles whose high is more than a tenth above their low.
    public var outliers: Int
    /// The root of the mean squared return, in basis points; nil without returns.
    public var volatilityBps: Double?
    /// It divided by that of the newest baseline.
    public var volatilityRatio: Double?
    /// The sum of returns by the root of their squares' sum: about normal where nothing trends.
    public var trendScore: Double?
    /// The labels of the day's entries.
    public var labels: Labels

    /// How long a monitor looks back: a day.
    public static let length: Int64 = UTCDay.milliseconds
    /// A candle with a greater range counts as an outlier.
    public static let outlierRatio = 1.1
    /// Below half and above twice the baseline's volatility a day is low and high.
    public static let ratios = (low: 0.5, high: 2.0)
    /// Beyond so many standard deviations a day trends.
    public static let trendLimit = 2.0

    /// How restless the day was.
    public var volatility: Volatility {
        guard let ratio = volatilityRatio else { return .unknown }
        if ratio < Self.ratios.low { return .low }
        return ratio > Self.ratios.high ? .high : .normal
    }

    /// Where the day went.
    public var trend: Trend {
        guard let score = trendScore else { return .unknown }
        if score.magnitude <= Self.trendLimit { return .ranging }
        return score > 0 ? .up : .down
    }

    /// Looks at the day before a moment.
    ///
    /// - Parameters:
    ///   - candles: those of the market; the day's are loaded.
    ///   - labels: those of the labelling, as known by then; the day's are loaded.
    ///   - end: the close of the newest candle, milliseconds UTC.
    ///   - baselineVolatility: of the newest baseline, in basis points; nil where there is none.
    /// - Complexity: O(candles of a day).
    public init(
        labelsHash: Hash256, candles: DayGrid<Candle>, labels: DayGrid<Label>, end: Int64,
        baselineVolatility: Double?
    ) {
        self.labelsHash = labelsHash
        range = end - Self.length..<end
        var day = CandleTally(
            interval: candles.timeframe.milliseconds,
            from: candles.hasRows(before: range.lowerBound) ? range.lowerBound : nil)
        candles.forEach(from: range.lowerBound, through: end - 1) { day.add($0) }
        day.close(at: end)
        self.candles = day.candles
        missing = day.missing
        gaps = day.gaps
        outliers = day.outliers
        let squares = day.squares
        let volatility =
            day.returns > 0 ? (squares / Double(day.returns)).squareRoot() * 10_000 : nil
        volatilityBps = volatility
        volatilityRatio = baselineVolatility.flatMap { baseline in
            baseline > 0 ? volatility.map { $0 / baseline } : nil
        }
        trendScore = squares > 0 ? day.sum / squares.squareRoot() : nil
        self.labels = Labels(labels, range)
    }
}

extension MarketMonitor.Labels {
    init(_ grid: DayGrid<Label>, _ range: Range<Int64>) {
        var counts = exits
        var profitable = 0
        var costs = 0.0
        grid.forEach(from: range.lowerBound, through: range.upperBound - 1) { label in
            counts[ExitReason.allCases.firstIndex(of: label.reason)!] += 1
            profitable += label.netBps > 0 ? 1 : 0
            costs += label.costsBps
        }
        exits = counts
        self.profitable = profitable
        meanCostBps = closed > 0 ? costs / Double(closed) : nil
    }
}
