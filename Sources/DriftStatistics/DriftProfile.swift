/// A way to tell drift: which tests, with which limits.
public protocol DriftProfile: Sendable {
    /// Its name in configurations and reports.
    var name: String { get }

    /// Compares a window with a reference; depends on nothing else.
    func verdict(of current: DriftWindow, against reference: DriftReference) -> DriftVerdict

    /// The same of prices that are compared already, from rows enough for this profile.
    func verdict(
        of prices: PriceComparison, labels current: LabelTally, against reference: LabelTally
    ) -> DriftVerdict
}
