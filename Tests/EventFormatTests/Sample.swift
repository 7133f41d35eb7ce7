import Digest
import EventFormat

/// Events of fixed values. The frozen fixtures are made of them: never change a value here.
enum Sample {
    static let day: Int64 = 20_409
    static let midnight = day * 86_400_000
    static let minute: Int64 = 60_000
    static let configuration = Hash256(LayoutTests.run(0xC0, 32).rawSpan)

    /// A payload of a type, three rows where it has rows.
    static func payload(of type: EventType) -> [UInt8] {
        switch type.encoding {
        case .json: json(type)
        case .columns(let layout): columns(layout, rows: 3)
        }
    }

    private static func json(_ type: EventType) -> [UInt8] {
        // The keys are those of no program: the fixture freezes the envelope and that the payload
        // is canonical JSON; the keys are the business of the room that writes them.
        Array(#"{"fixture":"\#(type.name)","list":[1,2.5,true,null],"text":"µ"}"#.utf8)
    }

    /// Columns with values that no two places share.
    static func columns(_ layout: ColumnLayout, rows: Int) -> [UInt8] {
        ColumnPayload.encode(
            layout: layout, dayStart: midnight,
            configuration: layout.bytes.first == "reason" ? configuration : .zero, rows: rows,
            word: { column, row in
                // Odd rows of revisions are late arrivals, which replace nothing.
                let isLate = layout.bytes.first == "kind" && !row.isMultiple(of: 2)
                if isLate && layout.words[column].name.hasPrefix("previous_") { return 0 }
                return switch layout.words[column].kind {
                case .time: UInt64(bitPattern: midnight + Int64(row + column * 3) * minute)
                case .number: (Double(100 * column + row) + 0.125).bitPattern
                }
            },
            byte: { column, row in
                let name = layout.bytes[column]
                if name == "kind" { return UInt8(row % 2 + 1) }
                return name.hasSuffix("reason") ? UInt8(row % 3 + 1) : UInt8(row + column & 7)
            })
    }

    /// The bytes of an event of a type, without a frame.
    static func event(_ type: EventType) -> [UInt8] {
        let name =
            type.name.hasPrefix("candles")
            ? "binance/BTC-USDT:USDT/1m/candles"
            : type.name.hasPrefix("label")
                ? "binance/BTC-USDT:USDT/1m/labels/c0c1c2c3c4c5c6c7" : "binance/operations"
        return event(stream: name, type: type, payload: payload(of: type))
    }

    static func event(stream name: String, type: EventType, payload: [UInt8]) -> [UInt8] {
        let stream = StreamID(name)!
        let version = StreamVersion(UInt64(type.number) + 40)
        let id = Envelope.id(
            stream: stream, version: version, type: type, payload: payload, hasher: SHA256())
        let envelope = Envelope(
            stream: stream, streamVersion: version, typeNumber: type.number,
            schemaVersion: type.schemaVersion, id: id, recordedAt: 1_763_000_000_123_456,
            causation: EventID(LayoutTests.run(0xA0, 16).rawSpan),
            correlation: EventID(LayoutTests.run(0xB0, 16).rawSpan),
            previousHash: Hash256(LayoutTests.run(0x80, 32).rawSpan))
        var bytes: [UInt8] = []
        envelope.encode(payload: payload, into: &bytes)
        return bytes
    }

    /// The same as it lies in a store: behind its frame.
    static func stored(stream: String, type: EventType, payload: [UInt8]) -> [UInt8] {
        framed(event(stream: stream, type: type, payload: payload))
    }

    static func framed(_ event: [UInt8]) -> [UInt8] {
        Frame(
            position: GlobalPosition(7), commit: 3, indexInCommit: 1, eventsInCommit: 2,
            appendedAt: 1_763_000_000_123_456, eventHash: SHA256().hash(event)
        ).bytes + event
    }
}
