import CanonicalJSON
import Market

extension ConfigurationLeaf {
    /// Another value for the leaf than the presets have; nil where this program knows one only.
    ///
    /// A leaf that is added and not changed here does not compile.
    var otherValue: JSONValue? {
        switch self {
        case .ambiguity, .labelAlgorithm, .windowDays: nil
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
