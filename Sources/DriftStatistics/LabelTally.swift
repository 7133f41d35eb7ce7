/// Sums over the closed labels of a window.
///
/// The sum of costs depends on the order of labels in its last bits: add them by entry.
public struct LabelTally: Equatable, Sendable {
    /// How many labels there are.
    public private(set) var count = 0
    /// How many of them are profitable.
    public private(set) var profitable = 0
    /// Their costs in basis points, summed in the order they were added.
    public private(set) var costSum = 0.0
    /// Candles from entry to decision, summed.
    public private(set) var heldCandles: Int64 = 0

    /// No labels.
    public init() {}

    /// The sums of labels that somebody else added up, by entry.
    package init(count: Int, profitable: Int, costSum: Double, heldCandles: Int64) {
        self.count = count
        self.profitable = profitable
        self.costSum = costSum
        self.heldCandles = heldCandles
    }

    /// Adds a label.
    ///
    /// - Parameters:
    ///   - costBps: basis points.
    ///   - heldCandles: candles from the entry to the one that decided.
    /// - Complexity: O(1).
    public mutating func add(isProfitable: Bool, costBps: Double, heldCandles: Int64) {
        count += 1
        profitable += isProfitable ? 1 : 0
        costSum += costBps
        self.heldCandles += heldCandles
    }

    /// The share of profitable labels, 0...1; nil where there are none.
    public var profitableShare: Double? {
        count == 0 ? nil : Double(profitable) / Double(count)
    }

    /// The mean cost in basis points; nil where there are no labels.
    public var meanCostBps: Double? { count == 0 ? nil : costSum / Double(count) }

    /// How many independent labels would say as much: an approximation; nil where there are none.
    ///
    /// Labels that are held at the same time share candles, so of those held k candles on average
    /// only each k-th counts. That they overlap in part, and that trades are of different length,
    /// is not considered.
    public var effectiveCount: Double? {
        guard count > 0 else { return nil }
        return Double(count) / max(1, Double(heldCandles) / Double(count))
    }
}
