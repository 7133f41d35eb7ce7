internal import Digest
public import EventFormat

/// The events that folds pass over, each by a recorded decision.
public struct SkipList: Sendable {
    /// One decision.
    public struct Skip: Sendable {
        /// What is passed over, and why.
        public let event: SkippedEvent
        /// Where the decision stands in the log.
        public let position: GlobalPosition
    }

    private var byHash: [Hash256: Skip] = [:]

    /// No skips.
    public init() {}

    /// How many events are passed over.
    public var count: Int { byHash.count }

    /// The decisions, in the order of the log.
    public var all: [Skip] { byHash.values.sorted { $0.position < $1.position } }

    /// The decision on an event; nil if there is none.
    ///
    /// - Complexity: O(1); next to nothing where a store has no skips.
    public func skip(of event: borrowing EventView) -> Skip? {
        // The hash covers stream and version; they are compared in case the frame's hash is damaged.
        guard !byHash.isEmpty, let skip = byHash[event.frame.eventHash],
            skip.event.version == event.streamVersion,
            event.streamName.copy() == Array(skip.event.stream.description.utf8)
        else { return nil }
        return skip
    }

    mutating func add(_ event: SkippedEvent, at position: GlobalPosition) {
        byHash[event.eventHash] = Skip(event: event, position: position)
    }
}

extension StoreView {
    /// All decisions to pass over an event, wherever in the log they stand.
    ///
    /// A later one counts for points before it too: without it nobody could fold to them any more.
    ///
    /// - Throws: `.unknownEvent` where a later program wrote to the stream; `.corrupted`.
    /// - Complexity: O(log events), and O(skips × log events).
    public func skips() throws(EventStoreError) -> SkipList {
        var list = SkipList()
        guard let head = try head(of: SkippedEvent.stream), head.version > .none else {
            return list
        }
        for number in 1...head.version.number {
            guard let position = try position(of: StreamVersion(number), in: head),
                let event = try event(at: position)
            else {
                throw .corrupted(
                    FormatError("version \(number) of \(SkippedEvent.stream) is missing"), at: nil)
            }
            guard event.type == .eventSkipped else {
                throw EventStoreError(unknown: event, at: position)
            }
            do {
                list.add(try SkippedEvent(event.payload), at: position)
            } catch {
                throw .corrupted(error, at: position)
            }
        }
        return list
    }
}

extension EventStoreError {
    /// An event of a type or version that this program does not know.
    public init(unknown event: borrowing EventView, at position: GlobalPosition) {
        let stream = String(decoding: event.streamName.copy(), as: UTF8.self)
        self.init(
            .unknownEvent,
            "position \(position): \(stream) holds an event of type \(event.typeNumber) version "
                + "\(event.schemaVersion), which this program does not know: use a newer program, or "
                + "record that it is passed over with "
                + "`mechanic-replay skip \(position) --reason TEXT`", position: position)
    }
}
