import Digest
import EventFormat
import EventStorage
import Market
import Mechanic
import Projections
import Testing

/// Names are given, moved and given up through events, and no market's state depends on them.
struct TaggingTests {
    private let name = TagName("before")!

    private func bench() throws -> Bench {
        let history = RandomHistory(seed: 5)
        let bench = try Bench(history.market, [history.configuration])
        try bench.update(Array(history.truth.prefix(20)))
        try bench.update(history.truth)
        return bench
    }

    private func set(
        _ bench: Bench, _ point: TimePoint = .head, by: String = "ada", note: String? = nil,
        moves: Bool = false
    ) throws -> Tagging {
        try Tagging.set(
            bench.store, name, at: point, by: by, note: note, moves: moves,
            now: try bench.store.head().appendedAt)
    }

    @Test func aTagIsSetOnceAndMovedOnlyIfAsked() throws {
        let bench = try bench()
        let digests = try bench.digests()
        let head = try bench.store.head().position
        let first = try set(bench, .commitsBack(1), note: "why")
        #expect(first.isNew && first.previous == nil && first.position < head)
        #expect(first.end.number == head.number + 1)
        // The same once more adds nothing.
        let again = try set(bench, .position(first.position), by: "bob")
        #expect(!again.isNew && again.end == first.end)
        let taken = #expect(throws: EventStoreError.self) { try set(bench, by: "bob") }
        #expect(taken?.code == .invalidTag)
        for part in ["@before", "position \(first.position)", "by ada", "--move"] {
            #expect(taken?.message.contains(part) == true, "\(part)")
        }
        let moved = try set(bench, .position(head), by: "bob", moves: true)
        #expect(moved.isNew && moved.previous == first.position && moved.position == head)
        #expect(try bench.store.read { try $0.resolve(.tag(name)) } == head)

        let now = try bench.store.head().appendedAt
        let deleted = try Tagging.delete(bench.store, name, by: "ada", note: nil, now: now)
        #expect(deleted.isNew && deleted.position == head && deleted.change.target == nil)
        #expect(throws: EventStoreError(.invalidPoint, "")) {
            try Tagging.delete(bench.store, name, by: "ada", note: nil, now: now)
        }
        #expect(try set(bench).isNew)

        #expect(try bench.digests() == digests)
        try bench.check("with tags")
        #expect(try bench.store.verify(isDeep: true).isClean)
        try bench.reopen()
        try bench.check("with tags, opened again")
    }

    @Test func wordsAreOneLineAndTheLogNotEmpty() throws {
        let bench = try bench()
        for by in ["", "a\nb", "a\u{1B}[31m", String(repeating: "x", count: 201)] {
            #expect(throws: EventStoreError(.invalidTag, "")) { try set(bench, by: by) }
        }
        for note in ["", "a\u{2028}b", String(repeating: "x", count: 1_001)] {
            #expect(throws: EventStoreError(.invalidTag, "")) { try set(bench, note: note) }
        }
        #expect(throws: EventStoreError(.invalidTag, "")) {
            try set(bench, .position(.start))
        }
        #expect(throws: EventStoreError(.invalidPoint, "")) {
            try set(bench, .position(GlobalPosition(10_000)))
        }
        #expect(try bench.store.read { try $0.tags() }.all.isEmpty)
    }

    /// A tag that names an event of another log is moved, or passed over.
    @Test func aTagOfAnotherLogIsMended() throws {
        let bench = try bench()
        let end = try set(bench).end
        var change = try bench.store.read { try $0.tags().tag(name).change }
        change.target?.eventHash = .zero
        change.replaces = StreamVersion(1)
        let forged = change
        let now = try bench.store.head().appendedAt
        try bench.store.append(at: now) { commit in
            try commit.append(forged.event, to: TagChange.stream, expecting: .streamExists)
        }
        #expect(throws: EventStoreError(.corrupted, "")) {
            try bench.store.read { try $0.resolve(.tag(name)) }
        }
        #expect(try set(bench, .position(end), moves: true).previous == nil)
        #expect(try bench.store.read { try $0.resolve(.tag(name)) } == end)
        #expect(try bench.store.verify().isClean)
    }

    /// What contradicts the tags before it is passed over by a recorded decision.
    @Test func aContradictionIsSkipped() throws {
        let bench = try bench()
        let end = try set(bench).position
        let known = try bench.store.read { try $0.tags().tag(name).change }
        let now = try bench.store.head().appendedAt
        let position = try bench.store.append(at: now) { commit in
            // Sets a name that is taken as if it were free.
            try commit.append(known.event, to: TagChange.stream, expecting: .streamExists)
        }.result.position
        #expect(throws: EventStoreError(.corrupted, "")) { try bench.store.read { try $0.tags() } }
        _ = try Skipping.record(
            bench.store, position: position, reason: "said twice", by: nil, at: now)
        #expect(try bench.store.read { try $0.resolve(.tag(name)) } == end)
        #expect(try bench.store.verify().isClean)
    }
}
