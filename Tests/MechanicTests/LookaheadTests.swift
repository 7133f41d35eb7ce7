import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Leaks planted by a program that writes sound events of wrong labels: `verify` finds nothing in
/// such a log, ``Lookahead`` names the label, the field and what it used too early.
///
/// Flat at 1,000 under `scalp`: the target is 1,001.5, the stop 999, the deadline half an hour.
struct LookaheadTests {
    private let bench: Bench
    private let hash = LabelingConfiguration.scalp.labelsHash

    init() throws {
        bench = try Bench(market, [.scalp])
        // Minutes 0 … 9; 3 and 6 reach the target: 0 … 5 are closed, 6 … 9 open.
        try bench.update((0..<10).map { Self.candle($0, high: $0 == 3 || $0 == 6 ? 1_002 : 1_000) })
    }

    static func candle(_ minute: Int, high: Double = 1_000, close: Double = 1_000) -> Candle {
        var candle = BadInputTests.candle(minute)
        candle.high = max(high, close)
        candle.close = close
        return candle
    }

    private static func stamp(_ minute: Int) -> Int64 { candle(minute).time }

    /// The label that an honest program would give once it knows these candles.
    private static func label(_ entry: Int, _ candles: [Candle]) -> Label? {
        let labels = LiteralLabeler.labels(
            of: candles, timeframe: .oneMinute, configuration: .scalp)
        return candles.firstIndex { $0.time == stamp(entry) }.flatMap { labels[$0] }
    }

    /// Candles as they are recorded: minute 6 reaches the target.
    private static func flat(_ minutes: ClosedRange<Int>) -> [Candle] {
        minutes.map { candle($0, high: $0 == 6 ? 1_002 : 1_000) }
    }

    /// Records an update as a forger would: each event is sound, and so are all hashes.
    ///
    /// - Returns: the position of the first event of labels, or else of the completion.
    @discardableResult
    private func forge(
        candles: [Candle] = [], changed: [(Candle, Candle)] = [], closed: [Label] = [],
        revised: [LabelRevision] = [], through: Int, now: Int? = nil, completes: Bool = true
    ) throws -> GlobalPosition {
        let (market, hash) = (bench.market, hash)
        let version = try bench.updater.state().candlesVersion + 1
        let clock = Self.stamp(now ?? through + 1) * 1_000
        return try bench.store.append(at: clock) { commit in
            let revisions = changed.map {
                CandleRevision(kind: .changed, candle: $1, previous: $0)
            }
            for event in CandleEvents.recorded(candles) + CandleEvents.revised(revisions) {
                try commit.append(event, to: MarketStream.candles(market).id, expecting: .any)
            }
            var first: GlobalPosition?
            let stream = MarketStream.labels(market, hash: hash).id
            for event in LabelEvents.revised(revised, configuration: hash)
                + LabelEvents.closed(closed, configuration: hash)
            {
                let appended = try commit.append(event, to: stream, expecting: .any)
                first = first ?? appended.position
            }
            guard completes else { return first ?? .start }
            let completion = UpdateCompletion(
                rows: .init(), gaps: [],
                labellings: [
                    .init(
                        configurationHash: LabelingConfiguration.scalp.hash, labelsHash: hash,
                        through: Self.stamp(through), candlesVersion: version,
                        closed: closed.count, revised: revised.count, retracted: 0, open: 0)
                ], program: "forged")
            let last = try commit.append(
                completion.event(causation: .none), to: MarketStream.operations(market).id,
                expecting: .any)
            return first ?? last.position
        }.result
    }

    /// The log is sound by all hashes, the check says these words of it, and no training set is made
    /// of the label as of then.
    private func expect(
        _ position: GlobalPosition, minute: Int, _ field: LabelField?, isExported: Bool = false,
        _ words: String...
    ) throws {
        let end = try bench.store.read { try $0.frame(at: position).endOfCommit }
        let basis = try #require(try ExportTests.basis(bench.store, bench.market, at: end))
        if isExported {
            #expect(try !ExportTests.set(bench.store, basis).rows.isEmpty)
        } else {
            let error = #expect(throws: TrainingError.self) {
                try ExportTests.set(bench.store, basis)
            }
            #expect(error?.kind == .leak && error?.entry == Self.stamp(minute), "\(error!)")
        }
        #expect(try bench.store.verify().isClean)
        let check = try Lookahead.run(bench.store)
        #expect(check.findings.count == 1, "\(check.findings.map(\.message))")
        let finding = try #require(check.findings.first)
        #expect(finding.position == position && finding.field == field)
        #expect(finding.stamp == Self.stamp(minute))
        for word in words { #expect(finding.message.contains(word), "\(finding.message)") }
    }

    private static func text(_ minute: Int) -> String { UTCTime.text(milliseconds: stamp(minute)) }

    @Test func anHonestLogHasNoFindingAndIsCounted() throws {
        try bench.update([Self.candle(10)])
        let check = try Lookahead.run(bench.store)
        #expect(check.findings.isEmpty && check.checkedCandles == 11)
        // Ten entries; then the new one: minute 10 ends none of the four trades still open.
        #expect(check.checkedTruncations == 11)
        #expect(check.checkedFields == 6 * LabelField.allCases.count)
    }

    @Test func aLabelRecordedAnUpdateBeforeItsDecidingCandle() throws {
        let future = Self.flat(6...10) + [Self.candle(11, high: 1_002)]
        let leak = try #require(Self.label(7, future))
        let position = try forge(candles: Self.flat(10...10), closed: [leak], through: 10)
        let rest = [6, 8, 9, 10].compactMap { Self.label($0, future) }
        try forge(candles: [future[5]], closed: rest, through: 11)
        let used = GlobalPosition(position.number + 2)
        try expect(
            position, minute: 7, .knownAt, "before its deciding candle, of \(Self.text(11))",
            "leaves the trade open", "as recorded at position \(used)")
    }

    @Test func aLabelThatUsedTheFormingCandle() throws {
        // The forming candle had reached the target; what was recorded in the end had not.
        let forming = Self.flat(6...10) + [Self.candle(11, high: 1_002)]
        let leak = try #require(Self.label(7, forming))
        let position = try forge(candles: Self.flat(10...10), closed: [leak], through: 10)
        try forge(candles: Self.flat(11...11), through: 11)
        try expect(
            position, minute: 7, .knownAt, "before its deciding candle, of \(Self.text(11))",
            "with other values")
    }

    @Test func aLabelWhosePriceComesFromALaterRevision() throws {
        // The gap ends every open trade by timeout at the close of minute 45, which is revised later.
        let (then, later) = (Self.candle(45, close: 1_000.25), Self.candle(45, close: 1_000.75))
        let (known, future) = (Self.flat(6...9) + [then], Self.flat(6...9) + [later])
        var labels = [6, 7, 8, 9].compactMap { Self.label($0, known) }
        labels[2] = try #require(Self.label(8, future))
        let position = try forge(candles: [then], closed: labels, through: 45)
        let honest = [6, 7, 9].compactMap { minute in
            Self.label(minute, known).flatMap { old in
                Self.label(minute, future).map { LabelRevision(label: $0, previous: old) }
            }
        }
        try forge(changed: [(then, later)], revised: honest, through: 45, now: 47)
        let used = GlobalPosition(position.number + 2)
        try expect(
            position, minute: 8, .exitPrice, "has exit_price 1000.75",
            "known at \(Self.text(46)) give 1000.25",
            "used the candle of \(Self.text(45)) as recorded at position \(used)")
    }

    @Test func anEntryPriceFromALaterRevision() throws {
        let honest = Self.flat(6...9) + [Self.candle(10, high: 1_002)]
        var future = honest
        future[2] = Self.candle(8, close: 1_000.125)
        var labels = [6, 7, 8, 9].compactMap { Self.label($0, honest) }
        labels[2] = try #require(Self.label(8, future))
        let position = try forge(candles: [honest[4]], closed: labels, through: 10)
        try forge(changed: [(honest[2], future[2])], through: 10, now: 12)
        try expect(
            position, minute: 8, .entryPrice, "known at \(Self.text(9)) give 1000.0",
            "used the candle of \(Self.text(8)) as recorded at position \(position.number + 2)")
    }

    @Test func aRevisionThatKnowsTheNextOne() throws {
        let values = [1_000.25, 1_000.5, 1_000.75].map { Self.candle(45, close: $0) }
        let labels = values.map { value in
            [6, 7, 8, 9].compactMap { Self.label($0, Self.flat(6...9) + [value]) }
        }
        try forge(candles: [values[0]], closed: labels[0], through: 45)
        var early = zip(labels[1], labels[0]).map { LabelRevision(label: $0, previous: $1) }
        early[1].label = labels[2][1]
        let position = try forge(
            changed: [(values[0], values[1])], revised: early, through: 45, now: 47)
        let honest = [0, 2, 3].map { LabelRevision(label: labels[2][$0], previous: labels[1][$0]) }
        try forge(changed: [(values[1], values[2])], revised: honest, through: 45, now: 48)
        try expect(
            position, minute: 7, .exitPrice, "has exit_price 1000.75", "give 1000.5",
            "as recorded at position \(position.number + 2)")
    }

    @Test func aCandleRecordedBeforeItsClose() throws {
        // The position of the completion; the candle stands one before.
        let position = try forge(candles: Self.flat(10...10), through: 10, now: 10)
        try expect(
            GlobalPosition(position.number - 1), minute: 10, nil, isExported: true,
            "candle of \(Self.text(10))",
            "before it closed at \(Self.text(11))")
    }

    @Test func aTradeLeftOpenThoughDecided() throws {
        let candles = Self.flat(6...9) + [Self.candle(10, high: 1_002)]
        let labels = [6, 7, 9].compactMap { Self.label($0, candles) }
        let first = try forge(candles: [candles[4]], closed: labels, through: 10)
        let completion = GlobalPosition(first.number + 1)
        try expect(
            completion, minute: 8, nil, isExported: true,
            "left open, though the candle of \(Self.text(10))",
            "known at \(Self.text(11))")
    }

    @Test func aTimeoutInventedWhereTheDataEnds() throws {
        let honest = try #require(Self.label(7, Self.flat(6...9) + [Self.candle(45)]))
        var leak = honest
        leak.exitTime = Self.stamp(10)
        leak.decidedAt = Self.stamp(10)
        leak.flags = []
        let position = try forge(candles: Self.flat(10...10), closed: [leak], through: 10)
        try expect(position, minute: 7, .knownAt, "an invented timeout", Self.text(10))
    }

    @Test func aDecisionPutOffUntilABetterCandleCame() throws {
        let candles = Self.flat(6...9) + [10, 11].map { Self.candle($0, high: 1_002) }
        let labels = [6, 7, 8, 9].compactMap { Self.label($0, candles) }
        var leak = labels[1]
        leak.decidedAt = Self.stamp(11)
        leak.exitTime = Self.stamp(11)
        let position = try forge(
            candles: Array(candles[4...]),
            closed: [labels[0], leak] + labels[2...] + [Self.label(10, candles)].compactMap { $0 },
            through: 11)
        try expect(
            position, minute: 7, .knownAt, "has known_at \(Self.text(12))",
            "give \(Self.text(11))")
    }

    @Test func aLabelOutsideAnUpdate() throws {
        let leak = try #require(Self.label(7, Self.flat(6...9) + [Self.candle(10, high: 1_002)]))
        let position = try forge(closed: [leak], through: 10, completes: false)
        try expect(position, minute: 7, nil, "outside an update")
    }

    @Test func anUpdateThatSaysItLabelledWhatWasNotRecorded() throws {
        let position = try forge(candles: Self.flat(10...10), through: 12)
        try expect(
            position, minute: 12, nil, isExported: true,
            "\(Self.text(12)) is labelled, which was not recorded")
    }

    @Test func theDocumentationHasEveryFieldWithItsMoment() throws {
        let page = try Shared.page("Time.md")
        for field in LabelField.allCases {
            let moment = field.knowledge == .entry ? "entry candle's close" : "`known_at`"
            let row = "| `\(field.rawValue)` | \(moment) |"
            #expect(page.contains(row), "\(row)")
        }
    }
}
