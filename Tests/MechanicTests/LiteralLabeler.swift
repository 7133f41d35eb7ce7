import Labeling
import Market

/// The rules word for word, one loop per entry: slow and obviously right.
enum LiteralLabeler {
    /// The label of every entry; nil while the trade is open.
    static func labels(
        of candles: [Candle], timeframe: Timeframe, configuration: LabelingConfiguration
    ) -> [Label?] {
        let costs = CostModel(configuration)
        return candles.indices.map { index in
            let entry = candles[index]
            let takeProfit = entry.close * (1 + configuration.takeProfitBps / 10_000)
            let stopLoss = entry.close * (1 - configuration.stopLossBps / 10_000)
            let deadline = entry.time + Int64(configuration.timeoutMinutes) * 60_000
            for later in (index + 1)..<max(index + 1, candles.count) {
                let candle = candles[later]
                let exit: (time: Int64, price: Double, reason: ExitReason)
                if candle.time >= deadline {
                    exit = (deadline, candle.close, .timeout)
                } else if candle.high >= takeProfit {
                    exit = (candle.time, takeProfit, .takeProfit)
                } else if candle.low <= stopLoss {
                    exit = (candle.time, stopLoss, .stopLoss)
                } else {
                    continue
                }
                let gross = ((exit.price / entry.close) - 1) * 10_000
                let cost = costs.costsBps(entry: entry, exitTime: exit.time)
                var flags: LabelFlags = costs.isMeta(netBps: gross - cost) ? .meta : []
                if exit.reason == .takeProfit, candle.low <= stopLoss { flags.insert(.ambiguous) }
                let steps = (candle.time - entry.time) / timeframe.milliseconds
                if steps != Int64(later - index) { flags.insert(.crossesGap) }
                return Label(
                    entryTime: entry.time, entryPrice: entry.close, exitTime: exit.time,
                    exitPrice: exit.price, decidedAt: candle.time, grossBps: gross,
                    costsBps: cost, netBps: gross - cost, reason: exit.reason, flags: flags)
            }
            return nil
        }
    }
}
