import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// The table of rows of the semantics, line by line: what an append does with each row.
struct BadInputTests {
    static let start = UTCDay(year: 2025, month: 3, day: 1).start

    /// A flat candle of a minute.
    static func candle(_ minute: Int, _ price: Double = 1_000, volume: Double = 1) -> Candle {
        Candle(
            time: start + Int64(minute) * 60_000, open: price, high: price, low: price,
            close: price, volume: volume)
    }

    /// A delta over a store of the candles given.
    private func delta(
        _ rows: [Candle], over recorded: [Candle] = [], minutes: Int = 1_000,
        values: (Int64) -> [Candle] = { _ in [] }
    ) -> CandleDelta {
        CandleDelta(
            CandleColumns(rows), rejected: 0, closedBy: Self.start + Int64(minutes) * 60_000,
            timeframe: .oneMinute, newest: recorded.map(\.time).max(),
            existing: { stamp in recorded.first { $0.time == stamp } }, values: values)
    }

    @Test func newMinutesAreRecorded() throws {
        let rows = [Self.candle(0), Self.candle(1, 1_001)]
        let delta = delta(rows)
        #expect(delta.recorded == rows)
        #expect(delta.rows.recorded == 2 && delta.rows.total == 2)
        #expect(delta.gaps.isEmpty)
    }

    @Test func equalValuesAreDuplicates() throws {
        let delta = delta([Self.candle(0), Self.candle(0), Self.candle(1)], over: [Self.candle(0)])
        #expect(delta.rows.duplicates == 2 && delta.rows.recorded == 1 && delta.revisions.isEmpty)
    }

    @Test func otherValuesAreARevisionThatNamesTheOld() throws {
        let delta = delta([Self.candle(0, 1_002)], over: [Self.candle(0)])
        #expect(
            delta.revisions == [
                CandleRevision(
                    kind: .changed, candle: Self.candle(0, 1_002), previous: Self.candle(0))
            ])
        #expect(delta.rows.revised == 1 && delta.rows.total == 1)
    }

    @Test func thereAndBackAreTwoRevisions() throws {
        let (one, other) = (Self.candle(0), Self.candle(0, 1_002))
        let delta = delta([other, one], over: [one])
        #expect(delta.revisions.map(\.candle) == [other, one])
        #expect(delta.revisions.map(\.previous) == [one, other])
        // Of a new minute the first value is recorded, the others revise it.
        let fresh = self.delta([one, other, other, one])
        #expect(fresh.recorded == [one])
        #expect(fresh.revisions.map(\.candle) == [other, one])
        #expect(fresh.rows.duplicates == 1)
    }

    @Test func whatWasRecordedLastInThatOrderIsARepetition() throws {
        let (one, other) = (Self.candle(0), Self.candle(0, 1_002))
        let history = [one, other, one]
        func sent(_ rows: [Candle]) -> UpdateCompletion.Rows {
            delta(rows, over: [one], values: { _ in history }).rows
        }
        #expect(sent([one, other, one]).duplicates == 3)
        #expect(sent([other, one]).duplicates == 2)
        #expect(sent([other, other, one]).duplicates == 3)
        #expect(sent([other, one, other]).revised == 3)
        #expect(sent([one, other, one, other, one]).revised == 4)
        #expect(sent([Self.candle(0, 999), one]).revised == 2)
    }

    @Test func missingBeforeTheNewestIsLate() throws {
        let delta = delta([Self.candle(1)], over: [Self.candle(0), Self.candle(2)])
        var none = Candle.placeholder
        none.time = Self.candle(1).time
        #expect(
            delta.revisions == [
                CandleRevision(kind: .late, candle: Self.candle(1), previous: none)
            ])
        #expect(delta.rows.late == 1 && delta.rows.total == 1)
    }

    @Test func aMinuteIsClosedWhenItsEndIsReachedAndNotBefore() throws {
        let rows = [Self.candle(0), Self.candle(1)]
        #expect(delta(rows, minutes: 1).rows.partial == 1)
        #expect(delta(rows, minutes: 2).rows.partial == 0)
        let bench = try Bench(market, [.scalp])
        try bench.update(rows, now: Self.start + 119_999)
        #expect(try bench.updater.state().window.newest == Self.start)
        #expect(try bench.update([], now: Self.start + 119_999).newEvents == 0)
    }

    @Test func gapsAreFactsAndNeverFilled() throws {
        let delta = delta([Self.candle(3), Self.candle(9)], over: [Self.candle(0)])
        #expect(
            delta.gaps == [
                .init(from: Self.start + 60_000, through: Self.start + 120_000, missing: 2),
                .init(from: Self.start + 240_000, through: Self.start + 480_000, missing: 5),
            ])
        #expect(delta.recorded.count == 2)
    }

    @Test func zeroVolumeIsKeptAndMinusZeroIsZero() throws {
        let negative = Self.candle(0, volume: -0.0)
        let fresh = delta([negative])
        #expect(fresh.recorded.first?.volume.bitPattern == 0)
        let known = delta([negative], over: [Self.candle(0, volume: 0)])
        #expect(known.rows.duplicates == 1)
        // Whichever comes first, the state's bytes are the same.
        let (one, other) = (try Bench(market, [.scalp]), try Bench(market, [.scalp]))
        try one.update([negative, Self.candle(0, volume: 0)])
        try other.update([Self.candle(0, volume: 0), negative])
        #expect(try one.digests().ofHistory == other.digests().ofHistory)
    }

    @Test func rowsOfOneStampApplyInFileOrder() throws {
        let bench = try Bench(market, [.scalp])
        let report = try bench.update([
            Self.candle(1, 1_003), Self.candle(0), Self.candle(1, 1_001), Self.candle(1, 1_002),
        ])
        #expect(report.rows.recorded == 2 && report.rows.revised == 2)
        #expect(try bench.updater.state().window.candles[Self.start + 60_000]?.close == 1_002)
    }

    @Test func thereAndBackOverBatchesAreTwoRevisionsWithTheLabelsOfTheFirst() throws {
        let bench = try Bench(market, [.scalp])
        let rows = (0..<50).map { Self.candle($0, $0.isMultiple(of: 7) ? 1_002 : 1_000) }
        try bench.update(rows)
        let before = try bench.digests().ofHistory
        try bench.update([Self.candle(14, 1_000)], now: rows[49].time + 60_000)
        #expect(try bench.digests().ofHistory != before)
        try bench.update([Self.candle(14, 1_002)], now: rows[49].time + 60_000)
        #expect(try bench.digests().ofHistory == before)
        let audit = try bench.audit("there and back")
        #expect(audit.rows["candles.revised"] == 2)
        try bench.check("there and back")
    }

    @Test func aRevisionBeforeTheWindowIsRecordedAndRelabelsNothing() throws {
        let daily = try #require(MarketID("binance/BTC-USDT:USDT/1d"))
        let bench = try Bench(daily, [LabelingConfiguration.days(3)])
        var history = RandomHistory(seed: 5, candles: 400...400)
        let rows = (0..<200).map { day in
            var row = history.other(at: Self.start + Int64(day) * UTCDay.milliseconds)
            row.volume = 1
            return row
        }
        try bench.update(rows)
        let before = try bench.digests()
        let labels = try bench.audit("before").labels
        // Day 109 is the last outside the window of 199.
        for (day, isInside) in [(50, false), (109, false), (110, true)] {
            var row = rows[day]
            row.high += 500
            let report = try bench.update([row], now: rows[199].time + UTCDay.milliseconds)
            #expect(report.rows.revised == 1 && report.newEvents > 0)
            #expect(try (bench.digests() != before) == isInside, "day \(day)")
            #expect(try (bench.audit("day \(day)").labels != labels) == isInside, "day \(day)")
            try bench.check("day \(day)")
        }
        let audit = try bench.audit("after")
        #expect(audit.candles[rows[50].time]?.high == rows[50].high + 500)
    }

    @Test func rowsThatAreNoCandlesOfTheGridLeaveNoTrace() throws {
        let bench = try Bench(market, [.scalp])
        try bench.update([Self.candle(0)])
        let before = try bench.digests()
        var row = Self.candle(1)
        row.time += 1
        #expect(throws: FormatError.self) { try bench.update([row]) }
        #expect(try bench.digests() == before)
        #expect(try bench.update([Self.candle(1)]).rows.recorded == 1)
        try bench.check("after a row off the grid")
    }
}

extension LabelingConfiguration {
    /// Barriers of 4 % and 2 % and a deadline of so many days.
    static func days(_ days: Int) -> LabelingConfiguration {
        LabelingConfiguration(takeProfitBps: 400, stopLossBps: 200, timeoutMinutes: days * 1_440)
    }
}
