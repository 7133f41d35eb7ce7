public import EventFormat
public import EventStorage

/// How folds read a log: without the events that are passed over, every payload in the current
/// version of its type, and closed to what this program does not know.
public struct LogReader: Sendable {
    /// The types that the reader knows.
    public let catalog: EventCatalog
    /// What it passes over.
    public let skips: SkipList

    /// A reader of the log that a view shows.
    ///
    /// - Throws: as ``EventStorage/StoreView/skips()``.
    public init(
        _ view: borrowing StoreView, catalog: EventCatalog = .product
    ) throws(EventStoreError) {
        self.catalog = catalog
        skips = try view.skips()
    }

    /// A reader of events away from their log, which nobody passed over.
    public init(catalog: EventCatalog = .product) {
        self.catalog = catalog
        skips = SkipList()
    }

    /// Calls `body` with an event as a fold shall see it, unless it is passed over.
    ///
    /// - Throws: `EventStoreError` with the position: `.unknownEvent` for a type or version that the
    ///   catalog does not have, `.corrupted` where `body` cannot take the event.
    /// - Complexity: O(1) and no copy for a current version, O(payload) for an old one.
    public func read(
        _ event: borrowing EventView, at position: GlobalPosition,
        _ body: (borrowing EventView) throws -> Void
    ) throws {
        if skips.count > 0, skips.skip(of: event) != nil { return }
        let (number, version) = (event.typeNumber, event.schemaVersion)
        do {
            if catalog.isCurrent(number: number, schemaVersion: version) { return try body(event) }
            guard catalog.find(number: number, schemaVersion: version) != nil else {
                throw EventStoreError(unknown: event, at: position)
            }
            let stored = try catalog.upcast(event)
            try body(EventView(checked: stored.rawSpan))
        } catch let error as EventStoreError {
            throw error
        } catch {
            throw EventStoreError(unfoldable: error, event, at: position)
        }
    }
}

extension EventStoreError {
    /// An event that no fold can take: its payload cannot be read, or it contradicts the others.
    init(unfoldable error: any Error, _ event: borrowing EventView, at position: GlobalPosition) {
        let stream = String(decoding: event.streamName.copy(), as: UTF8.self)
        self.init(
            .corrupted,
            "position \(position): \(error) (\(stream), type \(event.typeNumber) version "
                + "\(event.schemaVersion)); run `mechanic-replay verify`: if the bytes are as they were "
                + "written, `mechanic-replay skip \(position) --reason TEXT` passes the event over",
            position: position)
    }
}
