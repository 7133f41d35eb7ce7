import EventFormat
import EventStorage
import Testing

/// Points in transaction time, and the commits they round to.
@Suite struct TimePointTests {
    let directory = TemporaryDirectory()

    /// Commits of 1, 3 and 2 events: they end at positions 1, 4 and 6.
    private func store() throws -> EventStore {
        let store = try directory.create()
        let hour: Int64 = 3_600_000_000
        for (index, count) in [1, 3, 2].enumerated() {
            try store.append(at: someTime + Int64(index) * hour) { commit in
                for number in 0..<count {
                    try commit.append(Make.json(number), to: Make.stream("s"), expecting: .any)
                }
            }
        }
        return store
    }

    @Test func aPositionRoundsDownToTheEndOfACommit() throws {
        let store = try store()
        let resolved = try (0...6).map { try store.resolve(.position(GlobalPosition($0))) }
        #expect(resolved == [0, 1, 1, 1, 4, 4, 6])
        let error = #expect(throws: EventStoreError.self) {
            try store.resolve(.position(GlobalPosition(7)))
        }
        #expect(error?.code == .invalidPoint)
        #expect(error?.message.contains("ends at 6") == true)
    }

    @Test func aTimeTakesTheCommitsBegunByThen() throws {
        let store = try store()
        let hour: Int64 = 3_600_000_000
        #expect(try store.resolve(.time(someTime - 1)) == 0)
        #expect(try store.resolve(.time(someTime)) == 1)
        #expect(try store.resolve(.time(someTime + hour - 1)) == 1)
        #expect(try store.resolve(.time(someTime + hour)) == 4)
        #expect(try store.resolve(.time(someTime + hour + 1)) == 4)
        #expect(try store.resolve(.time(.max)) == 6)
        #expect(try store.resolve(.time(.min)) == 0)
    }

    @Test func spansAndCommitsCountBackFromTheHead() throws {
        let store = try store()
        let hour: Int64 = 3_600_000_000
        #expect(try store.resolve(.head) == 6)
        #expect(try store.resolve(.before(0)) == 6)
        #expect(try store.resolve(.before(2)) == 4)
        #expect(try store.resolve(.before(hour)) == 4)
        #expect(try store.resolve(.before(hour + 10)) == 1)
        #expect(try store.resolve(.before(9 * hour)) == 0)
        #expect(try (0...3).map { try store.resolve(.commitsBack($0)) } == [6, 4, 1, 0])
        let error = #expect(throws: EventStoreError.self) { try store.resolve(.commitsBack(4)) }
        #expect(error?.code == .invalidPoint)
        #expect(error?.message.contains("3 commits") == true)
    }

    @Test func anEmptyLogHasOnePoint() throws {
        let store = try directory.create()
        for point in [TimePoint.head, .position(.start), .time(0), .before(5), .commitsBack(0)] {
            #expect(try store.resolve(point) == 0)
        }
        #expect(throws: EventStoreError.self) { try store.resolve(.position(GlobalPosition(1))) }
        #expect(try store.findings() == [])
    }

    @Test func textsAreRead() {
        let expected: [(String, TimePoint?)] = [
            ("HEAD", .head), ("0", .position(.start)), ("1234", .position(GlobalPosition(1_234))),
            ("HEAD~0", .commitsBack(0)), ("HEAD~3", .commitsBack(3)),
            ("-6h", .before(21_600_000_000)), ("-90s", .before(90_000_000)),
            ("-2m", .before(120_000_000)), ("-1d", .before(86_400_000_000)), ("-0s", .before(0)),
            ("", nil), ("head", nil), ("HEAD~", nil), ("HEAD~-1", nil), ("HEAD~+1", nil),
            ("+5", nil), ("-", nil), ("-h", nil), ("-6", nil), ("-6y", nil), ("--6h", nil),
            ("-+6h", nil), ("6h", nil), ("1.5", nil), ("-1000000d", nil), ("１", nil),
            ("99999999999999999999", nil),
        ]
        for (text, point) in expected { #expect(TimePoint(text) == point, "\(text)") }
        #expect(TimePoint("-999999d") == .before(86_399_913_600_000_000))
    }
}
