/// Why a row is no candle. One bad row never costs the good ones beside it.
public enum CandleDefect: Equatable, Sendable {
    /// A value is NaN or infinite.
    case notFinite
    /// A price is zero or below.
    case priceNotPositive
    /// A price is so small or so large that ratios would overflow.
    case priceOutOfRange
    /// The volume is below zero.
    case negativeVolume
    /// The high is below the open, the close or the low.
    case highTooLow
    /// The low is above the open, the close or the high.
    case lowTooHigh
    /// The stamp does not lie on the timeframe's grid.
    case offGrid

    /// The first defect of a row, or nil if it is a candle.
    ///
    /// - Complexity: O(1), one pass of comparisons.
    @inlinable public static func of(_ candle: Candle, timeframe: Timeframe) -> CandleDefect? {
        isSound(candle, timeframe: timeframe) ? nil : diagnose(candle, timeframe: timeframe)
    }

    /// Whether a row has no defect at all; NaN fails every comparison.
    ///
    /// - Complexity: O(1).
    @inlinable public static func isSound(_ candle: Candle, timeframe: Timeframe) -> Bool {
        candle.low >= lowestPrice && candle.low <= candle.open && candle.low <= candle.close
            && candle.high >= candle.open && candle.high >= candle.close
            && candle.high <= highestPrice
            && candle.volume >= 0 && candle.volume < .infinity
            && candle.time % timeframe.milliseconds == 0
    }

    /// No price of any market lies beyond; within, no ratio of prices overflows to infinity.
    public static let lowestPrice = 1e-30
    /// See ``lowestPrice``.
    public static let highestPrice = 1e30

    @usableFromInline
    static func diagnose(_ candle: Candle, timeframe: Timeframe) -> CandleDefect? {
        let prices = [candle.open, candle.high, candle.low, candle.close]
        if !prices.allSatisfy(\.isFinite) || !candle.volume.isFinite { return .notFinite }
        if !prices.allSatisfy({ $0 > 0 }) { return .priceNotPositive }
        if !prices.allSatisfy({ $0 >= lowestPrice && $0 <= highestPrice }) {
            return .priceOutOfRange
        }
        if candle.volume < 0 { return .negativeVolume }
        if candle.high < max(candle.open, candle.close, candle.low) { return .highTooLow }
        if candle.low > min(candle.open, candle.close, candle.high) { return .lowTooHigh }
        if candle.time % timeframe.milliseconds != 0 { return .offGrid }
        return nil
    }
}

extension CandleDefect: CustomStringConvertible {
    /// The reason as a person reads it.
    public var description: String {
        switch self {
        case .notFinite: "a value is NaN or infinite"
        case .priceOutOfRange: "a price lies beyond 1e-30 … 1e30"
        case .priceNotPositive: "a price is zero or negative"
        case .negativeVolume: "the volume is negative"
        case .highTooLow: "the high is below the open, close or low"
        case .lowTooHigh: "the low is above the open, close or high"
        case .offGrid: "the stamp is off the timeframe's grid"
        }
    }
}
