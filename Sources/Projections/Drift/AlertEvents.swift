public import CanonicalJSON
public import Digest
public import DriftStatistics
public import EventFormat

/// The payload of `alert.raised`: the level in force rose, and somebody must look.
public struct AlertRaised: Equatable, Sendable {
    /// Its number among the market's alerts, from 1.
    public var alert: UInt64
    /// The labelling.
    public var labelsHash: Hash256
    /// The configuration that decided.
    public var configurationHash: Hash256
    /// The version of the check in the stream of drift.
    public var check: UInt64
    /// The level.
    public var level: DriftSeverity
    /// Why, as people read it.
    public var cause: String
    /// Where the check's current window ended, milliseconds UTC.
    public var firstSeen: Int64
    /// The open alert that it takes the place of; nil if there was none.
    public var replaces: UInt64?

    /// An alert of all its parts.
    public init(
        alert: UInt64, labelsHash: Hash256, configurationHash: Hash256, check: UInt64,
        level: DriftSeverity, cause: String, firstSeen: Int64, replaces: UInt64?
    ) {
        self.alert = alert
        self.labelsHash = labelsHash
        self.configurationHash = configurationHash
        self.check = check
        self.level = level
        self.cause = cause
        self.firstSeen = firstSeen
        self.replaces = replaces
    }

    /// The event.
    public func event(causation: EventID) -> EventData {
        EventData(type: .alertRaised, json: json, causation: causation)
    }

    /// The payload.
    public var json: JSONValue {
        [
            "alert": .integer(alert), "cause": .string(cause), "check": .integer(check),
            "configuration_hash": .string(configurationHash.hex),
            "first_seen_ms": .integer(firstSeen), "labels_hash": .string(labelsHash.hex),
            "level": .string(level.rawValue),
            "replaces": replaces.map { .integer($0) } ?? .null,
            "schema": .integer(Int(EventType.alertRaised.schemaVersion)),
        ]
    }

    /// Reads an event.
    public init(_ event: borrowing EventView) throws(FormatError) { try self.init(event.payload) }

    package init(_ payload: RawSpan) throws(FormatError) {
        let reader = try PayloadReader(payload, .alertRaised)
        alert = UInt64(try reader.count("alert"))
        labelsHash = try reader.hash("labels_hash")
        configurationHash = try reader.hash("configuration_hash")
        check = UInt64(try reader.count("check"))
        level = try reader.choice("level")
        cause = try reader.text("cause")
        firstSeen = try reader.integer("first_seen_ms")
        replaces = try reader.optional("replaces", reader.count).map { UInt64($0) }
    }
}

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
