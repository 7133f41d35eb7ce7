internal import CanonicalJSON
internal import Market

/// Stamps as runs of adjacent ones.
struct StampRuns {
    /// First and last stamp of each run, milliseconds UTC.
    let runs: [ClosedRange<Int64>]
    private let interval: Int64

    /// - Parameter stamps: ascending.
    init(_ stamps: [Int64], _ timeframe: Timeframe) {
        interval = timeframe.milliseconds
        var runs: [ClosedRange<Int64>] = []
        for stamp in stamps {
            if let last = runs.last, last.upperBound + interval == stamp {
                runs[runs.count - 1] = last.lowerBound...stamp
            } else {
                runs.append(stamp...stamp)
            }
        }
        self.runs = runs
    }

    /// `2025-10-10T21:17:00Z..2025-10-10T21:20:00Z (4)`, some of them.
    var text: String {
        var parts = runs.prefix(3).map { run in
            let first = UTCTime.text(milliseconds: run.lowerBound)
            guard run.lowerBound < run.upperBound else { return first }
            let count = (run.upperBound - run.lowerBound) / interval + 1
            return "\(first)..\(UTCTime.text(milliseconds: run.upperBound)) (\(count))"
        }
        if runs.count > 3 { parts.append("and \(runs.count - 3) more") }
        return parts.joined(separator: ", ")
    }

    /// Pairs of first and last stamp.
    var json: JSONValue {
        .array(runs.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) })
    }
}
