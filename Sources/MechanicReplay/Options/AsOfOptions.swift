internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import Market

/// What was known when.
struct AsOfOptions: ParsableArguments {
    // Unconditional: `-6h` is a point, not a bundle of flags.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "As known then, at the end of a commit: a position, an RFC 3339 time such as "
                + "2025-10-10T21:20Z (the newest commit begun by then), -6h (before the newest event), HEAD~n or @tag.",
            valueName: "point"))
    var asOf: Point?

    /// The point; the newest commit where none is given.
    var point: TimePoint { asOf?.point ?? .head }
}

/// A point in the log on the command line.
struct Point: ExpressibleByArgument {
    let point: TimePoint

    init?(argument: String) {
        if let point = TimePoint(argument) {
            self.point = point
        } else if let time = UTCTime.microseconds(argument) {
            point = .time(time)
        } else {
            return nil
        }
    }
}

/// A market time on the command line: RFC 3339 or milliseconds since 1970 UTC.
struct MarketTime: ExpressibleByArgument {
    let milliseconds: Int64

    init?(argument: String) {
        if let milliseconds = Int64(argument) {
            guard (-UTCTime.end...UTCTime.end).contains(milliseconds) else { return nil }
            self.milliseconds = milliseconds
        } else if let microseconds = UTCTime.microseconds(argument) {
            // Up, so that no candle before the moment is taken for one after it.
            milliseconds = (microseconds + 999) / 1_000
        } else {
            return nil
        }
    }
}

/// A range of market time.
struct RangeOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("From this market time on.", valueName: "time"))
    var from: MarketTime?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Up to this market time, exclusive.", valueName: "time"))
    var to: MarketTime?

    /// The stamps in the range.
    var stamps: ClosedRange<Int64> {
        get throws {
            let first = from?.milliseconds ?? .min
            let last = to.map { $0.milliseconds - 1 } ?? .max
            guard first <= last else {
                throw Failure(
                    .usage, "--from does not lie before --to: no candle can be in between")
            }
            return first...last
        }
    }
}
