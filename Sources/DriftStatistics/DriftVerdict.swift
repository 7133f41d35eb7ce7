/// What all tests found together.
public struct DriftVerdict: Equatable, Sendable {
    /// The tests in the order of ``DriftTest/Kind``, those that could not be evaluated too.
    public let tests: [DriftTest]
    /// The current closes in the bins of the reference; nil where either has a value that is no
    /// number, or the reference no closes.
    public let stability: PopulationStability?
    /// Those bins.
    public let bins: StabilityBins?
    /// How many tests could be evaluated.
    public let evaluated: Int
    /// How many of these drifted.
    public let drifted: Int
    /// The severity that follows.
    public let severity: DriftSeverity

    /// Counts what tests found.
    public init(tests: [DriftTest], stability: PopulationStability?, bins: StabilityBins?) {
        self.tests = tests
        self.stability = stability
        self.bins = bins
        evaluated = tests.count { $0.insufficiency == nil }
        drifted = tests.count { $0.insufficiency == nil && $0.isDrifted }
        severity = DriftSeverity(drifted: drifted, evaluated: evaluated)
    }
}
