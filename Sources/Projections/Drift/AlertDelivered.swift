internal import CanonicalJSON
public import EventFormat

/// The payload of `alert.delivered`: a sink took an alert, or did not.
public struct AlertDelivered: Equatable, Sendable {
    /// The alert's number.
    public var alert: UInt64
    /// The sink's name.
    public var sink: String
    /// Whether it took the alert.
    public var isDelivered: Bool
    /// How often that was tried.
    public var attempts: Int
    /// What went wrong; empty if nothing did.
    public var detail: String

    /// A delivery.
    public init(
        alert: UInt64, sink: String, isDelivered: Bool, attempts: Int, detail: String
    ) {
        self.alert = alert
        self.sink = sink
        self.isDelivered = isDelivered
        self.attempts = attempts
        self.detail = detail
    }

    /// The event.
    public var event: EventData {
        EventData(
            type: .alertDelivered,
            json: [
                "alert": .integer(alert), "attempts": .integer(attempts),
                "delivered": .bool(isDelivered), "detail": .string(detail),
                "schema": .integer(Int(EventType.alertDelivered.schemaVersion)),
                "sink": .string(sink),
            ])
    }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .alertDelivered)
        alert = UInt64(try reader.count("alert"))
        sink = try reader.text("sink")
        isDelivered = try reader.bool("delivered")
        attempts = try reader.count("attempts")
        detail = try reader.text("detail")
    }
}
