/// What else is known of a label, one bit each. The raw value is what events and columns store.
public struct LabelFlags: OptionSet, Sendable, BitwiseCopyable {
    /// The bits.
    public let rawValue: UInt8

    /// The flags of these bits; unknown bits are kept.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The meta label: the net result exceeds both thresholds of the configuration.
    public static let meta = LabelFlags(rawValue: 1 << 0)

    /// The deciding candle touched both barriers, so the order inside it is a convention.
    ///
    /// Never set on a timeout, which does not look at the barriers.
    public static let ambiguous = LabelFlags(rawValue: 1 << 1)

    /// Some candle of (entry, deciding candle] is missing.
    public static let crossesGap = LabelFlags(rawValue: 1 << 2)
}
