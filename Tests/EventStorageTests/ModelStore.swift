import EventFormat
import EventStorage

/// What a store must hold, in arrays and dictionaries: slow, obvious, and written from the
/// contract, not from the store's sources.
struct ModelStore {
    /// An event as the model knows it.
    struct Event: Equatable {
        var stream: StreamID
        var version: UInt64
        var type: EventType
        var payload: [UInt8]
        var key: [UInt8]?
        var commit: UInt64
        var index: UInt32
        var time: Int64
    }

    /// What becomes of an append.
    enum Outcome: Equatable {
        case new(position: Int)
        case known(position: Int)
        case refused(EventStoreError.Code)
    }

    private(set) var events: [Event] = []
    private(set) var commits: UInt64 = 0
    private(set) var projections: [[UInt8]: [UInt8]] = [:]

    /// The events of a stream with their positions.
    func events(of stream: StreamID) -> [(position: Int, event: Event)] {
        events.enumerated().filter { $0.element.stream == stream }.map {
            ($0.offset + 1, $0.element)
        }
    }

    /// Streams in the order of their first events: their numbers.
    var streams: [StreamID] {
        events.reduce(into: []) { if !$0.contains($1.stream) { $0.append($1.stream) } }
    }

    mutating func append(
        _ data: EventData, to stream: StreamID, expecting expected: ExpectedVersion, now: Int64,
        index: UInt32
    ) -> Outcome {
        let known = events(of: stream)
        if let key = data.idempotencyKey, let earlier = known.first(where: { $0.event.key == key })
        {
            let isSame = earlier.event.type == data.type && earlier.event.payload == data.payload
            return isSame ? .known(position: earlier.position) : .refused(.keyReused)
        }
        let version: Int? =
            switch expected {
            case .exactly(let version): Int(version.number)
            case .noStream: 0
            case .any, .streamExists: nil
            }
        if let version, version != known.count {
            if version < known.count {
                let there = known[version]
                let isSame =
                    there.event.type == data.type && there.event.payload == data.payload
                    && there.event.key == nil && data.idempotencyKey == nil
                if isSame { return .known(position: there.position) }
            }
            return .refused(.wrongExpectedVersion)
        }
        if expected == .streamExists, known.isEmpty { return .refused(.streamNotFound) }
        let time = events.last.map { max($0.time + 1, now) } ?? now
        events.append(
            Event(
                stream: stream, version: UInt64(known.count + 1), type: data.type,
                payload: data.payload, key: data.idempotencyKey, commit: commits + 1, index: index,
                time: time))
        return .new(position: events.count)
    }

    mutating func set(_ key: [UInt8], _ value: [UInt8]?) { projections[key] = value }

    mutating func commit() { commits += 1 }

    /// The end of the commit at or before a position.
    func endOfCommit(_ position: Int) -> Int {
        var end = position
        while end > 0, end < events.count, events[end - 1].commit == events[end].commit { end -= 1 }
        return end
    }
}
