public import Market

/// What a trade costs: fees, spread, slippage and impact, in basis points.
///
/// Every sum and product is in the order of the labels' contract: another order gives other bits.
public struct CostModel: Sendable {
    private let fees: FeeTable
    private let makerSpreadBps: Double
    private let takerSpreadBps: Double
    private let slippageMultiplier: Double
    private let buffer: Double
    private let positionSize: Double
    private let makerAfterMinutes: Double
    private let costThresholdBps: Double
    private let minPnlBps: Double

    /// The costs of a configuration.
    ///
    /// - Complexity: O(entries of the fee schedule).
    public init(_ configuration: LabelingConfiguration) {
        fees = FeeTable(configuration.fees, exchange: configuration.exchange)
        makerSpreadBps = configuration.spreadBps / 2
        takerSpreadBps = configuration.spreadBps
        slippageMultiplier = configuration.slippageMultiplier
        buffer = configuration.buffer
        positionSize = configuration.positionSize
        makerAfterMinutes = configuration.makerAfterMinutes
        costThresholdBps = configuration.costThresholdBps
        minPnlBps = configuration.minPnlBps
    }

    /// The costs of a trade that entered at `entry` and ended at `exitTime` (milliseconds UTC).
    ///
    /// - Returns: `((fee(entry) + fee(exit)) + spread + slippage) * buffer`, in basis points.
    /// - Complexity: O(1) as ``FeeTable/fee(at:maker:)`` is.
    @inline(__always)
    public func costsBps(entry: Candle, exitTime: Int64) -> Double {
        let minutes = Double(exitTime - entry.time) / 60_000
        let maker = minutes > makerAfterMinutes
        let entryFee = fees.fee(at: entry.time, maker: maker)
        let exitFee = fees.fee(at: exitTime, maker: maker)
        let spread = maker ? makerSpreadBps : takerSpreadBps
        let volatility = ((entry.high / entry.low) - 1) * 10_000
        let slippage = volatility * slippageMultiplier + impactBps(volume: entry.volume)
        return ((entryFee + exitFee) + spread + slippage) * buffer
    }

    /// What the costs of a trade are made of, in basis points.
    public struct Parts: Equatable, Sendable {
        /// The fees of entry and exit.
        public let fees: Double
        /// The spread.
        public let spread: Double
        /// What the entry candle's range adds: its share by the slippage multiplier, and the impact of
        /// the position's size.
        public let slippage: Double
        /// What the sum of the three is multiplied with.
        public let buffer: Double

        /// All of it, to the bits of ``CostModel/costsBps(entry:exitTime:)``.
        public var total: Double { (fees + spread + slippage) * buffer }
    }

    /// The parts of the costs of a trade, for people.
    ///
    /// - Complexity: as ``costsBps(entry:exitTime:)``.
    public func parts(entry: Candle, exitTime: Int64) -> Parts {
        let maker = Double(exitTime - entry.time) / 60_000 > makerAfterMinutes
        let volatility = ((entry.high / entry.low) - 1) * 10_000
        return Parts(
            fees: fees.fee(at: entry.time, maker: maker) + fees.fee(at: exitTime, maker: maker),
            spread: maker ? makerSpreadBps : takerSpreadBps,
            slippage: volatility * slippageMultiplier + impactBps(volume: entry.volume),
            buffer: buffer)
    }

    /// Market impact of the configured size in a candle of this volume, in basis points.
    ///
    /// - Complexity: O(1).
    @inline(__always)
    public func impactBps(volume: Double) -> Double {
        if positionSize < 10_000 { return 0.5 }
        if volume == 0 { return 2 }
        return min(10 * (positionSize / (volume * 100)).squareRoot(), 5)
    }

    /// Whether a net result (basis points) exceeds both thresholds.
    @inline(__always)
    public func isMeta(netBps: Double) -> Bool {
        netBps > costThresholdBps && netBps > minPnlBps
    }
}
