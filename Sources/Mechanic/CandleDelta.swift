public import Market
public import Projections

/// What a batch of rows changes: each row compared with what is recorded.
///
/// Rows are taken in the order of their stamps, those of one stamp in file order, so that A → B → A
/// is two revisions and not a no-op.
public struct CandleDelta: Sendable {
    /// New minutes, ascending.
    public private(set) var recorded: [Candle] = []
    /// Minutes that changed or came late, in order.
    public private(set) var revisions: [CandleRevision] = []
    /// Minutes missing between new ones and those before them.
    public private(set) var gaps: [UpdateCompletion.Gap] = []
    /// What became of each row.
    public private(set) var rows = UpdateCompletion.Rows()

    /// Compares rows with what is recorded.
    ///
    /// - Parameters:
    ///   - candles: well-formed rows, ascending by stamp.
    ///   - rejected: rows that were no candles, to be counted.
    ///   - closedBy: the time by which a candle must have closed, milliseconds UTC.
    ///   - newest: the newest recorded stamp; nil if there is none.
    ///   - existing: the candle now recorded at a stamp up to `newest`.
    /// - Complexity: O(rows).
    public init(
        _ candles: CandleColumns, rejected: Int, closedBy now: Int64, timeframe: Timeframe,
        newest: Int64?, existing: (Int64) throws -> Candle?
    ) rethrows {
        rows.rejected = rejected
        var newest = newest
        var last: Candle?
        for index in 0..<candles.count {
            var candle = candles[index]
            // −0 equals 0, so that which of them came first must not show in the digests.
            if candle.volume == 0 { candle.volume = 0 }
            guard candle.time + timeframe.milliseconds <= now else {
                rows.partial += 1
                continue
            }
            if candle.time > newest ?? .min {
                noteGap(after: newest, before: candle.time, timeframe: timeframe)
                recorded.append(candle)
                rows.recorded += 1
                newest = candle.time
            } else {
                // A row of the same stamp just before is what is recorded by now.
                let known = last?.time == candle.time ? last : try existing(candle.time)
                add(candle, over: known)
            }
            last = candle
        }
    }

    private mutating func add(_ candle: Candle, over known: Candle?) {
        guard let known else {
            var none = Candle.placeholder
            none.time = candle.time
            revisions.append(CandleRevision(kind: .late, candle: candle, previous: none))
            rows.late += 1
            return
        }
        if candle.hasSameValues(as: known) {
            rows.duplicates += 1
        } else {
            revisions.append(CandleRevision(kind: .changed, candle: candle, previous: known))
            rows.revised += 1
        }
    }

    private mutating func noteGap(after newest: Int64?, before time: Int64, timeframe: Timeframe) {
        guard let newest, time - newest > timeframe.milliseconds else { return }
        gaps.append(
            UpdateCompletion.Gap(
                from: newest + timeframe.milliseconds, through: time - timeframe.milliseconds,
                missing: (time - newest) / timeframe.milliseconds - 1))
    }
}
