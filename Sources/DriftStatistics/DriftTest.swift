/// What one test found.
public struct DriftTest: Equatable, Sendable {
    /// What is compared.
    public enum Kind: String, Sendable, CaseIterable {
        /// Returns, by Kolmogorov and Smirnov.
        case ks
        /// Closes, by the population stability index.
        case psi
        /// The share of profitable labels.
        case labels
        /// The mean cost of labels.
        case costs
    }

    /// Why a test could not be evaluated; where several hold, the first of them.
    public enum Insufficiency: String, Sendable, CaseIterable {
        /// A value of either side is NaN or infinite.
        case notANumber = "not_a_number"
        /// Either side has no values.
        case empty
        /// Either side has fewer than the minimum.
        case short
        /// All values of either side are equal.
        case constant
        /// The mean cost of the reference is 0 or less: there is no ratio to it.
        case referenceCost = "reference_cost_not_positive"
    }

    /// One of the two that are compared.
    public struct Side: Equatable, Sendable {
        /// Returns, closes or labels; 0 where they were refused because one is no number.
        public let count: Int
        /// How many independent ones would say as much, roughly; nil where that is not estimated.
        public let effectiveCount: Double?
        /// The profitable share, or the mean cost in basis points; nil for the other tests, and
        /// where there are no labels or costs are no numbers.
        public let value: Double?

        /// A side of these values.
        public init(count: Int, effectiveCount: Double?, value: Double? = nil) {
            self.count = count
            self.effectiveCount = effectiveCount
            self.value = value
        }
    }

    /// What is compared.
    public let kind: Kind
    /// Whether it drifted; false where the test could not be evaluated.
    public let isDrifted: Bool
    /// Why the test could not be evaluated; nil where it was.
    public let insufficiency: Insufficiency?
    /// Distance, index, difference of shares or ratio of costs, never NaN; nil where the test could
    /// not be evaluated, and for closes where they drifted by leaving a constant reference.
    public let statistic: Double?
    /// The p-value of returns; nil for the other tests.
    public let pValue: Double?
    /// The limit of the statistic, or of the p-value for returns.
    public let threshold: Double
    /// The current window.
    public let current: Side
    /// The reference.
    public let reference: Side

    /// A test of these findings.
    public init(
        kind: Kind, isDrifted: Bool, insufficiency: Insufficiency?, statistic: Double?,
        pValue: Double? = nil, threshold: Double, current: Side, reference: Side
    ) {
        self.kind = kind
        self.isDrifted = isDrifted
        self.insufficiency = insufficiency
        self.statistic = statistic
        self.pValue = pValue
        self.threshold = threshold
        self.current = current
        self.reference = reference
    }
}
