package import Market

/// A configuration made ready for the inner loops; both labellers build their labels here, and so
/// does the check that neither looks ahead.
package struct LabelRules: Sendable {
    /// What the entry price is multiplied with for the upper barrier.
    package let takeProfitFactor: Double
    /// What the entry price is multiplied with for the lower barrier.
    package let stopLossFactor: Double
    /// From entry to deadline, in milliseconds.
    package let timeout: Int64
    /// A candle's length, in milliseconds.
    let interval: Int64
    let costs: CostModel

    /// - Precondition: the timeout is positive, and both factors are: then the barriers rise with
    ///   the entry price, which the incremental labeller builds on.
    package init(timeframe: Timeframe, configuration: LabelingConfiguration) {
        takeProfitFactor = 1 + configuration.takeProfitBps / 10_000
        stopLossFactor = 1 - configuration.stopLossBps / 10_000
        timeout = configuration.timeoutMilliseconds
        interval = timeframe.milliseconds
        costs = CostModel(configuration)
        precondition(timeout > 0, "a timeout lies after the entry")
        precondition(takeProfitFactor > 0 && stopLossFactor > 0, "barriers are positive prices")
    }

    /// The label of a trade that ended by `reason` at the candle `decider`.
    ///
    /// - Complexity: O(1).
    @inline(__always)
    package func label(
        entry: NumberedCandle, decidedBy decider: NumberedCandle, reason: ExitReason
    ) -> Label {
        let price = entry.candle.close
        let exitTime: Int64
        let exitPrice: Double
        var flags: LabelFlags = []
        switch reason {
        case .takeProfit:
            exitTime = decider.candle.time
            exitPrice = price * takeProfitFactor
            if decider.candle.low <= price * stopLossFactor { flags.insert(.ambiguous) }
        case .stopLoss:
            exitTime = decider.candle.time
            exitPrice = price * stopLossFactor
        case .timeout:
            exitTime = entry.candle.time + timeout
            exitPrice = decider.candle.close
        }
        return label(
            entry: entry, exitTime: exitTime, exitPrice: exitPrice, decider: decider,
            reason: reason, flags: flags)
    }

    /// An open trade marked at a later candle: as if its deadline were that candle.
    func provisionalLabel(entry: NumberedCandle, markedAt last: NumberedCandle) -> Label {
        label(
            entry: entry, exitTime: last.candle.time, exitPrice: last.candle.close, decider: last,
            reason: .timeout, flags: [])
    }

    @inline(__always)
    private func label(
        entry: NumberedCandle, exitTime: Int64, exitPrice: Double, decider: NumberedCandle,
        reason: ExitReason, flags: LabelFlags
    ) -> Label {
        let gross = ((exitPrice / entry.candle.close) - 1) * 10_000
        let costsBps = costs.costsBps(entry: entry.candle, exitTime: exitTime)
        let net = gross - costsBps
        var flags = flags
        if costs.isMeta(netBps: net) { flags.insert(.meta) }
        // Without a gap, stamps and ordinals advance in step.
        let elapsed = decider.candle.time - entry.candle.time
        if elapsed != Int64(decider.ordinal - entry.ordinal) * interval {
            flags.insert(.crossesGap)
        }
        return Label(
            entryTime: entry.candle.time, entryPrice: entry.candle.close, exitTime: exitTime,
            exitPrice: exitPrice, decidedAt: decider.candle.time, grossBps: gross,
            costsBps: costsBps, netBps: net, reason: reason, flags: flags)
    }
}
