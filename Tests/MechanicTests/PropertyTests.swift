import EventFormat
import EventStorage
import Market
import Mechanic
import Projections
import Testing

/// Random histories, the same in the end by whatever way: a failing test prints its seed.
struct PropertyTests {
    /// Every way to bring in a clean history ends in the same digests.
    @Test(arguments: UInt64(1)...30)
    func anySplitRestartAndWayGivesTheSameDigests(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let configurations = [history.configuration]
        let atOnce = try Bench(history.market, configurations)
        try atOnce.update(history.truth)
        try atOnce.check("seed \(seed), at once")
        try atOnce.checkLabels(history.truth, "seed \(seed), at once")
        let expected = try atOnce.digests().ofHistory

        let polled = try Bench(history.market, configurations)
        for (number, poll) in history.polls().enumerated() {
            try polled.update(poll.rows, now: poll.now)
            if number % 4 == 0 { try polled.check("seed \(seed), poll \(number)") }
            try restart(polled, &history.random)
        }
        #expect(try polled.digests().ofHistory == expected, "seed \(seed), polls")
        try polled.check("seed \(seed), polls")
        try polled.audit("seed \(seed), polls")

        let imported = try Bench(history.market, configurations)
        for poll in history.polls() {
            try imported.importCandles(poll.rows, now: poll.now)
            try restart(imported, &history.random)
        }
        try imported.update()
        #expect(try imported.digests().ofHistory == expected, "seed \(seed), imports")
        try imported.check("seed \(seed), imports")
        try imported.audit("seed \(seed), imports")
    }

    @Test(arguments: UInt64(31)...45)
    func backfillGivesTheSameDigestsAndRerunsForNothing(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        // A file with several rows for some of its minutes.
        var rows = history.truth
        if seed % 2 == 0 {
            for old in history.truth where history.random.chance(5) {
                rows.append(history.other(at: old.time))
                if history.random.chance(50) { rows.append(old) }
            }
        }
        let atOnce = try Bench(history.market, [history.configuration])
        try atOnce.update(rows)

        let bench = try Bench(history.market, [history.configuration])
        let every = history.market.timeframe.milliseconds * Int64(history.random.pick(1...9))
        // Stopped half-way, and then run over everything.
        let half = history.truth[history.truth.count / 2].time
        for candles in [rows.filter { $0.time < half }, rows, rows] {
            let before = try bench.store.head().position
            let backfill = Backfill(
                updater: bench.updater, every: every, configurations: [history.configuration])
            let updates = try backfill.run(CandleColumns(candles)) { _, rows, all in
                #expect(rows <= all)
            }
            let isRerun = try bench.store.head().position == before
            #expect((updates == 0) == isRerun, "seed \(seed)")
            bench.startUpdater()
        }
        #expect(try bench.digests().ofHistory == atOnce.digests().ofHistory, "seed \(seed)")
        try bench.check("seed \(seed)")
        try bench.audit("seed \(seed)")
    }

    /// Labels under revisions and late rows are those of the final candles.
    @Test(arguments: UInt64(100)...150)
    func revisionsAndLateRowsEndInTheLabelsOfTheFinalCandles(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let polls = history.troubledPolls()
        let bench = try Bench(history.market, [history.configuration])
        var candles: [Int64: Candle] = [:]
        for (number, poll) in polls.enumerated() {
            let comment: Comment = "seed \(seed), poll \(number)"
            let expected = Self.model(poll, history.market, &candles)
            let report = try bench.update(poll.rows, now: poll.now)
            #expect(report.rows == expected, comment)
            if number % 3 == 0 || number == polls.count - 1 {
                try bench.check(comment)
                try bench.checkLabels(Array(candles.values), comment)
            }
            try restart(bench, &history.random)
            if history.random.chance(20) {
                let again = try bench.update()
                #expect(again.newEvents == 0, comment)
            }
        }
        let audit = try bench.audit("seed \(seed)")
        #expect(audit.candles == candles, "seed \(seed)")
    }

    /// The same trouble in other batches, by import or update: the same digests.
    @Test(arguments: UInt64(200)...230)
    func troubledBatchesMayBeJoinedAndImported(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let polls = history.troubledPolls()
        let interval = history.market.timeframe.milliseconds
        let one = try Bench(history.market, [history.configuration])
        for poll in polls { try one.update(poll.rows, now: poll.now) }

        let other = try Bench(history.market, [history.configuration])
        var rows: [Candle] = []
        for (number, poll) in polls.enumerated() {
            // What had not closed must not look closed because it is sent later.
            rows += poll.rows.filter { $0.time + interval <= poll.now }
            guard history.random.chance(50) || number == polls.count - 1 else { continue }
            if history.random.chance(30) {
                try other.importCandles(rows, now: poll.now)
            } else {
                try other.update(rows, now: poll.now)
            }
            rows = []
            try restart(other, &history.random)
        }
        try other.update()
        #expect(try other.digests().ofHistory == one.digests().ofHistory, "seed \(seed)")
        try other.check("seed \(seed)")
        try other.audit("seed \(seed)")
    }

    /// Any batch sent again and again at once adds nothing.
    @Test(arguments: UInt64(300)...320)
    func batchesSentAgainAddNothing(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let bench = try Bench(history.market, [history.configuration])
        for (number, poll) in history.troubledPolls().enumerated() {
            try bench.update(poll.rows, now: poll.now)
            let position = try bench.store.head().position
            for _ in 0..<3 {
                let again = try bench.update(poll.rows, now: poll.now)
                let imported = try bench.importCandles(poll.rows, now: poll.now)
                #expect(again.newEvents == 0, "seed \(seed), poll \(number)")
                #expect(imported.rows.changes == 0, "seed \(seed), poll \(number)")
            }
            #expect(try bench.store.head().position == position, "seed \(seed), poll \(number)")
        }
    }

    /// A bulk import in small commits, with several rows for a minute, and again.
    @Test(arguments: UInt64(400)...410)
    func importsInSmallCommitsAreTheSame(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        let rows = history.truth.flatMap { candle -> [Candle] in
            let other = history.other(at: candle.time)
            switch history.random.pick(0...5) {
            case 0: return [candle, other]
            case 1: return [other, candle, candle]
            case 2: return [candle, other, candle]
            default: return [candle]
            }
        }
        let whole = try Bench(history.market, [history.configuration])
        try whole.importCandles(rows)
        let small = try Bench(history.market, [history.configuration])
        small.maximumCommitBytes = 96 * history.random.pick(1...7)
        let first = try small.importCandles(rows)
        #expect(first.rows.total == rows.count && first.rows.recorded == history.truth.count)
        #expect(try small.store.head().commit > 5)
        #expect(try small.importCandles(rows).newEvents == 0, "seed \(seed)")
        #expect(try whole.importCandles(rows).newEvents == 0, "seed \(seed)")
        small.maximumCommitBytes = 144 * 9
        try small.update()
        try whole.update()
        #expect(try small.digests().ofHistory == whole.digests().ofHistory, "seed \(seed)")
        try small.check("seed \(seed)")
        try small.audit("seed \(seed)")
    }

    private func restart(_ bench: Bench, _ random: inout SplitMix64) throws {
        switch random.pick(0...9) {
        case 0: try bench.reopen()
        case 1, 2: bench.startUpdater()
        default: break
        }
    }

    /// What the table of rows says of a batch, with a dictionary for a store.
    private static func model(
        _ poll: RandomHistory.Poll, _ market: MarketID, _ candles: inout [Int64: Candle]
    ) -> UpdateCompletion.Rows {
        var rows = UpdateCompletion.Rows()
        let order = poll.rows.indices.sorted {
            (poll.rows[$0].time, $0) < (poll.rows[$1].time, $1)
        }
        for candle in order.map({ poll.rows[$0] }) {
            if candle.time + market.timeframe.milliseconds > poll.now {
                rows.partial += 1
            } else if let known = candles[candle.time] {
                if known.hasSameValues(as: candle) {
                    rows.duplicates += 1
                } else {
                    rows.revised += 1
                }
            } else if candle.time > candles.keys.max() ?? .min {
                rows.recorded += 1
            } else {
                rows.late += 1
            }
            if candle.time + market.timeframe.milliseconds <= poll.now {
                candles[candle.time] = candle
            }
        }
        return rows
    }
}
