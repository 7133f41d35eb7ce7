import EventFormat
import EventStorage
import Testing

/// The store beside its model, under random operations; a failure names its seed.
@Suite struct ModelTests {
    struct Refusal: Error {}

    @Test(arguments: Array(1...8) as [UInt64])
    func theStoreDoesWhatItsModelDoes(seed: UInt64) throws {
        var run = Run(seed: seed)
        run.store = try run.directory.create()
        for _ in 0..<40 {
            try run.step()
            try run.compare()
            if run.random.chance(15) {
                run.store = nil
                run.store = try run.directory.open()
            }
        }
        try run.compareEverything()
    }

    /// One run: the store, the model, the clock.
    struct Run {
        let seed: UInt64
        let directory = TemporaryDirectory()
        var random: SplitMix64
        var store: EventStore?
        var model = ModelStore()
        var now = someTime

        init(seed: UInt64) {
            self.seed = seed
            random = SplitMix64(seed: seed)
        }

        var names: [StreamID] {
            ["a", "a/1", "b", "long/" + String(repeating: "x", count: 200)].map(Make.stream)
        }

        private mutating func event() -> EventData {
            let number = Int.random(in: 0..<6, using: &random)
            let key: [UInt8]? = random.chance(20) ? [UInt8.random(in: 0..<4, using: &random)] : nil
            if random.chance(50) { return Make.json(number, key: key) }
            let rows = random.chance(5) ? 300 : number + 1
            return Make.candles(
                day: Int32.random(in: -2...2, using: &random), rows: rows, first: number, key: key)
        }

        private mutating func expectation(_ stream: StreamID, in model: ModelStore)
            -> ExpectedVersion
        {
            let count = UInt64(model.events(of: stream).count)
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return .noStream
            case 1: return .streamExists
            case 2, 3, 4: return .any
            case 5: return .exactly(StreamVersion(count + 1))
            case 6, 7: return .exactly(StreamVersion(UInt64.random(in: 0...count, using: &random)))
            default: return .exactly(StreamVersion(count))
            }
        }

        /// A commit of a few events, some of them refused or retries; now and then its body throws.
        mutating func step() throws {
            now += Int64.random(in: -10_000_000...20_000_000, using: &random)
            var next = model
            var (random, fails) = (random, false)
            swap(&self.random, &random)
            fails = self.random.chance(10)
            var run = self
            do {
                let new = try store!.append(at: now) { commit in
                    var index: UInt32 = 0
                    for _ in 0..<Int.random(in: 0...5, using: &run.random) {
                        try run.appendOne(&commit, &next, &index)
                    }
                    while run.random.chance(30) {
                        let key: [UInt8] = [UInt8.random(in: 1...5, using: &run.random)]
                        let value: [UInt8]? =
                            run.random.chance(70) ? [run.random.chance(50) ? 1 : 2] : nil
                        commit.setProjection(key, value)
                        next.set(key, value)
                    }
                    if fails { throw Refusal() }
                    return Int(index)
                }.result
                // Without an event nothing is committed, records included.
                if new > 0 {
                    next.commit()
                    model = next
                }
            } catch is Refusal {
                #expect(fails)
            }
            self.random = run.random
        }

        private mutating func appendOne(
            _ commit: inout Commit, _ next: inout ModelStore, _ index: inout UInt32
        ) throws {
            let stream = names.randomElement(using: &random)!
            let event = event()
            let expected = expectation(stream, in: next)
            let outcome = next.append(
                event, to: stream, expecting: expected, now: now, index: index)
            do {
                let appended = try commit.append(event, to: stream, expecting: expected)
                let position = Int(appended.position.number)
                let actual: ModelStore.Outcome =
                    appended.isNew ? .new(position: position) : .known(position: position)
                #expect(actual == outcome, "seed \(seed)")
                if appended.isNew { index += 1 }
            } catch {
                #expect(outcome == .refused(error.code), "seed \(seed)")
            }
        }

        /// What is cheap to compare after every commit.
        func compare() throws {
            let store = store!
            let head = try store.head()
            #expect(head.position.number == UInt64(model.events.count), "seed \(seed)")
            #expect(head.commit == model.commits && Int(head.streams) == model.streams.count)
            #expect(try store.findings() == [], "seed \(seed)")
            for key in 1...5 {
                #expect(try store.projection([UInt8(key)]) == model.projections[[UInt8(key)]])
            }
        }

        /// Every event, stream, day and point.
        func compareEverything() throws {
            let store = store!
            let stored = try store.all()
            #expect(stored.count == model.events.count)
            for (event, expected) in zip(stored, model.events) {
                #expect(event.envelope.stream == expected.stream)
                #expect(event.envelope.streamVersion.number == expected.version)
                #expect(event.type == expected.type && event.payload == expected.payload)
                #expect(event.frame.commit == expected.commit)
                #expect(event.frame.indexInCommit == expected.index)
                #expect(event.frame.appendedAt == expected.time)
            }
            let streams = try store.read { try $0.streams(prefix: "") }
            #expect(streams.map(\.id) == model.streams.sorted())
            for (id, head) in streams {
                #expect(Int(head.number) == model.streams.firstIndex(of: id))
                let events = model.events(of: id)
                #expect(Int(head.version.number) == events.count)
                let days = try store.read { try $0.positions(in: head, days: -2...2) }
                let expected = events.compactMap { position, event -> String? in
                    guard event.type == .candlesRecorded else { return nil }
                    let day = try? ColumnPayload(event.payload.rawSpan, layout: .candles).day
                    return day.map { "\($0) \(position)" }
                }
                #expect(Set(days.map { "\($0.day) \($0.position)" }) == Set(expected))
                #expect(days.count == expected.count)
            }
            for position in 0...model.events.count {
                let resolved = try store.resolve(.position(GlobalPosition(UInt64(position))))
                #expect(Int(resolved) == model.endOfCommit(position))
            }
        }
    }
}
