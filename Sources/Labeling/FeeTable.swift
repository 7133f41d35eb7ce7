public import Market

/// The fees of one exchange, laid out for lookups: one step a date, in milliseconds.
public struct FeeTable: Sendable {
    private struct Step: Sendable, BitwiseCopyable {
        /// The first midnight at which the fees hold, milliseconds UTC.
        var start: Int64
        var makerBps: Double
        var takerBps: Double
    }

    /// Oldest first. The steps are half-open: one holds until the next starts.
    private let steps: [Step]
    private let defaultBps: Double

    /// The steps of `exchange` in `schedule`; none if it is unknown there.
    ///
    /// - Complexity: O(entries).
    public init(_ schedule: FeeSchedule, exchange: String) {
        steps = schedule.entries.filter { $0.exchange == exchange }.map {
            Step(start: $0.from.start, makerBps: $0.makerBps, takerBps: $0.takerBps)
        }
        defaultBps = schedule.defaultBps
    }

    /// The fee at a moment (milliseconds UTC), in basis points.
    ///
    /// - Complexity: O(1 + steps newer than the moment); market data is nearly always in the newest.
    @inline(__always)
    public func fee(at time: Int64, maker: Bool) -> Double {
        var index = steps.count - 1
        while index >= 0 {
            let step = steps[index]
            if step.start <= time { return maker ? step.makerBps : step.takerBps }
            index -= 1
        }
        return defaultBps
    }
}
