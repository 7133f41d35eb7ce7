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
        "\(text(range.lowerBound))..\(text(range.upperBound))"
    }

    /// A time; a number where RFC 3339 has none for it.
    private static func text(_ time: Int64) -> String {
        let text = UTCTime.text(milliseconds: time)
        return MarketTime(argument: text)?.milliseconds == time ? text : "\(time)"
    }
}
