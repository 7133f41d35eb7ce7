internal import CanonicalJSON
public import Digest
public import EventFormat

/// The payload of `alert.resolved`: the level in force fell to none.
public struct AlertResolved: Equatable, Sendable {
    /// The alert's number.
    public var alert: UInt64
    /// The labelling.
    public var labelsHash: Hash256
    /// The version of the check in the stream of drift.
    public var check: UInt64
    /// Where the check's current window ended, milliseconds UTC.
    public var end: Int64

    /// A resolution.
    public init(alert: UInt64, labelsHash: Hash256, check: UInt64, end: Int64) {
        self.alert = alert
        self.labelsHash = labelsHash
        self.check = check
        self.end = end
    }

    /// The event.
    public func event(causation: EventID) -> EventData {
        EventData(
            type: .alertResolved,
            json: [
                "alert": .integer(alert), "check": .integer(check), "end_ms": .integer(end),
                "labels_hash": .string(labelsHash.hex),
                "schema": .integer(Int(EventType.alertResolved.schemaVersion)),
            ], causation: causation)
    }

    /// Reads an event.
    public init(_ event: borrowing EventView) throws(FormatError) { try self.init(event.payload) }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .alertResolved)
        alert = UInt64(try reader.count("alert"))
        labelsHash = try reader.hash("labels_hash")
        check = UInt64(try reader.count("check"))
        end = try reader.integer("end_ms")
    }
}
