/// The returns of a window, and how much they say.
public struct WindowReturns: Equatable, Sendable {
    /// Candles of a block of ``effectiveCount``: an hour of minutes.
    public static let blockLength = 60

    /// `(close[k] − close[k−1]) / close[k−1]` in the order of time, wherever candle k follows its
    /// predecessor without a gap.
    public let values: [Double]

    /// Makes returns of closes.
    ///
    /// - Parameters:
    ///   - times: open stamps, milliseconds UTC, ascending; as many as closes.
    ///   - closes: in the quote currency.
    ///   - interval: of the timeframe, milliseconds.
    /// - Complexity: O(n).
    public init(times: [Int64], closes: [Double], interval: Int64) {
        precondition(times.count == closes.count, "a close for each stamp")
        var values: [Double] = []
        values.reserveCapacity(closes.count)
        for k in closes.indices.dropFirst() where times[k] - times[k - 1] == interval {
            values.append((closes[k] - closes[k - 1]) / closes[k - 1])
        }
        self.values = values
    }

    /// How many independent returns would say as much: a rough estimate, for volatility clusters.
    ///
    /// `n·s² / (b·v)`, n at most: s² is the variance of |return|, v that of its means over
    /// whole blocks of b = 60 in a row, gaps unheeded. Independent returns have `v = s²/b`; where
    /// wild hours follow wild hours the means vary more. It misses memory
    /// longer than a block. n where there are fewer than two blocks, or nothing varies.
    ///
    /// - Complexity: O(n).
    public var effectiveCount: Double {
        let count = Double(values.count)
        let blocks = values.count / Self.blockLength
        guard blocks >= 2 else { return count }
        var means: [Double] = []
        for block in 0..<blocks {
            var sum = 0.0
            for index in block * Self.blockLength..<(block + 1) * Self.blockLength {
                sum += values[index].magnitude
            }
            means.append(sum / Double(Self.blockLength))
        }
        let spread = Double(Self.blockLength) * Self.variance(means)
        let effective = count * Self.variance(values.map(\.magnitude)) / spread
        // NaN where nothing varies or a return is no number.
        return effective < count ? effective : count
    }

    /// The unbiased variance of two or more numbers, in two passes.
    private static func variance(_ values: [Double]) -> Double {
        var sum = 0.0
        for value in values { sum += value }
        let mean = sum / Double(values.count)
        var squares = 0.0
        for value in values { squares += (value - mean) * (value - mean) }
        return squares / Double(values.count - 1)
    }
}
