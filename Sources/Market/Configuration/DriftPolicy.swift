internal import CanonicalJSON

/// When a market is checked for drift, against what, and what counts as drifted: the leaves of a
/// configuration that labels do not depend on.
public struct DriftPolicy: Equatable, Sendable {
    /// The set of tests.
    public enum Profile: String, Sendable, CaseIterable {
        /// KS, PSI, label and cost drift with fixed thresholds.
        case classic
    }

    /// How the reference period follows the data.
    public enum Baseline: String, Sendable, CaseIterable {
        /// It slides with every check.
        case rolling
        /// The first one stays until another is set.
        case fixed
    }

    /// Which labels of a window are compared.
    public enum Labels: String, Sendable, CaseIterable {
        /// All closed ones.
        case all
        /// The 1,000 newest by entry.
        case last1000
    }

    /// The set of tests.
    public var profile = Profile.classic
    /// How the reference period follows the data.
    public var baseline = Baseline.rolling
    /// Days of the reference period.
    public var baselineDays = 30
    /// Days of the current window, which ends at the newest close.
    public var currentDays = 7
    /// A check is due when market time passes a multiple of so many hours since 1970 UTC.
    public var checkHours = 6
    /// A check is due too when so many minutes were revised or came late since the last one.
    public var checkRows = 1_000
    /// The level in force is the highest severity among so many checks: what flaps raises no second
    /// alert.
    public var holdChecks = 4
    /// Which labels are compared.
    public var labels = Labels.all
    /// Fewer returns or closes than this on one side are no test.
    public var minimumRows = 1_000
    /// Fewer labels than this on one side are no test; 0 for 1,000, or 100 of the newest 1,000.
    public var minimumLabels = 0
    /// KS: drifted below this p-value.
    public var alpha = 0.05
    /// PSI: drifted above this score.
    public var psi = 0.1
    /// PSI: drifted above this share of current closes outside the reference's range.
    public var outsideShare = 0.01
    /// Labels: drifted above this change of the profitable share.
    public var labelShare = 0.1
    /// Costs: drifted above this relative change of the mean.
    public var costRatio = 0.2

    /// The policy that semantics.md calls classic.
    public init() {}

    /// Most checks that can hold a level.
    public static let maximumHoldChecks = 32

    /// The length of the current window in milliseconds.
    public var currentLength: Int64 { Int64(currentDays) * UTCDay.milliseconds }
    /// The length of the reference period in milliseconds.
    public var baselineLength: Int64 { Int64(baselineDays) * UTCDay.milliseconds }
    /// From one scheduled check to the next, in milliseconds.
    public var checkInterval: Int64 { Int64(checkHours) * 3_600_000 }
    /// Fewer labels than this are no test.
    public var leastLabels: Int {
        if minimumLabels > 0 { return minimumLabels }
        return labels == .all ? 1_000 : 100
    }
}

extension DriftPolicy {
    /// The value of a leaf; nil if it is none of drift.
    subscript(leaf: ConfigurationLeaf) -> JSONValue? {
        switch leaf {
        case .driftAlpha: .number(alpha)
        case .driftBaseline: .string(baseline.rawValue)
        case .driftBaselineDays: .integer(baselineDays)
        case .driftCheckHours: .integer(checkHours)
        case .driftCheckRows: .integer(checkRows)
        case .driftCostRatio: .number(costRatio)
        case .driftCurrentDays: .integer(currentDays)
        case .driftHoldChecks: .integer(holdChecks)
        case .driftLabelShare: .number(labelShare)
        case .driftLabels: .string(labels.rawValue)
        case .driftMinimumLabels: .integer(minimumLabels)
        case .driftMinimumRows: .integer(minimumRows)
        case .driftOutsideShare: .number(outsideShare)
        case .driftProfile: .string(profile.rawValue)
        case .driftPsi: .number(psi)
        default: nil
        }
    }

    /// Gives a leaf another value; leaves that are none of drift are not touched.
    mutating func set(
        _ leaf: ConfigurationLeaf, _ reader: LeafReader
    ) throws(LabelingConfiguration.Invalid) {
        switch leaf {
        case .driftAlpha: alpha = try reader.number()
        case .driftBaseline: baseline = try reader.choice()
        case .driftBaselineDays: baselineDays = try reader.integer()
        case .driftCheckHours: checkHours = try reader.integer()
        case .driftCheckRows: checkRows = try reader.integer()
        case .driftCostRatio: costRatio = try reader.number()
        case .driftCurrentDays: currentDays = try reader.integer()
        case .driftHoldChecks: holdChecks = try reader.integer()
        case .driftLabelShare: labelShare = try reader.number()
        case .driftLabels: labels = try reader.choice()
        case .driftMinimumLabels: minimumLabels = try reader.integer()
        case .driftMinimumRows: minimumRows = try reader.integer()
        case .driftOutsideShare: outsideShare = try reader.number()
        case .driftProfile: profile = try reader.choice()
        case .driftPsi: psi = try reader.number()
        default: break
        }
    }

    /// Refuses values that no check can have.
    func validate(windowDays: Int) throws(LabelingConfiguration.Invalid) {
        func require(
            _ condition: Bool, _ leaf: ConfigurationLeaf, _ message: String
        ) throws(LabelingConfiguration.Invalid) {
            guard condition else { throw LabelingConfiguration.Invalid(leaf, message) }
        }
        for (leaf, count) in [
            (ConfigurationLeaf.driftBaselineDays, baselineDays), (.driftCurrentDays, currentDays),
            (.driftCheckHours, checkHours), (.driftCheckRows, checkRows),
        ] {
            try require((1...1_000_000_000).contains(count), leaf, "must be at least 1")
        }
        try require(
            checkHours <= 24 * 366, .driftCheckHours, "must not be longer than a year")
        // Of two that are too long together, the longer one is told.
        let (longer, other): (ConfigurationLeaf, ConfigurationLeaf) =
            currentDays > baselineDays
            ? (.driftCurrentDays, .driftBaselineDays) : (.driftBaselineDays, .driftCurrentDays)
        try require(
            baselineDays < 10_000 && currentDays < 10_000
                && baselineDays + currentDays < windowDays, longer,
            "with \(other.name) it must be a day shorter than the window")
        try require(
            (1...Self.maximumHoldChecks).contains(holdChecks), .driftHoldChecks,
            "must be in 1 … \(Self.maximumHoldChecks)")
        try require(minimumRows >= 2, .driftMinimumRows, "must be at least 2")
        try require(minimumLabels >= 0, .driftMinimumLabels, "must not be negative")
        try require(alpha > 0 && alpha < 1, .driftAlpha, "must be between 0 and 1")
        for (leaf, limit) in [
            (ConfigurationLeaf.driftPsi, psi), (.driftOutsideShare, outsideShare),
            (.driftLabelShare, labelShare), (.driftCostRatio, costRatio),
        ] {
            try require(limit > 0, leaf, "must be above 0")
        }
    }
}
