internal import Digest
public import EventFormat
public import EventStorage
internal import Market
internal import Projections

/// Passes over an event that no fold can take, by a decision that the log records.
///
/// Only what stands between a sound log and its folds: an event of an unknown type or version, a
/// payload that cannot be read, an event that contradicts the ones before it. Its bytes, its hash,
/// its chain and its leaf must be as they were recorded: damage is never passed over.
public struct Skipping: Sendable {
    /// The decision as it was recorded.
    public let skip: SkippedEvent
    /// Why folds could not take the event.
    public let defect: String
    /// Where the log ends now.
    public let position: GlobalPosition
    /// Whether the decision is new; false if the event was passed over already.
    public let isNew: Bool

    /// Records that an event is passed over.
    ///
    /// - Parameters:
    ///   - reason: why, 1 … 1,000 bytes.
    ///   - by: who decides; nil if that is not said.
    ///   - now: the clock, microseconds UTC.
    /// - Throws: `.notSkippable` for an event that folds take, for damaged bytes, and for a decision
    ///   to skip; `.invalidPoint` if there is no such event; `.invalidPayload` for the reason; what a
    ///   fold throws at an event before this one, which must be passed over first.
    /// - Complexity: O(events up to the position).
    public static func record(
        _ store: EventStore, position: GlobalPosition, reason: String, by: String?, at now: Int64
    ) throws -> Skipping {
        guard (1...SkippedEvent.maximumReasonBytes).contains(reason.utf8.count) else {
            throw EventStoreError(
                .invalidPayload, "a reason has 1 to \(SkippedEvent.maximumReasonBytes) bytes")
        }
        guard (reason + (by ?? "")).unicodeScalars.allSatisfy(\.isPlain) else {
            throw EventStoreError(
                .invalidPayload,
                "a reason and a name are one line each, without control characters and turns of "
                    + "direction")
        }
        let (result, receipt) = try store.append(at: now) { commit in
            let found = try examine(position, reason: reason, by: by, commit.view)
            guard found.isNew else { return found }
            let version = try commit.head(of: SkippedEvent.stream)?.version ?? .none
            try commit.append(
                found.skip.event(causation: found.id), to: SkippedEvent.stream,
                expecting: .exactly(version))
            return found
        }
        return Skipping(
            skip: result.skip, defect: result.defect, position: receipt.head.position,
            isNew: receipt.newEvents > 0)
    }

    /// What an event is, and why it may be passed over.
    private struct Examination: Sendable {
        let skip: SkippedEvent
        let id: EventID
        let defect: String
        let isNew: Bool
    }

    private static func examine(
        _ position: GlobalPosition, reason: String, by: String?, _ view: borrowing StoreView
    ) throws -> Examination {
        let head = try view.head().position
        guard position > .start, position <= head, let event = try view.event(at: position) else {
            throw EventStoreError(
                .invalidPoint, "there is no event at position \(position): the log ends at \(head)")
        }
        let envelope = try event.envelope()
        if let known = try view.skips().skip(of: event) {
            return Examination(
                skip: known.event, id: envelope.id, defect: "passed over already", isNew: false)
        }
        try view.checkUntouched(event, at: position)
        let skip = SkippedEvent(
            stream: envelope.stream, version: envelope.streamVersion,
            eventHash: event.frame.eventHash, typeNumber: envelope.typeNumber,
            schemaVersion: envelope.schemaVersion, reason: reason, by: by,
            program: Program.version)
        let defect = try defect(of: event, envelope, at: position, view)
        return Examination(skip: skip, id: envelope.id, defect: defect, isNew: true)
    }

    /// What keeps folds from taking an event.
    ///
    /// - Throws: `.notSkippable` if nothing does.
    private static func defect(
        of event: borrowing EventView, _ envelope: Envelope, at position: GlobalPosition,
        _ view: borrowing StoreView
    ) throws -> String {
        if envelope.stream == SkippedEvent.stream {
            throw EventStoreError(
                .notSkippable, "position \(position) records a skip itself: use a newer program",
                position: position)
        }
        guard let type = event.type else {
            return "type \(event.typeNumber) version \(event.schemaVersion) is unknown"
        }
        if let defect = type.defect(in: event.payload) { return defect.description }
        if let stream = MarketStream(envelope.stream) {
            do {
                _ = try LogFold.fold(view, through: position, market: stream.market)
            } catch let error as EventStoreError where error.position == position {
                return error.message
            }
        }
        if envelope.stream == TagChange.stream {
            do throws(EventStoreError) {
                _ = try view.tags(through: position)
            } catch {
                if error.position == position { return error.message }
                throw error
            }
        }
        throw EventStoreError(
            .notSkippable,
            "position \(position): folds take this event (\(type.name)); only what they cannot take is "
                + "passed over", position: position)
    }
}
