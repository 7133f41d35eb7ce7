import EventFormat
import EventStorage
import LMDB
import Testing

/// Views: what a reader sees, and the indexes.
@Suite struct ReadTests {
    let directory = TemporaryDirectory()
    let stream = Make.stream("m/candles")

    @Test func aViewDoesNotChangeUnderItsReader() throws {
        let store = try directory.create()
        try store.add(Make.json(1), to: stream)
        try store.read { before in
            try store.add(Make.json(2), to: stream)
            #expect(try before.head().position.number == 1)
            let missing = try before.event(at: GlobalPosition(2)) == nil
            #expect(missing)
            #expect(try store.head().position.number == 2)
            #expect(try before.head(of: stream)?.version.number == 1)
        }
        #expect(try store.all().count == 2)
    }

    @Test func aLongScanSeesTheLogAsItWasAtItsBeginning() throws {
        let store = try directory.create()
        // Four scans' worth of bytes; every event read is followed by one appended.
        for day in 0..<480 { try store.add(Make.candles(day: Int32(day), rows: 1_440), to: stream) }
        var seen: [UInt64] = []
        try store.forEachEvent { position, event in
            #expect(event.streamVersion.number == position.number)
            seen.append(position.number)
            if position.number.isMultiple(of: 40) { try store.add(Make.json(1), to: stream) }
            return true
        }
        #expect(seen == Array(1...480))
        seen = []
        try store.forEachEvent(from: GlobalPosition(7), through: GlobalPosition(9)) { position, _ in
            seen.append(position.number)
            return position.number < 8
        }
        #expect(seen == [7, 8])
        try store.forEachEvent(from: GlobalPosition(600), through: GlobalPosition(700)) { _, _ in
            Issue.record("there is nothing beyond the end")
            return true
        }
    }

    @Test func anEventIsReadAsItWasWritten() throws {
        let store = try directory.create()
        var event = Make.candles(day: -3, rows: 5)
        let cause = try store.add(Make.json(1), to: Make.stream("cause"))
        event.causation = cause.id
        event.correlation = cause.id
        let appended = try store.add(event, to: stream)
        let recorded = try #require(try store.all().last)
        #expect(recorded.payload == event.payload && recorded.type == .candlesRecorded)
        #expect(
            recorded.envelope.causation == cause.id && recorded.envelope.correlation == cause.id)
        #expect(recorded.envelope.id == appended.id)
        try store.read { (view) throws in
            let found = try view.position(of: StreamVersion(1), in: try view.head(of: stream)!)
            #expect(found == appended.position)
            let day = try view.event(at: appended.position)?.marketDay()
            #expect(day == -3)
            let none = try view.event(at: .start) == nil
            #expect(none)
        }
    }

    @Test func aScanEndsWhereItsRangeOrItsBodyEnds() throws {
        let store = try directory.create()
        for number in 1...9 { try store.add(Make.json(number), to: stream) }
        func positions(_ first: UInt64, _ last: UInt64, limit: Int = 99) throws -> [UInt64] {
            try store.read { view in
                var found: [UInt64] = []
                try view.forEachEvent(
                    from: GlobalPosition(first), through: GlobalPosition(last)
                ) { position, _ in
                    found.append(position.number)
                    return found.count < limit
                }
                return found
            }
        }
        #expect(try positions(3, 5) == [3, 4, 5])
        #expect(try positions(5, 3) == [])
        #expect(try positions(8, .max) == [8, 9])
        #expect(try positions(10, 20) == [])
        #expect(try positions(1, 9, limit: 2) == [1, 2])
    }

    /// The end of the database had passed for the end of the range.
    @Test func aLogThatEndsBeforeItsHeadIsRefused() throws {
        do {
            let store = try directory.create()
            for number in 1...5 { try store.add(Make.json(number), to: stream) }
        }
        try directory.tamper { transaction in
            let events = try transaction.database(Keys.Database.events)
            try transaction.delete(events, Keys.event(GlobalPosition(5)))
        }
        let error = #expect(throws: EventStoreError.self) { _ = try directory.open().all() }
        #expect(error?.code == .corrupted && error?.position == GlobalPosition(5))
    }

    @Test func streamsAreListedByName() throws {
        let store = try directory.create()
        for name in ["b/2", "a", "b/10", "b", "c"] {
            try store.add(Make.json(1), to: Make.stream(name))
        }
        func names(_ prefix: String) throws -> [String] {
            try store.read { try $0.streams(prefix: prefix).map(\.id.description) }
        }
        #expect(try names("") == ["a", "b", "b/10", "b/2", "c"])
        #expect(try names("b/") == ["b/10", "b/2"])
        #expect(try names("d") == [])
        #expect(
            try store.read { try $0.streams(prefix: "").map(\.head.number) } == [1, 3, 2, 0, 4])
    }

    @Test func theIndexOfDaysFindsTheEventsOfARange() throws {
        let store = try directory.create()
        let other = Make.stream("other")
        for (number, day) in [5, -1, 5, 0, 7].enumerated() {
            try store.add(Make.candles(day: Int32(day), first: number), to: stream)
            try store.add(Make.candles(day: 5, first: number), to: other)
            try store.add(Make.json(number), to: stream)
        }
        func found(_ days: ClosedRange<Int32>) throws -> [String] {
            try store.read { view in
                try view.positions(in: try view.head(of: stream)!, days: days).map {
                    "\($0.day):\($0.position)"
                }
            }
        }
        #expect(try found(.min ... .max) == ["-1:4", "0:10", "5:1", "5:7", "7:13"])
        #expect(try found(5...5) == ["5:1", "5:7"])
        #expect(try found(-5...0) == ["-1:4", "0:10"])
        #expect(try found(8...9) == [])
    }

    @Test func projectionsAreCommittedWithTheirEvents() throws {
        let store = try directory.create()
        let stream = stream
        try store.append(at: someTime) { commit in
            try commit.append(Make.json(1), to: stream, expecting: .any)
            for key: [UInt8] in [[1, 1], [1, 2], [2]] { commit.setProjection(key, key + [9]) }
            commit.setProjection([1, 2], [])
            commit.setProjection([3], nil)
        }
        func keys(_ prefix: [UInt8]) throws -> [[UInt8]] {
            try store.read { view in
                var keys: [[UInt8]] = []
                try view.forEachProjection(prefix: prefix) { key, _ in keys.append(key) }
                return keys
            }
        }
        #expect(try store.projection([1, 1]) == [1, 1, 9])
        #expect(try store.projection([1, 2]) == [])
        #expect(try keys([1]) == [[1, 1], [1, 2]])
        #expect(try keys([]) == [[1, 1], [1, 2], [2]])
        try store.append(at: someTime) { commit in
            try commit.append(Make.json(2), to: stream, expecting: .any)
            commit.setProjection([1, 1], nil)
        }
        #expect(try keys([]) == [[1, 2], [2]])
        #expect(try store.findings() == [])
    }

    @Test func readersOfManyThreadsSeeWholeCommits() async throws {
        let store = try directory.create()
        let stream = stream
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<100 {
                        let (position, commit) = try store.read { view in
                            let head = try view.head()
                            return (head.position.number, head.commit)
                        }
                        #expect(position == commit * 3)
                    }
                }
            }
            for _ in 0..<50 {
                try store.append(at: someTime) { commit in
                    for number in 0..<3 {
                        try commit.append(Make.json(number), to: stream, expecting: .any)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.head().position.number == 150)
        #expect(try store.findings() == [])
    }
}
