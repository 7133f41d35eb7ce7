public import Market
internal import StableMath

/// How much each label counts in training: the younger, the more.
///
/// `w = max(exp(−ln 2 / half-life · days), 0.01)`, `days` from the label's entry to the newest
/// label's, then scaled so that the weights of N labels add up to N. Bits are the same on every
/// machine: `exp` is the project's own, and sums run in entry order.
public struct RecencyWeights: Sendable {
    /// What the weights are for: the models of the house, each with its memory.
    public enum Mode: String, Sendable, CaseIterable {
        case scalp, confirm, regime, risk, runner

        /// Days after which a label counts half.
        public var halfLifeDays: Double {
            switch self {
            case .scalp: 10
            case .regime: 60
            case .risk: 120
            case .confirm, .runner: 20
            }
        }
    }

    /// No label counts less than this before scaling: reached after 6.64 half-lives.
    public static let floor = 0.01

    /// Days after which a label counts half.
    public let halfLifeDays: Double
    /// A weight for each label, in entry order; they add up to the number of labels.
    public let weights: [Double]
    /// Kish's effective sample size, `(Σw)² / Σw²`: as many equally weighted labels say as much.
    ///
    /// 0 where there are no labels, their number where all weights are equal.
    public let effectiveSampleSize: Double
    /// When the newest of the labels became known, milliseconds UTC; nil where there are none.
    ///
    /// Every weight depends on how many labels there are and on the newest, so none was known earlier.
    public let knownAt: Int64?

    /// Weighs labels.
    ///
    /// - Parameters:
    ///   - labels: in entry order.
    ///   - halfLifeDays: positive and finite.
    /// - Complexity: O(labels).
    public init(of labels: [Label], halfLifeDays: Double, timeframe: Timeframe) {
        precondition(halfLifeDays > 0 && halfLifeDays.isFinite, "a half-life is a length of time")
        self.halfLifeDays = halfLifeDays
        knownAt = labels.max { $0.decidedAt < $1.decidedAt }?.knownAt(timeframe)
        let newest = labels.last?.entryTime ?? 0
        let rate = -BitStable.ln2 / halfLifeDays
        var raw: [Double] = []
        raw.reserveCapacity(labels.count)
        var sum = 0.0
        for label in labels {
            let seconds = Double(newest - label.entryTime) / 1_000
            let weight = max(BitStable.exp(rate * (seconds / 86_400)), Self.floor)
            raw.append(weight)
            sum += weight
        }
        let count = Double(labels.count)
        weights = raw.map { $0 * count / sum }
        effectiveSampleSize = Self.effectiveSampleSize(weights)
    }

    private static func effectiveSampleSize(_ weights: [Double]) -> Double {
        guard !weights.isEmpty else { return 0 }
        var sum = 0.0
        var squares = 0.0
        for weight in weights {
            sum += weight
            squares += weight * weight
        }
        return sum * sum / squares
    }
}
