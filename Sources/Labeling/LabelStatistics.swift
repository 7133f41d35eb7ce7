public import Market

/// What a set of labels looks like: counts, exits, results and durations.
///
/// The same labels give the same bits: sums run in entry order, and nothing but arithmetic and
/// comparisons is used.
public struct LabelStatistics: Equatable, Sendable {
    /// How often trades ended by one reason.
    public struct Exits: Equatable, Sendable {
        /// The reason.
        public let reason: ExitReason
        /// How many trades it ended.
        public let count: Int
        /// Their share of all closed labels, 0 to 1; nil where there are none.
        public let share: Double?
    }

    /// Closed labels.
    public let closed: Int
    /// Trades still open; they are in no other number.
    public let open: Int
    /// Labels whose trade was worth taking.
    public let meta: Int
    /// Labels whose deciding candle touched both barriers.
    public let ambiguous: Int
    /// Labels that some candle is missing under.
    public let crossingGaps: Int
    /// Take-profit, stop-loss and timeout, in this order.
    public let exits: [Exits]
    /// Results after costs, in basis points; nil where there are no labels, as the next three.
    public let netBps: Distribution?
    /// Results before costs, in basis points.
    public let grossBps: Distribution?
    /// The mean of the costs, in basis points.
    public let meanCostsBps: Double?
    /// How long trades were held, in minutes from stamp to stamp.
    public let minutes: Distribution?
    /// When the newest of the labels became known, milliseconds UTC; nil where there are none.
    public let knownAt: Int64?

    /// The statistics of labels.
    ///
    /// - Parameters:
    ///   - labels: in entry order.
    ///   - open: how many trades are open, to be told beside them.
    /// - Complexity: O(labels log labels).
    public init(of labels: [Label], open: Int, timeframe: Timeframe) {
        closed = labels.count
        self.open = open
        meta = labels.count { $0.isMeta }
        ambiguous = labels.count { $0.flags.contains(.ambiguous) }
        crossingGaps = labels.count { $0.flags.contains(.crossesGap) }
        exits = ExitReason.allCases.map { reason in
            let count = labels.count { $0.reason == reason }
            return Exits(reason: reason, count: count, share: Self.share(count, of: labels.count))
        }
        netBps = Distribution(labels.map(\.netBps))
        grossBps = Distribution(labels.map(\.grossBps))
        meanCostsBps = Distribution.mean(labels.map(\.costsBps))
        minutes = Distribution(labels.map { (Double($0.exitTime) - Double($0.entryTime)) / 60_000 })
        knownAt = labels.max { $0.decidedAt < $1.decidedAt }?.knownAt(timeframe)
    }

    /// The share of labels worth taking, 0 to 1; nil where there are none.
    public var metaShare: Double? { Self.share(meta, of: closed) }

    private static func share(_ count: Int, of total: Int) -> Double? {
        total == 0 ? nil : Double(count) / Double(total)
    }
}
