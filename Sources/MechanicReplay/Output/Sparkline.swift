/// Numbers in the order of time as one line of a terminal.
enum Sparkline {
    private static let symbols = Array("▁▂▃▄▅▆▇█")
    private static let plain = Array(".:-=+*#@")

    /// Most columns of a line.
    static let width = 60

    /// A line, a character for as many numbers as fit; where there is none, a space.
    ///
    /// A column shows the highest of its numbers, so that no peak is lost.
    ///
    /// - Parameter isPlain: ASCII only.
    static func text(_ values: [Double?], isPlain: Bool) -> String {
        let columns = columns(values)
        let known = columns.compactMap(\.self)
        guard let low = known.min(), let high = known.max() else {
            return String(repeating: " ", count: columns.count)
        }
        let steps = isPlain ? plain : symbols
        return String(
            columns.map { value in
                guard let value else { return " " }
                guard high > low else { return steps[0] }
                let share = (value - low) / (high - low)
                return steps[min(steps.count - 1, Int(share * Double(steps.count)))]
            })
    }

    private static func columns(_ values: [Double?]) -> [Double?] {
        guard values.count > width else { return values }
        return (0..<width).map { column in
            let part = values[column * values.count / width..<(column + 1) * values.count / width]
            return part.compactMap(\.self).max()
        }
    }
}
