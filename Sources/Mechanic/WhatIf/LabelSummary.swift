internal import DriftStatistics
public import Labeling

/// What a set of labels earns: counts, exits and net results.
public struct LabelSummary: Equatable, Sendable {
    /// Closed labels.
    public let closed: Int
    /// Entries that no candle has decided yet.
    public let open: Int
    /// Labels whose trade was worth taking.
    public let meta: Int
    /// How many trades ended by each reason, in the order of ``ExitReason``.
    public let exits: [Int]
    /// Results after costs, in basis points; nil without labels.
    public let netBps: Distribution?
    /// The mean of results before costs, in basis points; nil without labels.
    public let meanGrossBps: Double?
    /// The mean costs, in basis points; nil without labels.
    public let meanCostsBps: Double?

    /// The share of labels worth taking, 0 to 1; nil without labels.
    public var metaShare: Double? { closed == 0 ? nil : Double(meta) / Double(closed) }

    /// The summary of labels in entry order.
    ///
    /// - Complexity: O(labels).
    init(of labels: ArraySlice<Label>, open: Int) {
        closed = labels.count
        self.open = open
        var meta = 0
        var exits = ExitReason.allCases.map { _ in 0 }
        var (gross, costs, net) = (0.0, 0.0, 0.0)
        var results: [Double] = []
        results.reserveCapacity(labels.count)
        for label in labels {
            meta += label.isMeta ? 1 : 0
            exits[Int(label.reason.rawValue) - 1] += 1
            gross += label.grossBps
            costs += label.costsBps
            net += label.netBps
            results.append(label.netBps)
        }
        self.meta = meta
        self.exits = exits
        let count = Double(labels.count)
        meanGrossBps = labels.isEmpty ? nil : gross / count
        meanCostsBps = labels.isEmpty ? nil : costs / count
        // By digits; comparing is for what damaged bytes may hold.
        netBps =
            labels.isEmpty
            ? nil
            : SortedSample(results).map { Distribution(sorted: $0.values, mean: net / count) }
                ?? Distribution(results)
    }
}
