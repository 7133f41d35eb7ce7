public import EventFormat
internal import EventStorage

/// One event behind a result, and what it gave.
public struct BlamedEvent: Sendable {
    /// What an event is for a result; in the order in which they are told.
    public enum Role: String, Sendable, CaseIterable {
        /// It recorded the result.
        case result
        /// It says which program labelled, and how far.
        case program
        /// It has the labelling: all leaves that labels depend on.
        case labelling
        /// It made the configuration active that decided.
        case configuration
        /// It holds the entry candle.
        case entry
        /// It holds candles that touched nothing.
        case path
        /// It holds the candle that decided.
        case deciding
        /// It recorded the baseline.
        case baseline
        /// It holds rows of the current window.
        case current
        /// It holds rows of the reference period.
        case reference
        /// It revised minutes of the baseline after that was recorded.
        case stale
        /// It is the check, or the decision, before.
        case previous
        /// It set the baseline that was in force, or released it.
        case pin
        /// It revised so much that a check was due.
        case revisions
        /// It is the check that was decided on.
        case check
        /// It is a check whose severity counts for the level in force.
        case hold
        /// It paused trading.
        case paused
        /// It let trading go on.
        case resumed
        /// It is the alert that was open, so that nobody was told once more.
        case alerted
        /// It decided what raised the alert.
        case decision
        /// It is the alert that has the number before.
        case numbered
        /// It is the alert that was replaced.
        case replaced
        /// It resolved an alert.
        case resolved
        /// History: it holds values that another event replaced before the result came out.
        case superseded
        /// History: it recorded what the result was before.
        case before
        /// History: it changed values after the result came out, which did not change it.
        case after
    }

    /// The event, as its store holds it.
    public let event: RecordedEvent
    /// What it is for the result, and which of its rows count for that.
    public internal(set) var parts: [Part]

    /// One thing that an event is for a result.
    public struct Part: Sendable {
        /// What it is.
        public internal(set) var role: Role
        /// The stamps of the rows that count, ascending, milliseconds UTC; none where no row does.
        public let stamps: [Int64]
    }

    /// What it is for the result.
    public var roles: [Role] { parts.map(\.role) }

    /// The stamps of its rows that count for anything, ascending.
    public var stamps: [Int64] {
        parts.count == 1 ? parts[0].stamps : Set(parts.flatMap(\.stamps)).sorted()
    }

    /// The stamps of its rows that count for a role.
    public func stamps(_ role: Role) -> [Int64] {
        parts.first { $0.role == role }?.stamps ?? []
    }

    /// Where it stands.
    public var position: GlobalPosition { event.frame.position }

    /// Whether it holds candles of a trade.
    public var holdsCandles: Bool {
        roles.contains { [.entry, .path, .deciding].contains($0) }
    }
}

/// What an event is for a result before it is read: a place in the log.
struct Evidence {
    private var places: [GlobalPosition: [BlamedEvent.Role: Set<Int64>]] = [:]

    /// Adds an event, or something else that a known one is.
    mutating func add(_ position: GlobalPosition, _ role: BlamedEvent.Role, stamp: Int64? = nil) {
        if let stamp {
            places[position, default: [:]][role, default: []].insert(stamp)
        } else {
            places[position, default: [:]][role, default: []].formUnion([])
        }
    }

    func contains(_ position: GlobalPosition) -> Bool { places[position] != nil }
}

extension Evidence {
    /// Reads the events, in the order of the log.
    ///
    /// - Complexity: O(events × log of all events), and their bytes.
    func read(_ view: borrowing StoreView) throws -> [BlamedEvent] {
        var events: [BlamedEvent] = []
        for (position, place) in places.sorted(by: { $0.key < $1.key }) {
            guard let event = try view.event(at: position) else {
                throw EventStoreError(
                    .corrupted,
                    "position \(position): the event is missing; run `mechanic-replay verify`",
                    position: position)
            }
            events.append(
                BlamedEvent(
                    event: try event.recorded(),
                    parts: BlamedEvent.Role.allCases.compactMap { role in
                        place[role].map { BlamedEvent.Part(role: role, stamps: $0.sorted()) }
                    }))
        }
        return events
    }
}
