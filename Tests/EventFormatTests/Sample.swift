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

    /// A payload as the first program wrote it, every key of the schema in it.
    private static func json(_ type: EventType) -> [UInt8] {
        switch type {
        case .labellingOpened: Array(opened.joined().utf8)
        case .configurationActivated: Array(activated.joined().utf8)
        case .eventSkipped: Array(skipped.joined().utf8)
        case .tagSet: Array(tagged.joined().utf8)
        default: Array((drift(type) ?? completed).joined().utf8)
        }
    }

    private static let opened = [
        #"{"configuration":{"ambiguity":"target_first","buffer":1.1,"cost_threshold_bps":0"#,
        #","default_fee_bps":8,"exchange":"binance","fees":[{"exchange":"binance","from":""#,
        #"2020-01-01","maker_bps":10,"taker_bps":10},{"exchange":"binance","from":"2023-01"#,
        #"-01","maker_bps":2,"taker_bps":8},{"exchange":"binance","from":"2024-07-01","mak"#,
        #"er_bps":2,"taker_bps":6},{"exchange":"coinbase","from":"2020-01-01","maker_bps":"#,
        #"5,"taker_bps":5},{"exchange":"kraken","from":"2020-01-01","maker_bps":4,"taker_b"#,
        #"ps":10}],"label_algorithm":1,"maker_after_minutes":5,"min_pnl_bps":0,"position_s"#,
        #"ize":1000,"slippage_multiplier":0.5,"spread_bps":3,"stop_loss_bps":10,"take_prof"#,
        #"it_bps":15,"timeout_minutes":30,"window_days":90},"configuration_hash":"57ddbc59"#,
        #"d900ae1e6e7b5537b20bf86a68b8607f1f8b7f2189b0310fefecbe66","labels_hash":"584ea16"#,
        #"58875741c8eff0ffca3843fd2c54c4a2d18edd0c526ca9348f6bd6151","starts_at_ms":174964"#,
        #"0620000}"#,
    ]

    private static let activated = [
        #"{"active":true,"configuration":{"ambiguity":"target_first","buffer":1.1,"cost_th"#,
        #"reshold_bps":0,"default_fee_bps":8,"exchange":"binance","fees":[{"exchange":"bin"#,
        #"ance","from":"2020-01-01","maker_bps":10,"taker_bps":10},{"exchange":"binance",""#,
        #"from":"2023-01-01","maker_bps":2,"taker_bps":8},{"exchange":"binance","from":"20"#,
        #"24-07-01","maker_bps":2,"taker_bps":6},{"exchange":"coinbase","from":"2020-01-01"#,
        #"","maker_bps":5,"taker_bps":5},{"exchange":"kraken","from":"2020-01-01","maker_b"#,
        #"ps":4,"taker_bps":10}],"label_algorithm":1,"maker_after_minutes":5,"min_pnl_bps""#,
        #":0,"position_size":1000,"slippage_multiplier":0.5,"spread_bps":3,"stop_loss_bps""#,
        #":10,"take_profit_bps":15,"timeout_minutes":30,"window_days":90},"configuration_h"#,
        #"ash":"57ddbc59d900ae1e6e7b5537b20bf86a68b8607f1f8b7f2189b0310fefecbe66","labels_"#,
        #"hash":"584ea1658875741c8eff0ffca3843fd2c54c4a2d18edd0c526ca9348f6bd6151"}"#,
    ]

    private static let completed = [
        #"{"candles":{"duplicates":3,"first_ms":1763337600000,"last_ms":1763337720000,"lat"#,
        #"e":1,"partial":1,"recorded":2,"rejected":5,"revised":4},"complete":true,"gap_cou"#,
        #"nt":1,"gaps":[{"from_ms":1763337660000,"missing":1,"through_ms":1763337660000}],"#,
        #""labellings":[{"candles_version":7,"closed":6,"configuration_hash":"57ddbc59d900"#,
        #"ae1e6e7b5537b20bf86a68b8607f1f8b7f2189b0310fefecbe66","labels_hash":"584ea165887"#,
        #"5741c8eff0ffca3843fd2c54c4a2d18edd0c526ca9348f6bd6151","open":9,"retracted":8,"r"#,
        #"evised":2,"through_ms":1763337720000}],"missing_candles":1,"program":"0.1.0","sc"#,
        #"hema":1}"#,
    ]

    private static let skipped = [
        #"{"by":"ada","event_hash":"c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9da"#,
        #"dbdcdddedf","program":"0.1.0","reason":"written by a test build, see ticket 12","#,
        #""schema":1,"stream":"binance/BTC-USDT:USDT/1m/candles","type":77,"type_version":"#,
        #"2,"version":41}"#,
    ]

    private static let tagged = [
        #"{"by":"ada","event_hash":"c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9da"#,
        #"dbdcdddedf","name":"before-retrain.2","note":"see ticket 12","replaces":7,"schem"#,
        #"a":1,"stream":"binance/BTC-USDT:USDT/1m/operations","version":41}"#,
    ]

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
                ? "binance/BTC-USDT:USDT/1m/labels/c0c1c2c3c4c5c6c7"
                : type == .eventSkipped
                    ? "skips"
                    : type == .tagSet ? "tags" : driftStream(type) ?? "binance/operations"
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
