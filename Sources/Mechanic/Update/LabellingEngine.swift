internal import Labeling
internal import Market
internal import Projections

/// The open trades of one labelling, kept warm between updates.
struct LabellingEngine {
    private let configuration: LabelingConfiguration
    private var labeler: IncrementalLabeler?

    init(_ configuration: LabelingConfiguration) { self.configuration = configuration }

    /// Forgets the open trades: a revision may have changed them.
    mutating func reset() { labeler = nil }

    /// The labels that the candles after `through` close, up to and with `target`.
    ///
    /// - Parameters:
    ///   - candles: must cover everything from the oldest open trade to `target`.
    ///   - labels: the labels recorded, which tell a cold engine what is open.
    /// - Complexity: O(candles advanced × log open trades); a cold engine reads the candles of one
    ///   timeout more.
    mutating func advance(
        candles: DayGrid<Candle>, labels: DayGrid<Label>, startsAt: Int64, from through: Int64?,
        to target: Int64
    ) -> [Label] {
        if labeler == nil || labeler?.last?.candle.time != through {
            labeler = restored(
                candles: candles, labels: labels, startsAt: startsAt, through: through)
        }
        var closed: [Label] = []
        let first = max(startsAt, through.map { $0 + 1 } ?? .min)
        candles.forEach(from: first, through: target) { candle in
            labeler!.advance(candle, closing: &closed)
        }
        closed.sort { $0.entryTime < $1.entryTime }
        return closed
    }

    private func restored(
        candles: DayGrid<Candle>, labels: DayGrid<Label>, startsAt: Int64, through: Int64?
    ) -> IncrementalLabeler {
        guard let through else {
            return IncrementalLabeler(timeframe: candles.timeframe, configuration: configuration)
        }
        // A trade older than the timeout was decided by the newest labelled candle at the latest.
        let first = max(startsAt, through - configuration.timeoutMilliseconds)
        var open: [NumberedCandle] = []
        var last: NumberedCandle?
        var ordinal = 0
        candles.forEach(from: first, through: through) { candle in
            ordinal += 1
            let numbered = NumberedCandle(candle, ordinal: ordinal)
            last = numbered
            if labels[candle.time] == nil { open.append(numbered) }
        }
        return IncrementalLabeler(
            timeframe: candles.timeframe, configuration: configuration, openTrades: open,
            last: last)
    }
}
