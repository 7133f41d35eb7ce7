import Digest
import EventFormat
import EventStorage
import LMDB
import Market
import Mechanic
import Projections
import Testing

/// Events that no fold can take: everything fails closed, until a recorded decision passes them over.
struct SkipTests {
    static let rows = CatchUpTests.candles(150, seed: 31)
    /// A type that only a later program knows.
    static let later = EventType(77, "later.thing", version: 2, .json)
    /// The same with rows, so that the index of days leads to it.
    static let laterRows = EventType(78, "later.rows", version: 1, .columns(.candles))

    /// What may stand in a log that this program cannot fold.
    enum Poison: CaseIterable {
        case unknownJSON, unknownRows, laterVersion, strangeLabels, unreadableJSON

        /// The event, and the stream it is put into.
        func event(_ market: MarketID) -> (EventData, MarketStream) {
            let day = SkipTests.rows[119].time
            switch self {
            case .unknownJSON:
                return (EventData(type: later, payload: Array("{}".utf8)), .candles(market))
            case .unknownRows:
                var data = CandleEvents.recorded([SkipTests.rows[119]])[0]
                data.type = laterRows
                return (data, .candles(market))
            case .laterVersion:
                let type = EventType(8, "update.completed", version: 2, .json)
                return (EventData(type: type, payload: Array("[]".utf8)), .operations(market))
            case .strangeLabels:
                // Labels of a labelling that was never opened.
                let payload = ColumnPayload.encode(
                    layout: .labels, dayStart: UTCDay(of: day).start,
                    configuration: SHA256().hash([1]), rows: 1,
                    word: { _, _ in UInt64(bitPattern: UTCDay(of: day).start) },
                    byte: { column, _ in column == 0 ? 1 : 0 })
                return (
                    EventData(type: .labelsClosed, payload: payload),
                    .labels(market, hash: SHA256().hash([1]))
                )
            case .unreadableJSON:
                return (
                    EventData(type: .updateCompleted, payload: Array("{}".utf8)),
                    .operations(market)
                )
            }
        }
    }

    private func filled() throws -> Bench {
        let bench = try Bench(CatchUpTests.daily, [.days(6)])
        try bench.update(Array(Self.rows[..<120]))
        return bench
    }

    /// Appends the poison as a program would that knows it.
    @discardableResult
    private func poison(_ bench: Bench, _ poison: Poison) throws -> GlobalPosition {
        let (event, stream) = poison.event(bench.market)
        let now = try bench.store.head().appendedAt + 1
        return try bench.store.append(at: now) {
            try $0.append(event, to: stream.id, expecting: .any)
        }.result.position
    }

    @discardableResult
    private func skip(
        _ bench: Bench, _ position: GlobalPosition, reason: String = "a test build wrote it"
    ) throws -> Skipping {
        try Skipping.record(
            bench.store, position: position, reason: reason, by: "ada",
            at: try bench.store.head().appendedAt + 1)
    }

    @Test(arguments: Poison.allCases)
    func everyFoldFailsClosedUntilASkipIsRecorded(_ kind: Poison) throws {
        let bench = try filled()
        let before = try bench.digests()
        let position = try poison(bench, kind)
        let refused: [EventStoreError.Code] = [.unknownEvent, .corrupted]
        func expectRefusal(_ what: Comment, _ body: () throws -> Void) {
            let error = #expect(throws: EventStoreError.self, what) { try body() }
            #expect(error.map { refused.contains($0.code) } == true, what)
            #expect(error?.position == position, what)
            for part in ["position \(position)", "type ", " version ", "skip \(position)"] {
                #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
            }
        }
        let market = bench.market
        expectRefusal("replay") { _ = try Replay.run(bench.store) }
        expectRefusal("load") { _ = try bench.updater.state() }
        expectRefusal("as of") {
            try bench.store.read {
                _ = try MarketState.load($0, market: market, asOf: .position(position))
            }
        }
        expectRefusal("update") { try bench.update(Array(Self.rows[120...])) }
        let unknown = [Poison.unknownJSON, .unknownRows, .laterVersion].contains(kind)
        #expect(try bench.store.verify().isClean != unknown)

        let done = try skip(bench, position)
        #expect(done.isNew && done.position.number == position.number + 1)
        #expect(!(try skip(bench, position).isNew))
        let verified = try bench.store.verify()
        #expect(verified.isClean, "\(verified.findings)")
        #expect(verified.skipped.map(\.position) == [position])
        #expect(verified.skipped.first?.reason == "a test build wrote it")
        #expect(verified.skipped.first?.decidedAt == done.position)
        #expect(verified.skipped.first?.by == "ada")

        #expect(try bench.digests() == before)
        // As of a point before the decision too: else nobody could look there any more.
        let then = try bench.store.read {
            try MarketState.load($0, market: market, asOf: .position(position)).state
        }
        #expect(then.window.newest == Self.rows[119].time)
        try bench.update(Array(Self.rows[120...]))
        try bench.check("after the skip of \(kind)")
        try bench.checkLabels(Self.rows, "after the skip of \(kind)")
        let recomputed = try Recomputation.run(bench.store)
        #expect(recomputed.differences.isEmpty, "\(recomputed.differences)")
        let whole = try Bench(CatchUpTests.daily, [.days(6)])
        try whole.update(Self.rows)
        #expect(try bench.digests().ofHistory == whole.digests().ofHistory)
    }

    @Test func historyFailsClosedToo() throws {
        let bench = try filled()
        let market = bench.market
        let position = try poison(bench, .unknownRows)
        let day = UTCDay(of: Self.rows[119].time).number
        func read() throws {
            try bench.store.read {
                _ = try History.candles($0, market: market, days: day...day)
                _ = try History.candleValues($0, market: market, day: day)
                _ = try History.revisedStamps($0, market: market, after: 0)
            }
        }
        #expect(throws: EventStoreError.self) { try read() }
        try skip(bench, position)
        try read()
    }

    @Test func theFirstOfTwoIsPassedOverFirst() throws {
        let bench = try filled()
        let (first, second) = (
            try poison(bench, .unreadableJSON), try poison(bench, .strangeLabels)
        )
        let error = #expect(throws: EventStoreError.self) { try skip(bench, second) }
        #expect(error?.position == first)
        try skip(bench, first)
        try skip(bench, second)
        try bench.update(Array(Self.rows[120...]))
        try bench.check("after two skips")
    }

    @Test func whatFoldsTakeIsNotPassedOver() throws {
        let bench = try filled()
        let head = try bench.store.head()
        for number in 1...head.position.number {
            let error = #expect(throws: EventStoreError.self) {
                try skip(bench, GlobalPosition(number))
            }
            #expect(error?.code == .notSkippable, "position \(number)")
        }
        for number in [0, head.position.number + 1, .max] {
            let error = #expect(throws: EventStoreError.self) {
                try skip(bench, GlobalPosition(number))
            }
            #expect(error?.code == .invalidPoint)
        }
        for reason in ["", String(repeating: "r", count: 1_001)] {
            let error = #expect(throws: EventStoreError.self) {
                try skip(bench, GlobalPosition(1), reason: reason)
            }
            #expect(error?.code == .invalidPayload)
        }
        #expect(try bench.store.head() == head)
        let position = try poison(bench, .unknownJSON)
        let decision = try skip(bench, position).position
        #expect(throws: EventStoreError.self) { try skip(bench, decision) }
    }

    /// Events of streams that no fold reads may be unknown too: `verify` asks for a decision.
    @Test func strangersOfOtherStreamsArePassedOverForVerify() throws {
        let bench = try filled()
        let payload = CandleEvents.recorded(Self.rows)[0].payload
        let position = try bench.store.append(at: try bench.store.head().appendedAt + 1) {
            try $0.append(
                EventData(type: Self.laterRows, payload: payload),
                to: StreamID("notes")!, expecting: .noStream)
        }.result.position
        try bench.check("beside a stranger")
        #expect(try bench.store.verify().findings.map(\.position) == [position])
        try skip(bench, position)
        let verified = try bench.store.verify()
        #expect(verified.isClean && verified.skipped.count == 1)
    }

    /// Damaged bytes are refused, and damage after the decision is found: a skip is of what an event
    /// means, never of what its bytes are.
    @Test(arguments: [40, Frame.byteCount + 2, Frame.byteCount + 80, -8])
    func damageIsNeverPassedOver(_ offset: Int) throws {
        for skipsFirst in [false, true] {
            let bench = try filled()
            let position = try poison(bench, .unknownJSON)
            if skipsFirst { try skip(bench, position) }
            try bench.reopen { path in
                try Environment(path: path).change { transaction in
                    let database = try transaction.database(Keys.Database.events)
                    var stored = try transaction.value(database, Keys.event(position))?.copy() ?? []
                    stored[offset < 0 ? stored.count + offset : offset] ^= 1
                    try transaction.put(database, Keys.event(position), stored)
                }
            }
            #expect(!(try bench.store.verify().isClean))
            guard !skipsFirst else { continue }
            let head = try bench.store.head()
            let error = #expect(throws: EventStoreError.self) { try skip(bench, position) }
            #expect(error?.code == .notSkippable && error?.message.contains("damage") == true)
            #expect(try bench.store.head() == head)
        }
    }

    /// A step of two versions, and a reader that gets old payloads in the current version.
    @Test func oldPayloadsAreFoldedInTheirCurrentVersion() throws {
        let bench = try filled()
        let before = try bench.updater.state()
        /// Rows with other volumes.
        @Sendable func changed(
            _ payload: [UInt8], _ volume: (Double) -> Double
        ) throws(FormatError) -> [UInt8] {
            let columns = try ColumnPayload(payload.rawSpan, layout: .candles)
            var words: [[UInt64]] = []
            for column in 0..<6 {
                words.append((0..<columns.rows).map { columns.word(column, $0) })
            }
            words[5] = words[5].map { volume(Double(bitPattern: $0)).bitPattern }
            return ColumnPayload.encode(
                layout: .candles, dayStart: columns.dayStart, rows: columns.rows,
                word: { words[$0][$1] })
        }
        let versions = (1...3).map {
            EventType(3, "candles.recorded", version: $0, .columns(.candles))
        }
        let catalog = EventCatalog(
            EventType.all + versions[1...],
            upcasters: [
                .init(from: versions[0]) { payload throws(FormatError) in
                    try changed(payload) { $0 + 1 }
                },
                .init(from: versions[1]) { payload throws(FormatError) in
                    try changed(payload) { $0 * 2 }
                },
            ])
        let market = bench.market
        let fold = try bench.store.read {
            try LogFold.fold($0, through: try $0.head().position, market: market, catalog: catalog)
        }
        var old: [Candle] = []
        var new: [Candle] = []
        before.window.candles.forEach { old.append($0) }
        fold[market].window.candles.forEach { new.append($0) }
        #expect(new.map(\.volume) == old.map { ($0.volume + 1) * 2 })
        #expect(new.map(\.close) == old.map(\.close) && !new.isEmpty)
        // A program that has no steps yet refuses what a later one writes.
        let strange = EventCatalog(EventType.all.filter { $0 != .candlesRecorded })
        let error = #expect(throws: EventStoreError.self) {
            try bench.store.read {
                _ = try LogFold.fold(
                    $0, through: try $0.head().position, market: market, catalog: strange)
            }
        }
        #expect(error?.code == .unknownEvent)
    }
}
