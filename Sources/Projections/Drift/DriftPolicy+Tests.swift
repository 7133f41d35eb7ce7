public import DriftStatistics
public import Market

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
