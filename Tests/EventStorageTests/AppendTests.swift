import Digest
import EventFormat
import EventStorage
import Testing

/// The contract of an append: expected versions, retries, atomicity, time.
@Suite struct AppendTests {
    let directory = TemporaryDirectory()
    let stream = Make.stream("a")
    let other = Make.stream("b")

    @Test func versionsAndPositionsCountWithoutGaps() throws {
        let store = try directory.create()
        for number in 1...5 {
            let appended = try store.add(
                Make.json(number), to: stream, .exactly(StreamVersion(UInt64(number - 1))))
            #expect(appended.isNew)
            #expect(appended.version.number == UInt64(number))
            #expect(appended.position.number == UInt64(number))
        }
        try store.add(Make.json(1), to: other, .noStream)
        try store.add(Make.json(6), to: stream, .streamExists)
        try store.add(Make.json(7), to: stream, .any)
        let events = try store.all()
        #expect(events.map(\.frame.position.number) == Array(1...8))
        #expect(events.map(\.frame.commit) == Array(1...8))
        #expect(events.map(\.envelope.streamVersion.number) == [1, 2, 3, 4, 5, 1, 6, 7])
        #expect(
            events.map(\.envelope.stream.description) == ["a", "a", "a", "a", "a", "b", "a", "a"])
        #expect(events[6].envelope.previousHash == events[4].frame.eventHash)
        #expect(events[5].envelope.previousHash == .zero)
        #expect(try store.findings() == [])
    }

    @Test func aWrongVersionNamesBoth() throws {
        let store = try directory.create()
        for number in 1...3 { try store.add(Make.json(number), to: stream) }
        for (expected, words) in [
            (ExpectedVersion.exactly(StreamVersion(2)), ["version 3", "expected 2"]),
            (.exactly(StreamVersion(9)), ["version 3", "expected 9"]),
            (.noStream, ["version 3", "expected 0"]),
        ] {
            let error = #expect(throws: EventStoreError.self) {
                try store.add(Make.json(99), to: stream, expected)
            }
            #expect(error?.code == .wrongExpectedVersion)
            for word in words { #expect(error?.message.contains(word) == true) }
            #expect(error?.message.contains("stream a") == true)
        }
        let missing = #expect(throws: EventStoreError.self) {
            try store.add(Make.json(1), to: other, .exactly(StreamVersion(1)))
        }
        #expect(missing?.code == .wrongExpectedVersion)
        let nothing = #expect(throws: EventStoreError.self) {
            try store.add(Make.json(1), to: other, .streamExists)
        }
        #expect(nothing?.code == .streamNotFound)
        #expect(try store.head().position.number == 3)
        #expect(try store.head().streams == 1)
    }

    @Test func aRetryIsRecognisedAtItsExpectedVersion() throws {
        let store = try directory.create()
        let first = try store.add(Make.json(1), to: stream, .noStream)
        let second = try store.add(Make.json(2), to: stream, .exactly(StreamVersion(1)))
        for expected in [ExpectedVersion.noStream, .exactly(.none)] {
            let again = try store.add(Make.json(1), to: stream, expected, at: someTime + 9)
            #expect(!again.isNew && again.position == first.position && again.id == first.id)
        }
        let again = try store.add(Make.json(2), to: stream, .exactly(StreamVersion(1)))
        #expect(
            !again.isNew && again.position == second.position && again.version == second.version)
        // Another event there is a conflict, and the same event elsewhere is another event.
        #expect(throws: EventStoreError.self) {
            try store.add(Make.json(3), to: stream, .exactly(StreamVersion(1)))
        }
        #expect(try store.add(Make.json(2), to: stream, .exactly(StreamVersion(2))).isNew)
        #expect(try store.head().commit == 3)
    }

    @Test func aRetryIsRecognisedInsideItsCommit() throws {
        let store = try directory.create()
        let (stream, other) = (stream, other)
        try store.append(at: someTime) { commit in
            let first = try commit.append(Make.json(1), to: stream, expecting: .noStream)
            try commit.append(Make.json(2), to: stream, expecting: .exactly(StreamVersion(1)))
            let again = try commit.append(Make.json(1), to: stream, expecting: .noStream)
            #expect(!again.isNew && again.position == first.position)
            let keyed = try commit.append(Make.json(3, key: [7]), to: other, expecting: .any)
            let repeated = try commit.append(Make.json(3, key: [7]), to: other, expecting: .any)
            #expect(keyed.isNew && !repeated.isNew && repeated.position == keyed.position)
            #expect(commit.eventCount == 3)
        }
        #expect(try store.findings() == [])
    }

    @Test func aKeyIsRecognisedUnderEveryExpectedVersion() throws {
        let store = try directory.create()
        let first = try store.add(Make.json(1, key: [1, 2]), to: stream, .noStream)
        #expect(first.isNew)
        for expected in [
            ExpectedVersion.any, .streamExists, .noStream, .exactly(StreamVersion(1)),
            .exactly(StreamVersion(5)),
        ] {
            let again = try store.add(Make.json(1, key: [1, 2]), to: stream, expected)
            #expect(!again.isNew && again.position == first.position && again.id == first.id)
        }
        // A key names one event for ever: another one under it is refused, and named.
        let reused = #expect(throws: EventStoreError.self) {
            try store.add(Make.json(2, key: [1, 2]), to: stream, .any)
        }
        #expect(reused?.code == .keyReused && reused?.position == first.position)
        // Without a key, under `.any`, the same words are another event; so are other streams.
        #expect(try store.add(Make.json(1), to: stream, .any).isNew)
        #expect(try store.add(Make.json(1), to: stream, .any).isNew)
        #expect(try store.add(Make.json(1, key: [1, 2]), to: other, .any).isNew)
        #expect(try store.add(Make.json(1, key: []), to: other, .any).isNew)
        #expect(try !store.add(Make.json(1, key: []), to: other, .any).isNew)
        #expect(try store.findings() == [])
    }

    @Test func aKeyIsNotFoundInAnEventOfTheSameWordsWithoutOne() throws {
        let store = try directory.create()
        _ = try store.add(Make.json(1), to: stream, .noStream)
        // To answer "known" would lose the key: the retry under `.any` would be a second event.
        #expect(throws: EventStoreError(.wrongExpectedVersion, "")) {
            try store.add(Make.json(1, key: [1]), to: stream, .noStream)
        }
        #expect(try store.add(Make.json(1, key: [1]), to: stream, .any).isNew)
        #expect(try !store.add(Make.json(1, key: [1]), to: stream, .noStream).isNew)
    }

    @Test func severalStreamsAreOneCommit() throws {
        let store = try directory.create()
        let (stream, other) = (stream, other)
        let receipt = try store.append(at: someTime) { commit in
            for number in 1...3 {
                try commit.append(Make.json(number), to: stream, expecting: .any)
                try commit.append(Make.candles(day: Int32(number)), to: other, expecting: .any)
            }
            #expect(try commit.head(of: stream)?.version.number == 3)
            #expect(try commit.view.head(of: stream) == nil)
            var staged: [UInt64] = []
            try commit.forEachStagedEvent(of: other) { staged.append($0.frame.position.number) }
            try commit.forEachStagedEvent(of: Make.stream("none")) { _ in staged.append(0) }
            #expect(staged == [2, 4, 6])
            try commit.withLastEvent { event in
                #expect(event.frame.position.number == 6)
                #expect(event.streamVersion.number == 3)
            }
        }.receipt
        #expect(receipt.newEvents == 6 && receipt.head.position.number == 6)
        let frames = try store.all().map(\.frame)
        #expect(frames.map(\.commit) == [1, 1, 1, 1, 1, 1])
        #expect(frames.map(\.indexInCommit) == [0, 1, 2, 3, 4, 5])
        #expect(frames.map(\.eventsInCommit) == [6, 6, 6, 6, 6, 6])
        #expect(try store.head() == receipt.head)
        #expect(try store.findings() == [])
    }

    @Test func timeIncreasesWhereTheClockDoesNot() throws {
        let store = try directory.create()
        let stream = stream
        var number = 0
        for now in [someTime, someTime, someTime - 250_000_000, someTime + 5, someTime + 1] {
            try store.append(at: now) { commit in
                for _ in 0..<3 {
                    number += 1
                    try commit.append(Make.json(number), to: stream, expecting: .any)
                }
            }
        }
        let times = try store.all().map(\.frame.appendedAt)
        #expect(times.first == someTime)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(try store.all().allSatisfy { $0.frame.appendedAt == $0.envelope.recordedAt })
        #expect(try store.findings() == [])
    }

    @Test func aClockFarBehindIsRefusedUnlessAccepted() throws {
        do {
            let store = try directory.create()
            try store.add(Make.json(1), to: stream)
            let edge = try store.add(Make.json(2), to: stream, at: someTime + 1 - 300_000_000)
            #expect(edge.isNew)
            let newest = try store.head().appendedAt
            let error = #expect(throws: EventStoreError.self) {
                try store.add(Make.json(3), to: stream, at: newest - 300_000_001)
            }
            #expect(error?.code == .clockBehind)
            #expect(error?.message.contains("300 s") == true)
            #expect(try store.head().position.number == 2)
        }
        let store = try directory.open(acceptsClock: true)
        #expect(try store.add(Make.json(3), to: stream, at: 0).isNew)
        #expect(try store.all().last?.frame.appendedAt == someTime + 2)
    }

    @Test func aSimulatedClockMayRunBack() throws {
        let store = try directory.create(clock: .simulated)
        try store.add(Make.json(1), to: stream)
        #expect(try store.add(Make.json(2), to: stream, at: -5).isNew)
        #expect(store.identity.clock == .simulated)
    }

    @Test func aBodyThatThrowsLeavesNoTrace() throws {
        struct Refusal: Error {}
        let store = try directory.create()
        let (stream, other) = (stream, other)
        try store.add(Make.json(1), to: stream)
        let before = try store.head()
        #expect(throws: Refusal.self) {
            try store.append(at: someTime) { commit in
                try commit.append(Make.json(2), to: stream, expecting: .any)
                try commit.append(Make.json(2, key: [1]), to: other, expecting: .any)
                commit.setProjection([1], [1])
                throw Refusal()
            }
        }
        #expect(try store.head() == before)
        #expect(try store.head(of: other) == nil)
        #expect(try store.projection([1]) == nil)
        #expect(try store.add(Make.json(2, key: [1]), to: other).position.number == 2)
        #expect(try store.findings() == [])
    }

    @Test func withoutAnEventNothingIsCommitted() throws {
        let store = try directory.create()
        let stream = stream
        try store.add(Make.json(1), to: stream, .noStream)
        let before = try store.head()
        let receipt = try store.append(at: someTime) { commit in
            commit.setProjection([1], [1])
            try commit.append(Make.json(1), to: stream, expecting: .noStream)
        }.receipt
        #expect(receipt.newEvents == 0 && receipt.head == before)
        #expect(try store.head() == before)
        #expect(try store.projection([1]) == nil)
    }

    /// A refused event had counted a stream that was never made, where the caller went on.
    @Test func aRefusedEventLeavesTheCommitAsItWas() throws {
        let store = try directory.create()
        let (stream, other) = (stream, other)
        var bad = Make.candles(day: 1)
        bad.payload.removeLast()
        let noncanonical = EventData(type: .updateCompleted, payload: Array("{ }".utf8))
        let refused = [bad, noncanonical]
        try store.append(at: someTime) { commit in
            for event in refused {
                let error = #expect(throws: EventStoreError.self) {
                    try commit.append(event, to: other, expecting: .any)
                }
                #expect(error?.code == .invalidPayload)
            }
            try commit.append(Make.json(1), to: stream, expecting: .any)
        }
        #expect(try store.head().streams == 1)
        #expect(try store.head(of: stream)?.number == 0)
        #expect(try store.findings() == [])
    }
}
