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
