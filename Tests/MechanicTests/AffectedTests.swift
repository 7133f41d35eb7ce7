import Digest
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// A revised or late candle changes the labels whose inputs include it, and no event speaks of any
/// other: cases that were thought up to break this, each under two configurations at once.
///
/// Every update is held against ``LabelModel`` row by row; what a test expects besides, it says.
struct AffectedTests {
    private let quick = LabelingConfiguration(
        takeProfitBps: 15, stopLossBps: 10, timeoutMinutes: 30)
    private let slow = LabelingConfiguration(
        takeProfitBps: 15, stopLossBps: 10, timeoutMinutes: 89 * 1_440)

    private static func candle(
        _ minute: Int, high: Double = 1_000, low: Double = 1_000, close: Double = 1_000
    ) -> Candle {
        var candle = BadInputTests.candle(minute)
        candle.high = max(high, close)
        candle.low = min(low, close)
        candle.close = close
        return candle
    }

    private static func flat(_ minutes: some Sequence<Int>) -> [Candle] {
        minutes.map { candle($0) }
    }

    private static func end(_ minute: Int) -> Int64 { candle(minute + 1).time }

    /// How many changes of each kind an update made in a labelling.
    private func counts(
        _ changes: [Hash256: [LabelModel.Change]], _ configuration: LabelingConfiguration
    ) -> [Int] {
        let changes = changes[configuration.labelsHash] ?? []
        return [
            changes.count { if case .closed = $0 { true } else { false } },
            changes.count { if case .revised = $0 { true } else { false } },
            changes.count { if case .retracted = $0 { true } else { false } },
        ]
    }

    private func began(_ rows: [Candle], through minute: Int) throws -> ExactBench {
        let exact = try ExactBench(market)
        try exact.update(rows, now: Self.end(minute), activating: [quick, slow])
        return exact
    }

    @Test func aLateCandleBeforeAllThatWasThereIsAnEntryAndTouchesNoOther() throws {
        let exact = try began(Self.flat(10..<20) + [Self.candle(20, high: 1_002)], through: 20)
        let changes = try exact.update([Self.candle(5)], now: Self.end(21))
        #expect(counts(changes, quick) == [1, 0, 0] && counts(changes, slow) == [1, 0, 0])
        let label = try #require(exact.model.labellings[quick.labelsHash]?.labels[Self.end(4)])
        #expect(label.flags.contains(.crossesGap))
        // The gap is filled from both ends; its own labels only lose their flag with the last one.
        for minute in [6, 9, 7, 8] { try exact.update([Self.candle(minute)], now: Self.end(21)) }
        #expect(
            exact.model.labellings[quick.labelsHash]?.labels[Self.end(4)]?.flags
                .contains(.crossesGap) == false)
        try exact.finish()
    }

    @Test func aLateCandleInTheGapBeforeATimeoutsDecidingCandleDecidesIt() throws {
        // The deadlines of 0 … 5 lie in a gap of which 60 is the end.
        let exact = try began(Self.flat(0...5) + Self.flat(60...62), through: 62)
        for minute in [0, 5] {
            let label = exact.model.labellings[quick.labelsHash]?.labels[Self.end(minute - 1)]
            #expect(label?.decidedAt == Self.end(59))
        }
        // 33 is behind the deadlines of 0 … 3 only; 4 and 5 have one candle less missing, that is all.
        let changes = try exact.update([Self.candle(33, close: 1_000.5)], now: Self.end(62))
        // Its own trade is open still.
        #expect(counts(changes, quick) == [0, 4, 0])
        // Before any deadline: the target ends all that entered before.
        let more = try exact.update([Self.candle(20, high: 1_002)], now: Self.end(62))
        #expect(counts(more, quick) == [1, 6, 0])
        try exact.finish()
    }

    @Test func aRevisionInTheBatchThatBringsNewCandles() throws {
        let exact = try began(
            Self.flat(0..<20) + [Self.candle(20, high: 1_002)] + Self.flat(21..<30), through: 29)
        // 20 ends nothing any more, 31 does; 29 is an open trade whose entry changes.
        let rows = [
            Self.candle(29, close: 1_000.125), Self.candle(31, high: 1_002), Self.candle(20),
            Self.candle(30),
        ]
        let changes = try exact.update(rows, now: Self.end(31))
        // 0 … 19 are open again; then 30 ends 0 by its deadline, and 31 all others up to 30.
        #expect(counts(changes, quick) == [31, 0, 20])
        #expect(counts(changes, slow) == [31, 0, 20])
        try exact.finish()
    }

    @Test func aRevisionWhileALabellingLagsBehind() throws {
        let exact = try began(
            Self.flat(0..<20) + [Self.candle(20, high: 1_002)] + Self.flat(21..<30), through: 29)
        try exact.importCandles(Self.flat(30..<50), now: Self.end(49))
        // Of a minute that is labelled, and of one that is not: the second is news, and no revision.
        try exact.importCandles(
            [Self.candle(20), Self.candle(40, low: 998)], now: Self.end(49))
        let changes = try exact.update([], now: Self.end(49))
        #expect(counts(changes, quick) == [40, 0, 20])
        try exact.finish()
    }

    @Test func aRevisionWhileOneOfTwoLabellingsIsNotActive() throws {
        let exact = try began(
            Self.flat(0..<20) + [Self.candle(20, high: 1_002)] + Self.flat(21..<30), through: 29)
        try exact.deactivate(slow)
        let changes = try exact.update([Self.candle(20)], now: Self.end(29))
        #expect(changes.count == 1 && counts(changes, quick) == [0, 0, 20])
        // Back again: it finds its labels, and what it missed.
        let again = try exact.update(
            [Self.candle(30, low: 998)], now: Self.end(30), activating: [slow])
        #expect(counts(again, slow) == [30, 0, 20])
        #expect(counts(again, quick) == [30, 0, 0])
        try exact.finish()
    }

    @Test func aRevisionToAndFroAndAChainOfThem() throws {
        let rows = Self.flat(0..<20) + [Self.candle(20, high: 1_002)] + Self.flat(21..<30)
        let exact = try began(rows, through: 29)
        for (row, retracted) in [(Self.candle(20), 20), (rows[20], 0), (Self.candle(20), 20)] {
            let changes = try exact.update([row], now: Self.end(29))
            #expect(counts(changes, quick) == [retracted == 0 ? 20 : 0, 0, retracted])
        }
        // A → B → A and A → B → C in one batch: what counts is what stays.
        let none = try exact.update([rows[20], Self.candle(20)], now: Self.end(29))
        #expect(counts(none, quick) == [0, 0, 0])
        let last = try exact.update(
            [Self.candle(20, low: 998), Self.candle(20, high: 1_003), rows[20]],
            now: Self.end(29))
        #expect(counts(last, quick) == [20, 0, 0])
        try exact.finish()
    }

    /// A candle that decides is also an entry, and entries before it looked at it.
    @Test func aRevisedDecidingCandleThatStillDecides() throws {
        let exact = try began(
            Self.flat(0..<20) + [Self.candle(20, high: 1_002)] + Self.flat(21...60), through: 60)
        // The target is reached as before: the same exit. Its own trade costs what its range says.
        let changes = try exact.update([Self.candle(20, high: 1_003)], now: Self.end(60))
        #expect(counts(changes, quick) == [0, 1, 0])
        // The stop is touched too: the label says so, no price changes.
        let both = try exact.update([Self.candle(20, high: 1_003, low: 998)], now: Self.end(60))
        #expect(counts(both, quick)[1] == 21)
        // A timeout's price is its deciding candle's close.
        let timeout = try exact.update([Self.candle(59, close: 1_000.25)], now: Self.end(60))
        #expect(counts(timeout, quick) == [0, 1, 0])
        try exact.finish()
    }
}

/// Minutes at the edge of the window count from the newest candle labelled before the batch.
struct WindowEdgeTests {
    private static let daily = MarketID("binance/BTC-USDT:USDT/1d")!
    private let short = LabelingConfiguration(
        takeProfitBps: 1_000, stopLossBps: 1_000, timeoutMinutes: 5 * 1_440)
    private let long = LabelingConfiguration(
        takeProfitBps: 1_000, stopLossBps: 1_000, timeoutMinutes: 20 * 1_440)

    private static func candle(_ day: Int, high: Double = 1_000) -> Candle {
        Candle(
            time: UTCDay(number: 20_000 + Int32(day)).start, open: 1_000, high: high, low: 1_000,
            close: 1_000, volume: 1)
    }

    private static func end(_ day: Int) -> Int64 { candle(day + 1).time }

    /// Days 0 … 120, all flat: day 30 is the last outside the window, 31 the first inside.
    private func began(without missing: Set<Int> = []) throws -> ExactBench {
        let exact = try ExactBench(Self.daily)
        let rows = (0...120).filter { !missing.contains($0) }.map { Self.candle($0) }
        try exact.update(rows, now: Self.end(120), activating: [short, long])
        return exact
    }

    private func revised(
        _ changes: [Hash256: [LabelModel.Change]], _ configuration: LabelingConfiguration
    ) -> [Int] {
        (changes[configuration.labelsHash] ?? []).map { Int($0.entry / 86_400_000) - 20_000 }
            .sorted()
    }

    @Test(arguments: [[30], [20, 30], [0]])
    func aMinuteBeforeTheEdgeRelabelsNothing(_ days: [Int]) throws {
        let exact = try began()
        let rows = days.map { Self.candle($0, high: 2_000) }
        let changes = try exact.update(rows, now: Self.end(120))
        #expect(revised(changes, short).isEmpty && revised(changes, long).isEmpty)
        try exact.finish()
    }

    @Test func theFirstMinuteOfTheWindowRelabelsEntriesBeforeTheEdgeToo() throws {
        let exact = try began()
        let changes = try exact.update([Self.candle(31, high: 2_000)], now: Self.end(120))
        // Of 26 … 30 the trades were open at 31; 26 ends there by its deadline, whatever its high.
        #expect(revised(changes, short) == Array(27...31))
        #expect(revised(changes, long) == Array(12...31))
        try exact.finish()
    }

    /// The batch moves the window on by ten days, and is held against the window before it.
    @Test func newCandlesOfTheBatchDoNotShortenTheWindow() throws {
        let exact = try began()
        let rows = (121...130).map { Self.candle($0) } + [Self.candle(31, high: 2_000)]
        let changes = try exact.update(rows, now: Self.end(130))
        #expect(Set(revised(changes, short)).isSuperset(of: 27...31))
        try exact.finish()
        // In two batches it is a minute before the window, and relabels nothing.
        let other = try began()
        try other.update(Array(rows.dropLast()), now: Self.end(130))
        let late = try other.update([rows[rows.count - 1]], now: Self.end(130))
        #expect(revised(late, short).isEmpty)
        try other.finish()
        #expect(try other.bench.digests().ofHistory == exact.bench.digests().ofHistory)
    }

    @Test func aLateMinuteAtTheEdge() throws {
        let exact = try began(without: [30, 31, 32])
        // Before the edge: recorded, and no entry.
        let outside = try exact.update([Self.candle(30)], now: Self.end(120))
        #expect(revised(outside, short).isEmpty)
        // Inside: an entry, and one gap less for those that cross it.
        let inside = try exact.update([Self.candle(32)], now: Self.end(120))
        #expect(revised(inside, short).contains(32) && !revised(inside, short).contains(30))
        let last = try exact.update([Self.candle(31)], now: Self.end(120))
        // What was revised outside the window shows now: 29 crosses no gap any more.
        #expect(revised(last, short) == [26, 27, 28, 29, 31])
        try exact.finish()
    }

    /// A minute before the edge that was revised and relabelled nothing must not come in later with a
    /// neighbour: labels decided before the neighbour stay as they are.
    @Test func whatWasPassedOverIsNotRelabelledWithItsNeighbours() throws {
        let exact = try began()
        try exact.update([Self.candle(20, high: 2_000)], now: Self.end(120))
        let changes = try exact.update([Self.candle(31, high: 2_000)], now: Self.end(120))
        #expect(revised(changes, short) == Array(27...31))
        // These looked at both minutes, and are what the candles say today: 11, whose deadline is at 31,
        // and all after it.
        #expect(revised(changes, long) == Array(11...31))
        #expect(
            exact.model.labellings[long.labelsHash]?.labels[Self.end(14)]?.decidedAt
                == Self.end(19))
        try exact.finish()
    }
}
