internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat

extension Operations {
    /// The state: canonical JSON.
    ///
    /// - Complexity: O(1) where nothing changed since the last call.
    package mutating func bytes() -> [UInt8] {
        if let cache { return cache }
        let json: JSONValue = [
            "alert_count": .integer(alertCount), "alerts": .array(alerts.map(\.json)),
            "watches": .array(watches.map(\.json)),
        ]
        let bytes = json.canonicalBytes
        cache = bytes
        return bytes
    }

    /// Reads the state back.
    package init(_ bytes: [UInt8]) throws {
        let reader = PayloadReader(try JSONValue(parsing: bytes), in: Self.name)
        alertCount = UInt64(try reader.count("alert_count"))
        for alert in try reader.objects("alerts") { alerts.append(try Alert(alert)) }
        for watch in try reader.objects("watches") { watches.append(try Watch(watch)) }
    }
}

extension Operations.Watch {
    fileprivate var json: JSONValue {
        [
            "labels_hash": .string(labelsHash.hex), "level": .string(level.rawValue),
            "pause_cause": JSONValue(pauseCause),
            "paused_since_ms": pausedSince.map { .integer($0) } ?? .null,
            "resumed": .bool(isResumed),
        ]
    }

    fileprivate init(_ reader: PayloadReader) throws(FormatError) {
        self.init(
            labelsHash: try reader.hash("labels_hash"), level: try reader.choice("level"),
            pausedSince: try reader.optional("paused_since_ms", reader.integer),
            pauseCause: try reader.optional("pause_cause", reader.text),
            isResumed: try reader.bool("resumed"))
    }
}

extension Operations.Alert {
    fileprivate var json: JSONValue {
        [
            "acknowledged_by": JSONValue(acknowledgedBy), "alert": .integer(number),
            "cause": .string(cause), "first_seen_ms": .integer(firstSeen),
            "labels_hash": .string(labelsHash.hex), "last_seen_ms": .integer(lastSeen),
            "level": .string(level.rawValue), "note": JSONValue(note),
            "sinks": .array(sinks.map { .string($0) }),
        ]
    }

    fileprivate init(_ reader: PayloadReader) throws(FormatError) {
        self.init(
            number: UInt64(try reader.count("alert")), labelsHash: try reader.hash("labels_hash"),
            level: try reader.choice("level"), cause: try reader.text("cause"),
            firstSeen: try reader.integer("first_seen_ms"),
            lastSeen: try reader.integer("last_seen_ms"),
            acknowledgedBy: try reader.optional("acknowledged_by", reader.text),
            note: try reader.optional("note", reader.text), sinks: try reader.texts("sinks"))
    }
}
