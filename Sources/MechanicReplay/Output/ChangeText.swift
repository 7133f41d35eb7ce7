internal import CanonicalJSON
internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Mechanic
internal import Projections

/// A change as people read it, a line of a table: what it is about, what it was, what it is.
struct ChangeText {
    /// The stamp that it is about, milliseconds UTC.
    private(set) var time: Int64?
    /// What it is about where that is no stamp.
    private(set) var name: String?
    private(set) var old: String?
    private(set) var new: String?

    init(_ change: StateChange) {
        switch change.subject {
        case .candle(let stamp, let before, let after):
            time = stamp
            (old, new) = (before.map(Self.text), after.map(Self.text))
        case .label(let entry, let before, let after):
            time = entry
            (old, new) = (before.map(Self.text), after.map(Self.text))
        case .labelling: break
        case .configuration(_, let leaves):
            name = leaves.isEmpty ? nil : leaves.map(\.name).joined(separator: " ")
            old = Self.values(leaves.map(\.old))
            new = Self.values(leaves.map(\.new))
        case .order(let before, let after):
            (old, new) = (Self.hashes(before), Self.hashes(after))
        case .baseline(let before, let after):
            (old, new) = (before.map(Self.text), after.map(Self.text))
        case .check(let before, let after):
            time = after?.end
            (old, new) = (before.map(Self.text), after.map(Self.text))
        case .level(let before, let after):
            (old, new) = (before?.rawValue, after.rawValue)
        case .pause(let before, let after):
            (old, new) = (Self.pause(before), Self.pause(after))
        case .alert(let number, let before, let after):
            name = "alert \(number)"
            (old, new) = (before.map(Self.text), after.map(Self.text))
        case .tag(let tag, let before, let after):
            name = "@\(tag)"
            (old, new) = (before.map(Self.text), after.map(Self.text))
        }
    }

    private static func text(_ candle: Candle) -> String {
        "O \(candle.open) H \(candle.high) L \(candle.low) C \(candle.close) V \(candle.volume)"
    }

    private static func text(_ label: Label) -> String {
        "\(label.reason.name) net \(label.netBps) bps exit \(UTCTime.text(milliseconds: label.exitTime))"
            + (label.isMeta ? " meta" : "") + (label.flags.contains(.ambiguous) ? " ambiguous" : "")
            + (label.flags.contains(.crossesGap) ? " over a gap" : "")
    }

    private static func values(_ values: [JSONValue?]) -> String? {
        values.isEmpty
            ? nil : values.map { $0?.canonicalText ?? "default" }.joined(separator: " ")
    }

    private static func hashes(_ hashes: [Hash256]) -> String {
        hashes.map { String($0.hex.prefix(8)) }.joined(separator: " ")
    }

    private static func text(_ baseline: Baselines.Entry) -> String {
        "\(baseline.cause.rawValue) \(MarketRange.text(baseline.range))"
            + (baseline.isPinned ? " held" : "")
            + (baseline.staleMinutes > 0 ? " (\(baseline.staleMinutes) minutes revised since)" : "")
    }

    private static func text(_ check: DriftHistory.Entry) -> String {
        check.severity.rawValue
            + (check.revisedMinutes > 0
                ? " (\(check.revisedMinutes) minutes of its periods or after them revised since)"
                : "")
    }

    private static func pause(_ since: Int64?) -> String {
        since.map { "paused since \(UTCTime.text(milliseconds: $0))" } ?? "not paused"
    }

    private static func text(_ alert: Operations.Alert) -> String {
        alert.level.rawValue + (alert.acknowledgedBy.map { ", seen by \($0)" } ?? "")
            + (alert.sinks.isEmpty ? "" : ", \(alert.sinks.count) sinks")
    }

    private static func text(_ tag: TagList.Tag) -> String {
        "\(tag.target.stream) \(tag.target.version)"
            + (tag.change.note.map { ": \($0)" } ?? "") + ", \(tag.change.by)"
    }
}

/// The values of a change as scripts read them.
enum ChangeJSON {
    /// What was, and what is.
    static func values(_ subject: StateChange.Subject) -> (old: JSONValue, new: JSONValue) {
        switch subject {
        case .candle(_, let old, let new): (json(old, json), json(new, json))
        case .label(_, let old, let new): (json(old, json), json(new, json))
        case .labelling: (.null, .null)
        case .configuration(_, let leaves): (json(leaves, \.old), json(leaves, \.new))
        case .order(let old, let new): (json(old), json(new))
        case .baseline(let old, let new): (json(old, json), json(new, json))
        case .check(let old, let new): (json(old, json), json(new, json))
        case .level(let old, let new):
            (json(old) { .string($0.rawValue) }, .string(new.rawValue))
        case .pause(let old, let new):
            (old.map { .integer($0) } ?? .null, new.map { .integer($0) } ?? .null)
        case .alert(_, let old, let new): (json(old, json), json(new, json))
        case .tag(_, let old, let new): (json(old, json), json(new, json))
        }
    }

    private static func json<Value>(_ value: Value?, _ json: (Value) -> JSONValue) -> JSONValue {
        value.map(json) ?? .null
    }

    private static func json(_ candle: Candle) -> JSONValue {
        [
            "open": .number(candle.open), "high": .number(candle.high), "low": .number(candle.low),
            "close": .number(candle.close), "volume": .number(candle.volume),
        ]
    }

    private static func json(_ label: Label) -> JSONValue {
        [
            "entry_price": .number(label.entryPrice), "exit_time_ms": .integer(label.exitTime),
            "exit_price": .number(label.exitPrice), "exit_reason": .string(label.reason.name),
            "pnl_gross_bps": .number(label.grossBps), "costs_bps": .number(label.costsBps),
            "pnl_net_bps": .number(label.netBps), "meta_label": .integer(label.isMeta ? 1 : 0),
            "ambiguous": .integer(label.flags.contains(.ambiguous) ? 1 : 0),
            "crosses_gap": .integer(label.flags.contains(.crossesGap) ? 1 : 0),
        ]
    }

    private static func json(
        _ leaves: [StateChange.Leaf], _ value: (StateChange.Leaf) -> JSONValue?
    ) -> JSONValue {
        .object(leaves.map { JSONValue.Member($0.name, value($0) ?? .null) })
    }

    private static func json(_ hashes: [Hash256]) -> JSONValue {
        .array(hashes.map { .string($0.hex) })
    }

    private static func json(_ baseline: Baselines.Entry) -> JSONValue {
        [
            "version": .integer(baseline.version), "cause": .string(baseline.cause.rawValue),
            "from_ms": .integer(baseline.range.lowerBound),
            "to_ms": .integer(baseline.range.upperBound), "held": .bool(baseline.isPinned),
            "stale_minutes": .integer(baseline.staleMinutes),
            "digest": .string(baseline.digest.hex),
        ]
    }

    private static func json(_ check: DriftHistory.Entry) -> JSONValue {
        [
            "version": .integer(check.version), "end_ms": .integer(check.end),
            "severity": .string(check.severity.rawValue),
            "revised_minutes": .integer(check.revisedMinutes),
        ]
    }

    private static func json(_ alert: Operations.Alert) -> JSONValue {
        [
            "level": .string(alert.level.rawValue), "cause": .string(alert.cause),
            "acknowledged_by": alert.acknowledgedBy.map { .string($0) } ?? .null,
            "note": alert.note.map { .string($0) } ?? .null,
            "sinks": .array(alert.sinks.map { .string($0) }),
        ]
    }

    private static func json(_ tag: TagList.Tag) -> JSONValue {
        [
            "stream": .string(tag.target.stream.description),
            "version": .integer(tag.target.version.number),
            "event_hash": .string(tag.target.eventHash.hex), "by": .string(tag.change.by),
            "note": tag.change.note.map { .string($0) } ?? .null,
        ]
    }
}
