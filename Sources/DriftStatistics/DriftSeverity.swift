/// How bad a drift is, by the number of tests that found one.
public enum DriftSeverity: String, Sendable, CaseIterable, Comparable {
    /// No test could be evaluated: that says nothing, not that there is no drift.
    case insufficientData = "insufficient_data"
    /// No test of those evaluated.
    case none
    /// One.
    case warning
    /// Two.
    case critical
    /// Three or more.
    case severe

    /// The severity of some drifted tests among those evaluated.
    public init(drifted: Int, evaluated: Int) {
        switch (evaluated, drifted) {
        case (...0, _): self = .insufficientData
        case (_, ...0): self = .none
        case (_, 1): self = .warning
        case (_, 2): self = .critical
        default: self = .severe
        }
    }

    /// Orders by badness, insufficient data first.
    public static func < (left: DriftSeverity, right: DriftSeverity) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .insufficientData: 0
        case .none: 1
        case .warning: 2
        case .critical: 3
        case .severe: 4
        }
    }
}
