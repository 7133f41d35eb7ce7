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
    /// What it is for the result.
    public internal(set) var roles: [Role]
    /// The stamps of its rows that count, ascending, milliseconds UTC; empty for events without rows.
    public internal(set) var stamps: [Int64]

    /// Where it stands.
    public var position: GlobalPosition { event.frame.position }
}

/// What an event is for a result before it is read: a place in the log.
struct Evidence {
    private var places: [GlobalPosition: (roles: Set<BlamedEvent.Role>, stamps: Set<Int64>)] = [:]

    /// The places.
    var positions: Set<GlobalPosition> { Set(places.keys) }

    /// Adds an event, or something else that a known one is.
    mutating func add(_ position: GlobalPosition, _ role: BlamedEvent.Role, stamp: Int64? = nil) {
        places[position, default: ([], [])].roles.insert(role)
        if let stamp { places[position]!.stamps.insert(stamp) }
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
                    roles: BlamedEvent.Role.allCases.filter(place.roles.contains),
                    stamps: place.stamps.sorted()))
        }
        return events
    }
}
