import CanonicalJSON
import Market

extension ConfigurationLeaf {
    /// Another value for the leaf than the presets have; nil where this program knows one only.
    ///
    /// A leaf that is added and not changed here does not compile.
    var otherValue: JSONValue? {
        switch self {
        case .ambiguity, .driftProfile, .labelAlgorithm, .windowDays: nil
        case .driftAlpha: 0.01
        case .driftBaseline: "fixed"
        case .driftBaselineDays: 60
        case .driftCheckHours: 1
        case .driftCheckRows: 100
        case .driftCostRatio: 0.5
        case .driftCurrentDays: 1
        case .driftHoldChecks: 8
        case .driftLabelShare: 0.2
        case .driftLabels: "last1000"
        case .driftMinimumLabels: 50
        case .driftMinimumRows: 500
        case .driftOutsideShare: 0.05
        case .driftPsi: 0.25
        case .buffer: 1.2
        case .costThresholdBps: 1
        case .defaultFeeBps: 9
        case .exchange: "kraken"
        case .fees: []
        case .makerAfterMinutes: 6
        case .minPnlBps: 0.5
        case .positionSize: 20_000
        case .slippageMultiplier: 0.25
        case .spreadBps: 2
        case .stopLossBps: 11
        case .takeProfitBps: 16
        case .timeoutMinutes: 31
        }
    }
}
