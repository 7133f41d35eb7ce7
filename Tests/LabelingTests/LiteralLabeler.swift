import Labeling
import Market

/// The rules word for word, one loop per entry: slow and obviously right.
///
/// Shares no arithmetic with the labellers it judges.
enum LiteralLabeler {
    /// The label of every entry; nil while the trade is open.
    static func labels(
        of candles: [Candle], timeframe: Timeframe = .oneMinute,
        configuration: LabelingConfiguration
    ) -> [Label?] {
        candles.indices.map { entry in
            let price = candles[entry].close
            let takeProfit = price * (1 + configuration.takeProfitBps / 10_000)
            let stopLoss = price * (1 - configuration.stopLossBps / 10_000)
            let deadline = candles[entry].time + Int64(configuration.timeoutMinutes) * 60_000
            for candle in candles[(entry + 1)...] {
                let exit: (Int64, Double, ExitReason)
                if candle.time >= deadline {
                    exit = (deadline, candle.close, .timeout)
                } else if candle.high >= takeProfit {
                    exit = (candle.time, takeProfit, .takeProfit)
                } else if candle.low <= stopLoss {
                    exit = (candle.time, stopLoss, .stopLoss)
                } else {
                    continue
                }
                var label = priced(candles[entry], exit, configuration)
                label.decidedAt = candle.time
                if exit.2 == .takeProfit, candle.low <= stopLoss { label.flags.insert(.ambiguous) }
                if missesCandle(candles, after: entry, upTo: candle.time, timeframe) {
                    label.flags.insert(.crossesGap)
                }
                return label
            }
            return nil
        }
    }

    /// The open trades marked at the last candle.
    static func provisional(
        of candles: [Candle], timeframe: Timeframe = .oneMinute,
        configuration: LabelingConfiguration
    ) -> [Label] {
        let labels = labels(of: candles, timeframe: timeframe, configuration: configuration)
        guard let last = candles.last else { return [] }
        return candles.indices.dropLast().filter { labels[$0] == nil }.map { entry in
            var label = priced(candles[entry], (last.time, last.close, .timeout), configuration)
            label.decidedAt = last.time
            if missesCandle(candles, after: entry, upTo: last.time, timeframe) {
                label.flags.insert(.crossesGap)
            }
            return label
        }
    }

    private static func priced(
        _ entry: Candle, _ exit: (time: Int64, price: Double, reason: ExitReason),
        _ configuration: LabelingConfiguration
    ) -> Label {
        let gross = ((exit.price / entry.close) - 1) * 10_000
        let costs = costs(entry, exit.time, configuration)
        let net = gross - costs
        let meta = net > configuration.costThresholdBps && net > configuration.minPnlBps
        return Label(
            entryTime: entry.time, entryPrice: entry.close, exitTime: exit.time,
            exitPrice: exit.price, decidedAt: exit.time, grossBps: gross, costsBps: costs,
            netBps: net, reason: exit.reason, flags: meta ? .meta : [])
    }

    private static func costs(
        _ entry: Candle, _ exitTime: Int64, _ configuration: LabelingConfiguration
    ) -> Double {
        let duration = Double(exitTime - entry.time) / 60_000
        let maker = duration > configuration.makerAfterMinutes
        func fee(_ time: Int64) -> Double {
            configuration.fees.fee(exchange: configuration.exchange, at: time, maker: maker)
        }
        let spread = maker ? configuration.spreadBps / 2 : configuration.spreadBps
        let volatility = ((entry.high / entry.low) - 1) * 10_000
        let size = configuration.positionSize
        let impact: Double
        if size < 10_000 {
            impact = 0.5
        } else if entry.volume == 0 {
            impact = 2.0
        } else {
            impact = min(10 * (size / (entry.volume * 100)).squareRoot(), 5)
        }
        let slippage = volatility * configuration.slippageMultiplier + impact
        return ((fee(entry.time) + fee(exitTime)) + spread + slippage) * configuration.buffer
    }

    /// Looks for every stamp that should be there.
    private static func missesCandle(
        _ candles: [Candle], after entry: Int, upTo last: Int64, _ timeframe: Timeframe
    ) -> Bool {
        var index = entry
        var expected = candles[entry].time
        while expected < last {
            expected += timeframe.milliseconds
            index += 1
            if candles[index].time != expected { return true }
        }
        return false
    }
}
