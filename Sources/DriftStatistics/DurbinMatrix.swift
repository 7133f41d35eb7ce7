/// The exact distribution of the two-sided one-sample statistic, as a power of a matrix.
///
/// With `n·d = k − h`, `k` whole and `0 ≤ h < 1`, the probability to stay below d is `n!/nⁿ` times
/// the middle element of Hⁿ; H has 2k − 1 rows.
///
/// Source: G. Marsaglia, W. W. Tsang and J. Wang, "Evaluating Kolmogorov's Distribution" (2003).
struct DurbinMatrix {
    /// Numbers beyond 2¹²⁸ or below 2⁻¹²⁸ are scaled, by powers of two.
    private static let large = 0x1p128
    private static let small = 0x1p-128

    private let rows: Int
    /// Row by row; times 2^`exponent`.
    private var elements: [Double]
    private var exponent = 0

    /// The probability that the statistic of `size` numbers is below `distance`.
    ///
    /// Only the middle row of the power is asked for: squares of H are multiplied to a row.
    ///
    /// - Complexity: O((n·d)³·log n).
    static func probability(below distance: Double, size: Int) -> Double {
        let steps = Double(size) * distance
        let k = Int(steps.rounded(.up))
        var matrix = DurbinMatrix(middle: k, h: Double(k) - steps)
        var row = [Double](repeating: 0, count: matrix.rows)
        row[k - 1] = 1
        var exponent = 0
        var rest = size
        while rest > 0 {
            if rest & 1 == 1 {
                row = matrix.product(row)
                exponent += matrix.exponent
                if row[k - 1] > large {
                    for column in row.indices { row[column] *= small }
                    exponent += 128
                }
            }
            rest >>= 1
            if rest > 0 { matrix.square(middle: k - 1) }
        }
        var result = row[k - 1]
        for factor in 1...size {
            result = result * Double(factor) / Double(size)
            if result < small {
                result *= large
                exponent -= 128
            }
        }
        return result * Double(sign: .plus, exponent: exponent, significand: 1)
    }

    /// H: `1/(i − j + 1)!` on and below the diagonal above the main one, and in the first column
    /// and last row the parts of it that h leaves.
    private init(middle k: Int, h: Double) {
        rows = 2 * k - 1
        elements = [Double](repeating: 0, count: rows * rows)
        var inverse = [1.0]
        for number in 1...rows { inverse.append(inverse[number - 1] / Double(number)) }
        for row in 0..<rows {
            for column in 0...min(row + 1, rows - 1) {
                elements[row * rows + column] = inverse[row - column + 1]
            }
        }
        var power = 1.0
        for row in 0..<rows {
            power *= h
            let edge = (1 - power) * inverse[row + 1]
            elements[row * rows] = edge
            elements[(rows - 1) * rows + rows - 1 - row] = edge
        }
        // Both corrections meet in the corner.
        var excess = 1.0
        for _ in 0..<rows { excess *= max(2 * h - 1, 0) }
        elements[(rows - 1) * rows] = (1 - 2 * power + excess) * inverse[rows]
    }

    private func product(_ row: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: rows)
        for (inner, factor) in row.enumerated() {
            for column in 0..<rows { result[column] += factor * elements[inner * rows + column] }
        }
        return result
    }

    private mutating func square(middle: Int) {
        var result: [Double] = []
        result.reserveCapacity(elements.count)
        for row in 0..<rows { result += product(Array(elements[row * rows..<(row + 1) * rows])) }
        elements = result
        exponent *= 2
        if elements[middle * rows + middle] > Self.large {
            for index in elements.indices { elements[index] *= Self.small }
            exponent += 128
        }
    }
}
