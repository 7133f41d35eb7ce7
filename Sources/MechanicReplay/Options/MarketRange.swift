internal import ArgumentParser
internal import Market

/// A period of market time on the command line: `FROM..TO`, the end not in it.
struct MarketRange: ExpressibleByArgument {
    let range: Range<Int64>

    init?(argument: String) {
        let halves = argument.split(separator: "..", omittingEmptySubsequences: false)
        guard halves.count == 2, let from = MarketTime(argument: String(halves[0])),
            let to = MarketTime(argument: String(halves[1])), from.milliseconds < to.milliseconds
        else { return nil }
        range = from.milliseconds..<to.milliseconds
    }

    /// A period as this reads it again.
    static func text(_ range: Range<Int64>) -> String {
        "\(UTCTime.text(milliseconds: range.lowerBound))"
            + "..\(UTCTime.text(milliseconds: range.upperBound))"
    }
}
