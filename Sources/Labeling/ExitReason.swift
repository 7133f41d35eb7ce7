/// Why a trade ended. The raw value is what events and columns store.
public enum ExitReason: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// The upper barrier was touched.
    case takeProfit = 1
    /// The lower barrier was touched.
    case stopLoss = 2
    /// The deadline came first.
    case timeout = 3

    /// The short name of the label files: `tp`, `sl` or `timeout`.
    public var name: String {
        switch self {
        case .takeProfit: "tp"
        case .stopLoss: "sl"
        case .timeout: "timeout"
        }
    }

    /// The reason with this ``name``, or nil.
    public init?(name: String) {
        guard let reason = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = reason
    }
}
