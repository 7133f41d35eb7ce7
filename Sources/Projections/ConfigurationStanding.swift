public import EventFormat
public import EventStorage
public import Market

/// Whether a market is labelled under a configuration, and since when.
public struct ConfigurationStanding: Sendable {
    /// The configuration.
    public let configuration: IdentifiedConfiguration
    /// Whether updates carry its labels on.
    public let isActive: Bool
    /// The event that made it active, or that made it inactive.
    public let position: GlobalPosition
    /// When that event entered the log, microseconds UTC.
    public let recordedAt: Int64

    /// Every configuration that was ever active in a market, in the order in which they were last
    /// activated or left: of those active the newest is the last.
    ///
    /// - Parameter last: later events are passed over.
    /// - Complexity: O(events of the market's configuration stream).
    public static func all(
        _ view: borrowing StoreView, market: MarketID, through last: GlobalPosition
    ) throws -> [ConfigurationStanding] {
        let stream = MarketStream.configuration(market)
        guard let head = try view.head(of: stream.id) else { return [] }
        let reader = try LogReader(view)
        var all: [ConfigurationStanding] = []
        for number in 1...head.version.number {
            guard let position = try view.position(of: StreamVersion(number), in: head),
                let event = try view.event(at: position)
            else { throw History.missing(number, of: stream) }
            guard position <= last else { break }
            try reader.read(event, at: position) { event in
                let change = try ConfigurationChange(event.payload)
                all.add(change, at: position, event.recordedAt)
            }
        }
        return all
    }
}

extension [ConfigurationStanding] {
    /// Notes a change; a configuration that is activated once more has been active since the first.
    fileprivate mutating func add(
        _ change: ConfigurationChange, at position: GlobalPosition, _ recordedAt: Int64
    ) {
        let configuration = IdentifiedConfiguration(change.configuration)
        let before = firstIndex { $0.configuration == configuration }.map { remove(at: $0) }
        if let before, before.isActive == change.isActive {
            append(before)
        } else {
            append(
                ConfigurationStanding(
                    configuration: configuration, isActive: change.isActive, position: position,
                    recordedAt: recordedAt))
        }
    }
}
