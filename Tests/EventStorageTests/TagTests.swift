import Digest
import EventFormat
import EventStorage
import Testing

/// Names of ends of commits: what they stand for, and in which log.
@Suite struct TagTests {
    let directory = TemporaryDirectory()
    let stream = Make.stream("s")

    /// Commits of 1, 3 and 2 events: they end at positions 1, 4 and 6.
    private func store() throws -> EventStore {
        let store = try directory.create()
        for count in [1, 3, 2] {
            try store.append(at: someTime) { commit in
                for number in 0..<count {
                    try commit.append(Make.json(number), to: stream, expecting: .any)
                }
            }
        }
        return store
    }

    /// A tag for an event of the stream, which has the versions of its positions.
    @discardableResult
    private func tag(
        _ store: EventStore, _ name: String, _ position: UInt64?, replaces: UInt64? = nil,
        hash: Hash256? = nil
    ) throws -> Appended {
        let target = try position.map { position in
            let found = try store.all().first { $0.frame.position.number == position }
            return TagChange.Target(
                stream: stream, version: StreamVersion(position),
                eventHash: hash ?? found?.frame.eventHash ?? .zero)
        }
        let change = TagChange(
            name: TagName(name)!, target: target, replaces: replaces.map { StreamVersion($0) },
            by: "ada", note: nil)
        return try store.add(change.event, to: TagChange.stream)
    }

    private func resolve(_ store: EventStore, _ text: String) throws -> UInt64 {
        try store.resolve(try #require(TimePoint(text)))
    }

    @Test func aNameStandsForTheEndOfACommit() throws {
        let store = try store()
        try tag(store, "one", 1)
        try tag(store, "four", 4)
        try tag(store, "head", 6)
        #expect(try ["@one", "@four", "@head"].map { try resolve(store, $0) } == [1, 4, 6])
        let list = try store.read { try $0.tags() }
        #expect(list.all.map(\.name.description) == ["four", "head", "one"])
        #expect(list.all.map(\.position.number) == [8, 9, 7])
        #expect(try store.findings().isEmpty)
        // As of before they were set there are none; resolving knows them at any time.
        #expect(try store.read { try $0.tags(through: GlobalPosition(7)) }.all.count == 1)
        #expect(try store.read { try $0.event(upTo: TimePoint("@four")!).number } == 4)
    }

    @Test func namesMoveAndAreGivenUp() throws {
        let store = try store()
        try tag(store, "x", 1)
        try tag(store, "x", 4, replaces: 1)
        #expect(try resolve(store, "@x") == 4)
        try tag(store, "x", nil, replaces: 2)
        let gone = #expect(throws: EventStoreError.self) { try resolve(store, "@x") }
        #expect(gone?.code == .invalidPoint && gone?.message.contains("none is set") == true)
        try tag(store, "x", 6)
        #expect(try resolve(store, "@x") == 6)
        #expect(try store.findings().isEmpty)
        // Whoever did not know the last change is refused by every reader.
        try tag(store, "x", 1, replaces: 2)
        #expect(throws: EventStoreError(.corrupted, "")) { try resolve(store, "@x") }
        #expect(try store.findings().count == 1)
    }

    @Test func anUnknownNameSaysWhatWasMeant() throws {
        let store = try store()
        try tag(store, "before-retrain", 4)
        let near = #expect(throws: EventStoreError.self) { try resolve(store, "@before-retrian") }
        #expect(near?.code == .invalidPoint)
        #expect(near?.message == "there is no tag @before-retrian; did you mean @before-retrain?")
        let far = #expect(throws: EventStoreError.self) { try resolve(store, "@q") }
        #expect(far?.message == "there is no tag @q; there are @before-retrain")
        for text in ["@", "@1", "@a b", "before-retrain"] { #expect(TimePoint(text) == nil) }
    }

    /// A hash makes a tag hold for this log and no other.
    @Test func anotherLogIsTold() throws {
        let store = try store()
        let other = SHA256().hash([1])
        try tag(store, "fork", 4, hash: other)
        try tag(store, "later", 6, hash: nil)
        try tag(store, "beyond", 99, hash: other)
        for name in ["@fork", "@beyond"] {
            let error = #expect(throws: EventStoreError.self) { try resolve(store, name) }
            #expect(error?.code == .corrupted)
            #expect(error?.message.contains("another log") == true)
            #expect(error?.message.contains("\(name) names version") == true)
        }
        #expect(try resolve(store, "@later") == 6)
        let findings = try store.verify().findings
        #expect(findings.map(\.position?.number) == [7, 9])
    }

    /// An event inside a commit, as another store's commits may hold it: its end is that before.
    @Test func insideACommitItRoundsDown() throws {
        let store = try store()
        try tag(store, "inside", 3)
        #expect(try resolve(store, "@inside") == 1)
    }
}
