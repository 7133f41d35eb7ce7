internal import CanonicalJSON
public import EventFormat

/// The payload of `alert.acknowledged`: somebody has seen an alert.
public struct AlertAcknowledged: Equatable, Sendable {
    /// The alert's number.
    public var alert: UInt64
    /// Who.
    public var by: String
    /// What they say; nil if nothing.
    public var note: String?

    /// An acknowledgement.
    public init(alert: UInt64, by: String, note: String?) {
        self.alert = alert
        self.by = by
        self.note = note
    }

    /// The event.
    public var event: EventData {
        EventData(
            type: .alertAcknowledged,
            json: [
                "alert": .integer(alert), "by": .string(by), "note": JSONValue(note),
                "schema": .integer(Int(EventType.alertAcknowledged.schemaVersion)),
            ])
    }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .alertAcknowledged)
        alert = UInt64(try reader.count("alert"))
        by = try reader.text("by")
        note = try reader.optional("note", reader.text)
    }
}
