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
    ///   - values: all values ever recorded at such a stamp, the newest last; asked only where a
    ///     batch has several for it.
    /// - Complexity: O(rows).
    public init(
        _ candles: CandleColumns, rejected: Int, closedBy now: Int64, timeframe: Timeframe,
        newest: Int64?, existing: (Int64) throws -> Candle?,
        values: (Int64) throws -> [Candle] = { _ in [] }
    ) rethrows {
        rows.rejected = rejected
        var newest = newest
        var last: Candle?
        var repeated: Int64?
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
            } else if candle.time == repeated {
                rows.duplicates += 1
            } else {
                if candle.time != last?.time, index + 1 < candles.count,
                    candles.time[index + 1] == candle.time,
                    try Self.isRepeat(candles, from: index, existing: existing, values: values)
                {
                    repeated = candle.time
                    rows.duplicates += 1
                    continue
                }
                // A row of the same stamp just before is what is recorded by now.
                let known = last?.time == candle.time ? last : try existing(candle.time)
                add(candle, over: known)
            }
            last = candle
        }
    }

    /// Whether the rows of one stamp are what was recorded last for it, in the same order.
    ///
    /// A batch that holds A and B for a minute leaves B. Sent again, A would be a revision and B
    /// another one, each time: only the history of the minute tells a repetition from news.
    private static func isRepeat(
        _ candles: CandleColumns, from first: Int, existing: (Int64) throws -> Candle?,
        values: (Int64) throws -> [Candle]
    ) rethrows -> Bool {
        let stamp = candles.time[first]
        var sent: [Candle] = []
        var index = first
        while index < candles.count, candles.time[index] == stamp {
            if sent.last?.hasSameValues(as: candles[index]) != true { sent.append(candles[index]) }
            index += 1
        }
        guard sent.count > 1, let known = try existing(stamp),
            known.hasSameValues(as: sent[sent.count - 1])
        else { return false }
        let recorded = try values(stamp)
        return recorded.count >= sent.count
            && zip(recorded.suffix(sent.count), sent).allSatisfy { $0.hasSameValues(as: $1) }
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
