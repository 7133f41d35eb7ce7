public import Market

/// The outcome of one trade: entered at a candle's close, ended by the first of three barriers.
///
/// Source: M. López de Prado, "Advances in Financial Machine Learning", chapter 3 (triple barrier).
public struct Label: Sendable, BitwiseCopyable {
    /// Open stamp of the entry candle, milliseconds UTC.
    public var entryTime: Int64
    /// Close of the entry candle, in the quote currency.
    public var entryPrice: Double
    /// When the trade ended, milliseconds UTC: a candle's open stamp, or a timeout's deadline.
    public var exitTime: Int64
    /// The barrier, or at a timeout the close of the deciding candle, in the quote currency.
    public var exitPrice: Double
    /// Open stamp of the candle that decided, milliseconds UTC.
    ///
    /// Differs from ``exitTime`` only at a timeout across a gap: the deadline lies before the
    /// candle that shows it has passed. The label is known when this candle closes.
    public var decidedAt: Int64
    /// Result before costs, in basis points of the entry price.
    public var grossBps: Double
    /// Costs of entry and exit together, in basis points.
    public var costsBps: Double
    /// Result after costs, in basis points.
    public var netBps: Double
    /// Which barrier ended the trade.
    public var reason: ExitReason
    /// Meta label and warnings.
    public var flags: LabelFlags

    /// A label of these values; nothing is computed.
    public init(
        entryTime: Int64, entryPrice: Double, exitTime: Int64, exitPrice: Double, decidedAt: Int64,
        grossBps: Double, costsBps: Double, netBps: Double, reason: ExitReason, flags: LabelFlags
    ) {
        self.entryTime = entryTime
        self.entryPrice = entryPrice
        self.exitTime = exitTime
        self.exitPrice = exitPrice
        self.decidedAt = decidedAt
        self.grossBps = grossBps
        self.costsBps = costsBps
        self.netBps = netBps
        self.reason = reason
        self.flags = flags
    }

    /// Whether the trade was worth taking: the target of meta-labelling.
    public var isMeta: Bool { flags.contains(.meta) }

    /// When the label became known, milliseconds UTC: the close of the candle that decided it.
    ///
    /// Wraps around where damaged bytes hold a time that no candle has.
    public func knownAt(_ timeframe: Timeframe) -> Int64 { decidedAt &+ timeframe.milliseconds }

    /// Whether every field has the same bits.
    ///
    /// - Complexity: O(1).
    public func isIdentical(to other: Label) -> Bool {
        entryTime == other.entryTime && exitTime == other.exitTime && decidedAt == other.decidedAt
            && entryPrice.bitPattern == other.entryPrice.bitPattern
            && exitPrice.bitPattern == other.exitPrice.bitPattern
            && grossBps.bitPattern == other.grossBps.bitPattern
            && costsBps.bitPattern == other.costsBps.bitPattern
            && netBps.bitPattern == other.netBps.bitPattern
            && reason == other.reason && flags == other.flags
    }
}

extension Label: Equatable {
    /// Bit equality: a recomputed label that differs in the last bit is another label.
    public static func == (left: Label, right: Label) -> Bool { left.isIdentical(to: right) }
}
