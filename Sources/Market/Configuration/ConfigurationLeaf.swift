internal import CanonicalJSON

/// The leaves of a configuration, in the order of its canonical text.
///
/// A new leaf begins here: reading, hashing, `MECHANIC_…`, `--set`, `config show` and the tests that
/// every leaf relabels follow this list.
public enum ConfigurationLeaf: String, CaseIterable, Sendable {
    case ambiguity
    case buffer
    case costThresholdBps = "cost_threshold_bps"
    case defaultFeeBps = "default_fee_bps"
    case driftAlpha = "drift_alpha"
    case driftBaseline = "drift_baseline"
    case driftBaselineDays = "drift_baseline_days"
    case driftCheckHours = "drift_check_hours"
    case driftCheckRows = "drift_check_rows"
    case driftCostRatio = "drift_cost_ratio"
    case driftCurrentDays = "drift_current_days"
    case driftHoldChecks = "drift_hold_checks"
    case driftLabelShare = "drift_label_share"
    case driftLabels = "drift_labels"
    case driftMinimumLabels = "drift_minimum_labels"
    case driftMinimumRows = "drift_minimum_rows"
    case driftOutsideShare = "drift_outside_share"
    case driftProfile = "drift_profile"
    case driftPsi = "drift_psi"
    case exchange
    case fees
    case labelAlgorithm = "label_algorithm"
    case makerAfterMinutes = "maker_after_minutes"
    case minPnlBps = "min_pnl_bps"
    case positionSize = "position_size"
    case slippageMultiplier = "slippage_multiplier"
    case spreadBps = "spread_bps"
    case stopLossBps = "stop_loss_bps"
    case takeProfitBps = "take_profit_bps"
    case timeoutMinutes = "timeout_minutes"
    case windowDays = "window_days"

    /// The name in files and in the canonical text.
    public var name: String { rawValue }

    /// Whether labels depend on it; if not, its change relabels nothing.
    public var altersLabels: Bool { self != .windowDays && !isOfDrift }

    /// Whether it decides about drift checks: their schedule, baseline and thresholds.
    ///
    /// These leaves are younger than the others: where one is as programs before it behaved, it is not
    /// written, so that configurations recorded before it keep their hashes.
    public var isOfDrift: Bool { DriftPolicy()[self] != nil }

    /// The variable that sets it, `MECHANIC_TAKE_PROFIT_BPS`.
    public var variable: String { ConfigurationSources.prefix + name.uppercased() }

    /// The value that a text on the command line or in the environment stands for.
    ///
    /// - Throws: ``LabelingConfiguration/Invalid``: a number that is none, or a leaf that no text
    ///   can hold.
    func value(of text: String) throws(LabelingConfiguration.Invalid) -> JSONValue {
        switch self {
        case .fees: throw .init(self, "is set in files only")
        case .ambiguity, .exchange, .driftBaseline, .driftLabels, .driftProfile:
            return .string(text)
        default:
            let bytes = Array(text.utf8)
            guard let number = DecimalText.value(bytes.span, bytes.indices) else {
                throw .init(self, "expected a number, found '\(text.prefix(40))'")
            }
            return .number(number)
        }
    }
}
