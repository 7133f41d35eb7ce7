import CanonicalJSON
import Foundation

/// An hourly market that goes up and down by the day, wild on some days: the same text on every machine.
enum DriftHistory {
    static let symbol = ["--symbol", "BTC/USDT:USDT", "--timeframe", "1h"]

    /// 2025-01-01T00:00Z.
    static let start: Int64 = 1_735_689_600_000

    /// Two days against five, so that a week of hours is enough.
    static let configuration = """
        preset = "scalp"
        drift_baseline_days = 5
        drift_current_days = 2
        drift_hold_checks = 1
        drift_minimum_rows = 20
        drift_minimum_labels = 20

        """

    /// `timestamp,open,high,low,close,volume` of so many days after the first.
    static func csv(days: Range<Int>, wild: ClosedRange<Int> = 7...8) -> String {
        var text = "timestamp,open,high,low,close,volume\n"
        for hour in days.lowerBound * 24..<days.upperBound * 24 {
            let (open, close) = (price(max(0, hour - 1), wild), price(hour, wild))
            let spread = wild.contains(hour / 24) ? 100 : 5
            let values = [open, max(open, close) + spread, min(open, close) - spread, close]
            text += "\(start + Int64(hour) * 3_600_000),"
            text += values.map { "\($0 / 10).\($0 % 10)" }.joined(separator: ",") + ",1.0\n"
        }
        return text
    }

    private static func price(_ hour: Int, _ wild: ClosedRange<Int>) -> Int {
        let place = hour % 24
        let step = wild.contains(hour / 24) ? 200 : 10
        return 100_000 + (place < 12 ? place : 24 - place) * step
    }

    /// A store with a calm week, one update a day, and what tests go on with.
    static func calmWeek() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("drift.toml", configuration)
        try scratch.file("calm.csv", csv(days: 0..<7))
        try scratch.file("wild.csv", csv(days: 7..<9))
        try scratch.file("after.csv", csv(days: 9..<12))
        try scratch.backfill("calm.csv", "--config", "drift.toml")
        return scratch
    }

    /// A store with two wild days after a calm week.
    static func wildDays() throws -> Scratch {
        let scratch = try calmWeek()
        try scratch.backfill("wild.csv")
        return scratch
    }
}

extension Scratch {
    /// One update a day; its lines.
    @discardableResult
    func backfill(_ words: String...) throws -> [JSONValue] {
        let done = try run(
            ["backfill", "--every", "1d", "--format", "jsonl"] + words + DriftHistory.symbol)
        guard done.code == 0 else { throw Command.NotRun(description: done.messages) }
        return try done.jsonLines()
    }

    /// A verb about the hourly market.
    func ask(_ words: String..., environment: [String: String] = [:]) throws -> Outcome {
        try run(words + DriftHistory.symbol, environment: environment)
    }
}
