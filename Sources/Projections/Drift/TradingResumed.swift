internal import CanonicalJSON
public import Digest
public import EventFormat

/// The payload of `trading.resumed`: somebody let trading go on.
public struct TradingResumed: Equatable, Sendable {
    /// The labellings that were paused.
    public var labelsHashes: [Hash256]
    /// Who.
    public var by: String
    /// Why; nil if that was not said.
    public var reason: String?

    /// A resumption.
    public init(labelsHashes: [Hash256], by: String, reason: String?) {
        self.labelsHashes = labelsHashes
        self.by = by
        self.reason = reason
    }

    /// The event.
    public var event: EventData {
        EventData(
            type: .tradingResumed,
            json: [
                "by": .string(by),
                "labels_hashes": .array(labelsHashes.map { .string($0.hex) }),
                "reason": JSONValue(reason),
                "schema": .integer(Int(EventType.tradingResumed.schemaVersion)),
            ])
    }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .tradingResumed)
        labelsHashes = try reader.hashes("labels_hashes")
        by = try reader.text("by")
        reason = try reader.optional("reason", reader.text)
    }
}
