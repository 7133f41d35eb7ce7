public import Market

/// Drives a history through updates step by step, as if each had been live.
///
/// Steps end at multiples of the interval since 1970 UTC; the last one takes the rest. The clock at
/// a step is its end, so that the store comes out the same byte for byte whenever it is run. A rerun
/// goes on after the last recorded step.
public struct Backfill {
    /// What is updated.
    public let updater: Updater
    /// From one step to the next, in milliseconds.
    public let every: Int64
    /// The configurations that shall be active.
    public let configurations: [LabelingConfiguration]

    /// One step that is on the disk.
    public struct Step: Sendable {
        /// Its end and clock, milliseconds UTC.
        public let end: Int64
        /// What it did.
        public let report: UpdateReport
    }

    /// A backfill.
    ///
    /// - Precondition: `every` is a positive multiple of the market's timeframe.
    public init(updater: Updater, every: Int64, configurations: [LabelingConfiguration]) {
        precondition(
            every > 0 && every % updater.market.timeframe.milliseconds == 0,
            "a step holds whole candles")
        self.updater = updater
        self.every = every
        self.configurations = configurations
    }

    /// Runs all steps that change something.
    ///
    /// - Parameters:
    ///   - candles: well-formed rows in file order.
    ///   - done: called after each commit, with the rows done and all rows.
    /// - Returns: how many updates were recorded.
    /// - Complexity: O(rows log rows), one commit a step.
    public func run(
        _ candles: CandleColumns, labelFrom: Int64? = nil,
        done: (_ step: Step, _ rows: Int, _ of: Int) throws -> Void
    ) throws -> Int {
        let sorted = candles.sortedByTime()
        var updates = 0
        var start = 0
        while start < sorted.count {
            let (end, stepEnd) = step(sorted, from: start)
            var request = UpdateRequest(
                candles: sorted.slice(start..<end), configurations: configurations)
            request.labelFrom = labelFrom
            let report = try updater.update(request, at: stepEnd * 1_000)
            start = end
            guard report.newEvents > 0 else { continue }
            updates += 1
            try done(Step(end: stepEnd, report: report), end, sorted.count)
        }
        return updates
    }

    /// The rows of the step that begins with a row: the first index behind it, and its end.
    private func step(_ candles: CandleColumns, from start: Int) -> (end: Int, time: Int64) {
        let interval = updater.market.timeframe.milliseconds
        let close = candles.time[start] + interval
        // Round up, for times before 1970 too.
        let time = close + ((every - close % every) % every + every) % every
        let end = candles.firstIndex(atOrAfter: time - interval + 1)
        guard end == candles.count else { return (end, time) }
        return (end, candles.time[end - 1] + interval)
    }
}
