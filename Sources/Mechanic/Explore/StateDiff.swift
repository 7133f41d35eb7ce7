public import Digest
public import EventFormat
public import EventStorage
public import Market
internal import Projections

/// What changed in the state between two points of a log: net, with the events that did it.
///
/// States at both points come from snapshots; the rows that changed come from the events in between,
/// which say what they replace. No state is folded from the beginning.
public struct StateDiff: Sendable {
    /// What is compared.
    public struct Options: Sendable {
        /// One market; nil for all, and tags.
        public var market: MarketID?
        /// One labelling; nil for all. Candles and configurations do not depend on it.
        public var labels: Hash256?
        /// The stamps of candles and entries of labels that are told of, milliseconds UTC; nil for all.
        /// Other parts are not asked about where it is set.
        public var stamps: ClosedRange<Int64>?
        /// The parts; tags only where ``market`` is nil.
        public var parts = Set(StateChange.Part.allCases)

        /// Everything.
        public init() {}
    }

    /// One of the two points.
    public struct End: Sendable, Equatable {
        /// The end of a commit.
        public let position: GlobalPosition
        /// When its last event entered the log, microseconds UTC; nil for the empty log.
        public let time: Int64?
    }

    /// How many things of a kind became what.
    public struct Count: Sendable, Equatable {
        /// The market; nil for tags.
        public let market: MarketID?
        /// What they are of.
        public let part: StateChange.Part
        /// What became of them.
        public let kind: StateChange.Kind
        /// How many things.
        public internal(set) var things = 0
        /// How many times an event touched one of them.
        public internal(set) var touches = 0
    }

    /// The earlier point.
    public let from: End
    /// The later point. Changes are told from the earlier to the later one.
    public let to: End
    /// Whether the points were given the other way round.
    public let isReversed: Bool
    /// How many events lie between them.
    public var events: UInt64 { to.position.number - from.position.number }
    /// What changed: by market, part, labelling and stamp. Those that are ``StateChange/Kind/reverted``
    /// are no changes.
    public let changes: [StateChange]

    /// Whether the states are the same.
    public var isSame: Bool { changes.allSatisfy { $0.kind == .reverted } }

    /// Counts by market, part and kind, in the order of the changes.
    ///
    /// - Complexity: O(changes).
    public var counts: [Count] {
        var counts: [Count] = []
        for change in changes {
            let index =
                counts.lastIndex {
                    $0.market == change.market && $0.part == change.part && $0.kind == change.kind
                } ?? counts.count
            if index == counts.count {
                counts.append(Count(market: change.market, part: change.part, kind: change.kind))
            }
            counts[index].things += 1
            counts[index].touches += change.touch.events
        }
        return counts
    }

    /// Compares the states at two points, given in any order.
    ///
    /// A row counts if its stamp lies in the window of one of the two states: what was only forgotten,
    /// because the window moved on, has not changed.
    ///
    /// - Throws: as ``EventStorage/StoreView/resolve(_:)``; `EventStoreError` with the position of an
    ///   event that cannot be read.
    /// - Complexity: O(events between the points + log events + changes of configuration), or of the days
    ///   of ``Options/stamps``; memory for the rows that these events touched.
    public static func run(
        _ store: EventStore, from first: TimePoint, to second: TimePoint,
        options: Options = Options()
    ) throws -> StateDiff {
        let (one, other) = try store.read { view in (try end(first, view), try end(second, view)) }
        let isReversed = one.position > other.position
        let (low, high) = isReversed ? (other, one) : (one, other)
        var scan = try store.read { view in
            try LogScan(view, from: low.position, to: high.position, options)
        }
        try take(low.position, high.position, options, store, into: &scan)
        var changes: [StateChange] = []
        for market in scan.markets { changes += market.changes(options) }
        if options.market == nil, options.parts.contains(.tags) {
            let (old, new) = try store.read { view in
                (
                    try view.tags(through: low.position), try view.tags(through: high.position)
                )
            }
            changes += scan.tagChanges(from: old, to: new)
        }
        return StateDiff(from: low, to: high, isReversed: isReversed, changes: changes)
    }

    /// Reads the events between the points: all of them, or those of the days that are asked about.
    private static func take(
        _ low: GlobalPosition, _ high: GlobalPosition, _ options: Options, _ store: EventStore,
        into scan: inout LogScan
    ) throws {
        guard let stamps = options.stamps else {
            return try store.forEachEvent(
                from: GlobalPosition(low.number + 1), through: high
            ) { position, event in
                try scan.take(event, at: position)
                return true
            }
        }
        var found = scan
        try store.read { view in
            for place in try found.places(view, of: stamps, after: low, through: high) {
                guard let event = try view.event(at: place) else {
                    throw EventStoreError(
                        .corrupted,
                        "position \(place): the event is missing; run `mechanic-replay verify`",
                        position: place)
                }
                try found.take(event, at: place)
            }
        }
        scan = found
    }

    private static func end(
        _ point: TimePoint, _ view: borrowing StoreView
    ) throws(EventStoreError) -> End {
        let position = try view.resolve(point)
        let time = position > .start ? try view.frame(at: position).appendedAt : nil
        return End(position: position, time: time)
    }
}
