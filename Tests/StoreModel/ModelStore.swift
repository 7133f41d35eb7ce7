package import EventFormat
package import EventStorage

/// What a store must hold, in arrays and dictionaries: slow, obvious, and written from the
/// contract, not from the store's sources.
package struct ModelStore: Sendable {
    /// An event as the model knows it.
    package struct Event: Equatable, Sendable {
        package var stream: StreamID
        package var version: UInt64
        package var type: EventType
        package var payload: [UInt8]
        package var key: [UInt8]?
        package var commit: UInt64
        package var index: UInt32
        package var time: Int64
    }

    /// What becomes of an append.
    package enum Outcome: Equatable, Sendable {
        case new(position: Int)
        case known(position: Int)
        case refused(EventStoreError.Code)
    }

    /// A stream: the positions of its events, and of those that a key names.
    private struct Stream {
        var positions: [Int] = []
        var byKey: [[UInt8]: Int] = [:]
    }

    /// All events, by position less one.
    package private(set) var events: [Event] = []
    /// How many commits there were.
    package private(set) var commits: UInt64 = 0
    /// The projections' records.
    package private(set) var projections: [[UInt8]: [UInt8]] = [:]
    /// Streams in the order of their first events: their numbers.
    package private(set) var streams: [StreamID] = []
    private var byStream: [StreamID: Stream] = [:]

    /// An empty store.
    package init() {}

    /// How many events a stream holds.
    package func count(of stream: StreamID) -> Int { byStream[stream]?.positions.count ?? 0 }

    /// The events of a stream with their positions.
    package func events(of stream: StreamID) -> [(position: Int, event: Event)] {
        (byStream[stream]?.positions ?? []).map { ($0, events[$0 - 1]) }
    }

    package mutating func append(
        _ data: EventData, to stream: StreamID, expecting expected: ExpectedVersion, now: Int64,
        index: UInt32
    ) -> Outcome {
        let known = byStream[stream] ?? Stream()
        let count = known.positions.count
        if let key = data.idempotencyKey, let earlier = known.byKey[key] {
            let there = events[earlier - 1]
            let isSame = there.type == data.type && there.payload == data.payload
            return isSame ? .known(position: earlier) : .refused(.keyReused)
        }
        let version: Int? =
            switch expected {
            case .exactly(let version): Int(version.number)
            case .noStream: 0
            case .any, .streamExists: nil
            }
        if let version, version != count {
            if version < count {
                let position = known.positions[version]
                let there = events[position - 1]
                let isSame =
                    there.type == data.type && there.payload == data.payload
                    && there.key == nil && data.idempotencyKey == nil
                if isSame { return .known(position: position) }
            }
            return .refused(.wrongExpectedVersion)
        }
        if expected == .streamExists, count == 0 { return .refused(.streamNotFound) }
        let time = events.last.map { max($0.time + 1, now) } ?? now
        events.append(
            Event(
                stream: stream, version: UInt64(count + 1), type: data.type,
                payload: data.payload, key: data.idempotencyKey, commit: commits + 1, index: index,
                time: time))
        if count == 0 { streams.append(stream) }
        byStream[stream, default: Stream()].positions.append(events.count)
        if let key = data.idempotencyKey { byStream[stream]!.byKey[key] = events.count }
        return .new(position: events.count)
    }

    package mutating func set(_ key: [UInt8], _ value: [UInt8]?) { projections[key] = value }

    package mutating func commit() { commits += 1 }

    /// The end of the commit at or before a position.
    package func endOfCommit(_ position: Int) -> Int {
        var end = position
        while end > 0, end < events.count, events[end - 1].commit == events[end].commit { end -= 1 }
        return end
    }

    /// The end of the newest commit whose first event entered by a time.
    package func end(at time: Int64) -> Int {
        let newest = events.last { $0.index == 0 && $0.time <= time }
        return events.lastIndex { $0.commit == newest?.commit }.map { $0 + 1 } ?? 0
    }

    /// The end of a commit.
    package func end(ofCommit commit: UInt64) -> Int {
        events.lastIndex { $0.commit == commit }.map { $0 + 1 } ?? 0
    }
}
