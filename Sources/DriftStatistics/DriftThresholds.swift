/// Where the classic tests begin to see a drift. Every limit must be crossed, not only reached.
public struct DriftThresholds: Equatable, Sendable {
    /// Returns drifted below this p-value.
    public var ksAlpha: Double
    /// Closes drifted above this stability index.
    public var psi: Double
    /// Closes drifted, too, above this share of current ones outside the reference's range, 0...1.
    public var outsideShare: Double
    /// Labels drifted above this difference of the profitable shares, 0...1.
    public var labelShare: Double
    /// Costs drifted above this difference of the means, as a share of the reference's.
    public var costRatio: Double
    /// Returns or closes that either side needs.
    public var minimumRows: Int
    /// Labels that either side needs; 100 is usual where only the last 1,000 are compared.
    public var minimumLabels: Int

    /// What the contract names.
    public static let standard = DriftThresholds()

    /// Thresholds; those not named are standard.
    public init(
        ksAlpha: Double = 0.05, psi: Double = 0.1, outsideShare: Double = 0.01,
        labelShare: Double = 0.1, costRatio: Double = 0.2, minimumRows: Int = 1_000,
        minimumLabels: Int = 1_000
    ) {
        self.ksAlpha = ksAlpha
        self.psi = psi
        self.outsideShare = outsideShare
        self.labelShare = labelShare
        self.costRatio = costRatio
        self.minimumRows = minimumRows
        self.minimumLabels = minimumLabels
    }
}
