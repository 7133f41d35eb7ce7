internal import CanonicalJSON
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// An event's bytes, each under the name that `schemas/` gives it.
struct EventBytes {
    /// Some bytes with one meaning.
    struct Field {
        let offset: Int
        let length: Int
        let hex: String
        let name: String
        let value: String
    }

    private let stored: [UInt8]
    private var fields: [Field] = []
    private var at = 0

    /// The fields of frame, header, name and payload, in their order and without a gap.
    static func fields(of event: RecordedEvent) throws -> [Field] {
        var bytes = EventBytes(stored: event.stored)
        bytes.addFrame()
        bytes.addHeader(event)
        try bytes.addPayload(event)
        return bytes.fields
    }

    private init(stored: [UInt8]) { self.stored = stored }

    private mutating func add(_ name: String, _ length: Int, _ value: (RawSpan) -> String) {
        let slice = Array(stored[at..<at + length])
        fields.append(
            Field(
                offset: at, length: length,
                hex: slice.count <= 32
                    ? slice.hexadecimal : Array(slice.prefix(16)).hexadecimal + "…",
                name: name, value: value(slice.rawSpan)))
        at += length
    }

    private mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ name: String, _ type: Value.Type
    ) {
        add(name, Value.bitWidth / 8) { String($0.load(Value.self, at: 0)) }
    }

    private mutating func hash(_ name: String, _ length: Int) { add(name, length) { _ in "" } }

    private mutating func time(_ name: String) {
        add(name, 8) { UTCTime.text(microseconds: $0.load(Int64.self, at: 0)) }
    }

    private mutating func addFrame() {
        integer("frame.position", UInt64.self)
        integer("frame.commit", UInt64.self)
        integer("frame.index_in_commit", UInt32.self)
        integer("frame.events_in_commit", UInt32.self)
        time("frame.appended_at")
        hash("frame.event_hash", 32)
    }

    private mutating func addHeader(_ event: RecordedEvent) {
        integer("format_version", UInt16.self)
        add("type", 2) { "\($0.load(UInt16.self, at: 0)) \(event.type?.name ?? "")" }
        integer("schema_version", UInt16.self)
        integer("stream_length", UInt16.self)
        integer("stream_version", UInt64.self)
        time("recorded_at")
        hash("event_id", 16)
        hash("causation", 16)
        hash("correlation", 16)
        hash("previous_hash", 32)
        integer("payload_length", UInt32.self)
        integer("reserved", UInt32.self)
        let name = event.envelope.stream.description
        add("stream", name.utf8.count) { _ in name }
        addPadding()
    }

    private mutating func addPayload(_ event: RecordedEvent) throws {
        switch event.type?.encoding {
        case .json?:
            add("payload", event.payload.count) { String(decoding: $0.copy(), as: UTF8.self) }
        case .columns(let layout)?:
            try addColumns(event.payload, layout)
        case nil:
            add("payload", event.payload.count) { _ in "of an unknown type" }
        }
        addPadding()
    }

    private mutating func addColumns(_ payload: [UInt8], _ layout: ColumnLayout) throws {
        let rows = try ColumnPayload(payload.rawSpan, layout: layout).rows
        integer("rows", UInt32.self)
        integer("word_columns", UInt8.self)
        integer("byte_columns", UInt8.self)
        integer("reserved", UInt16.self)
        add("day_start", 8) { UTCTime.text(milliseconds: $0.load(Int64.self, at: 0)) }
        hash("configuration_hash", 32)
        for word in layout.words {
            for row in 0..<rows {
                add("\(word.name)[\(row)]", 8) { bytes in
                    word.kind == .time
                        ? UTCTime.text(milliseconds: bytes.load(Int64.self, at: 0))
                        : Double(bitPattern: bytes.load(UInt64.self, at: 0)).description
                }
            }
        }
        for name in layout.bytes {
            for row in 0..<rows {
                add("\(name)[\(row)]", 1) { bytes in
                    let value = bytes.load(UInt8.self, at: 0)
                    let meaning = Self.meaning(value, of: name)
                    return meaning.isEmpty ? "\(value)" : "\(value) \(meaning)"
                }
            }
        }
    }

    /// What a byte of a column stands for; empty where nothing is said.
    private static func meaning(_ value: UInt8, of name: String) -> String {
        switch name {
        case "reason", "previous_reason": return ExitReason(rawValue: value)?.name ?? ""
        case "kind":
            return CandleRevision.Kind(rawValue: value).map { "\($0)" } ?? ""
        case "flags", "previous_flags":
            let flags = LabelFlags(rawValue: value)
            let names: [(LabelFlags, String)] = [
                (.meta, "meta"), (.ambiguous, "ambiguous"), (.crossesGap, "crosses_gap"),
            ]
            return names.filter { flags.contains($0.0) }.map(\.1).joined(separator: " ")
        default: return ""
        }
    }

    private mutating func addPadding() {
        let length = (8 - at % 8) % 8
        if length > 0 { add("padding", length) { _ in "" } }
    }
}
