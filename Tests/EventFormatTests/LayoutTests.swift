import Digest
import EventFormat
import Testing

/// Every offset of the documented tables, byte by byte.
///
/// Each field gets bytes of its own (0x11, 0x12 …), so that a field in another place, of another
/// width or in another order shows.
@Suite struct LayoutTests {
    /// `count` bytes: first, first + 1 …
    static func run(_ first: UInt8, _ count: Int) -> [UInt8] {
        (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) }
    }

    /// A little-endian integer with these bytes.
    static func integer<Value: FixedWidthInteger>(_ bytes: [UInt8]) -> Value {
        bytes.reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    @Test func aFrameHas64Bytes() {
        let frame = Frame(
            position: GlobalPosition(Self.integer(Self.run(0x10, 8))),
            commit: Self.integer(Self.run(0x20, 8)), indexInCommit: Self.integer(Self.run(0x30, 4)),
            eventsInCommit: Self.integer(Self.run(0x40, 4)),
            appendedAt: Self.integer(Self.run(0x50, 8)),
            eventHash: Hash256(Self.run(0x60, 32).rawSpan))
        var expected = Self.run(0x10, 8) + Self.run(0x20, 8) + Self.run(0x30, 4)
        expected += Self.run(0x40, 4) + Self.run(0x50, 8) + Self.run(0x60, 32)
        #expect(frame.bytes == expected)
        #expect(expected.count == 64 && Frame.byteCount == 64)
        #expect(Frame(expected.rawSpan) == frame)
    }

    @Test func anEnvelopeHas112BytesAndTwoPaddedTails() throws {
        let stream = try #require(StreamID("abcde"))
        let envelope = Envelope(
            stream: stream, streamVersion: StreamVersion(Self.integer(Self.run(0x10, 8))),
            typeNumber: 0x2120, schemaVersion: 0x2322, id: EventID(Self.run(0x30, 16).rawSpan),
            recordedAt: Self.integer(Self.run(0x40, 8)),
            causation: EventID(Self.run(0x50, 16).rawSpan),
            correlation: EventID(Self.run(0x60, 16).rawSpan),
            previousHash: Hash256(Self.run(0x80, 32).rawSpan))
        var bytes: [UInt8] = []
        envelope.encode(payload: [0xF1, 0xF2, 0xF3], into: &bytes)
        var expected: [UInt8] = [1, 0, 0x20, 0x21, 0x22, 0x23, 5, 0]  // 0, 2, 4, 6
        expected += Self.run(0x10, 8) + Self.run(0x40, 8)  // 8, 16
        expected += Self.run(0x30, 16) + Self.run(0x50, 16) + Self.run(0x60, 16)  // 24, 40, 56
        expected += Self.run(0x80, 32) + [3, 0, 0, 0] + [0, 0, 0, 0]  // 72, 104, 108
        #expect(expected.count == 112 && Envelope.byteCount == 112)
        expected += Array("abcde".utf8) + [0, 0, 0] + [0xF1, 0xF2, 0xF3, 0, 0, 0, 0, 0]
        #expect(bytes == expected)
        #expect(Envelope.formatVersion == 1)

        let stored = [UInt8](repeating: 0, count: 64) + bytes
        #expect(EventView.defect(in: stored.rawSpan) == nil)
        let read = try EventView(checked: stored.rawSpan).recorded()
        #expect(read.payload == [0xF1, 0xF2, 0xF3])
        #expect(read.stored == stored)
        #expect(read.envelope.stream == stream)
        #expect(read.envelope.streamVersion == envelope.streamVersion)
        #expect(read.envelope.typeNumber == 0x2120 && read.envelope.schemaVersion == 0x2322)
        #expect(read.envelope.id == envelope.id && read.envelope.recordedAt == envelope.recordedAt)
        #expect(read.envelope.causation == envelope.causation)
        #expect(read.envelope.correlation == envelope.correlation)
        #expect(read.envelope.previousHash == envelope.previousHash)
        #expect(read.type == nil)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 16]) func tailsOfEveryLengthArePaddedToEight(count: Int) throws
    {
        let name = String(repeating: "s", count: max(count, 1))
        let payload = [UInt8](repeating: 0xAA, count: count)
        let stored = Sample.stored(stream: name, type: .labellingOpened, payload: payload)
        #expect(stored.count.isMultiple(of: 8))
        #expect(EventView.defect(in: stored.rawSpan) == nil)
        let view = EventView(checked: stored.rawSpan)
        #expect(view.payload.copy() == payload)
        #expect(view.streamName.copy() == Array(name.utf8))
        #expect(view.eventBytes.byteCount == stored.count - 64)
        #expect(view.frameBytes.copy() == Array(stored[..<64]))
    }

    @Test func columnsHaveA48ByteHeader() throws {
        let layout = ColumnLayout.labelRevisions
        let day: Int64 = 20_000
        let configuration = Hash256(Self.run(0x60, 32).rawSpan)
        let payload = ColumnPayload.encode(
            layout: layout, dayStart: day * 86_400_000, configuration: configuration, rows: 2,
            word: { UInt64($0 * 16 + $1 + 1) << 56 | 0xAB }, byte: { UInt8($0 * 16 + $1 + 1) })
        var expected: [UInt8] = [2, 0, 0, 0, 15, 4, 0, 0]
        expected += [0x00, 0x80, 0xD3, 0x54, 0x92, 0x01, 0x00, 0x00]  // 1,728,000,000,000
        expected += Self.run(0x60, 32)
        #expect(expected.count == 48 && ColumnPayload.headerBytes == 48)
        for column in 0..<15 {
            for row in 0..<2 { expected += [0xAB, 0, 0, 0, 0, 0, 0, UInt8(column * 16 + row + 1)] }
        }
        for column in 0..<4 { for row in 0..<2 { expected.append(UInt8(column * 16 + row + 1)) } }
        #expect(payload == expected)
        let read = try ColumnPayload(payload.rawSpan, layout: layout)
        #expect(read.rows == 2 && read.day == 20_000 && read.dayStart == day * 86_400_000)
        #expect(read.configuration == configuration)
        #expect(read.word(14, 1) == UInt64(14 * 16 + 2) << 56 | 0xAB)
        #expect(read.byte(3, 1) == 3 * 16 + 2)
        #expect(read.integer(0, 1) == 2 << 56 | 0xAB)
        #expect(read.number(1, 0).bitPattern == 17 << 56 | 0xAB)
        #expect(ColumnPayload.maximumRows == 1_440)
    }

    @Test func theColumnsOfEveryLayoutAreFrozen() {
        let candle = ["time", "open", "high", "low", "close", "volume"]
        let label = [
            "entry_time", "entry_price", "exit_time", "exit_price", "decided_at", "gross_bps",
            "costs_bps", "net_bps",
        ]
        func previous(_ names: [String]) -> [String] { names.dropFirst().map { "previous_" + $0 } }
        #expect(ColumnLayout.candles.words.map(\.name) == candle)
        #expect(ColumnLayout.candles.bytes == [])
        #expect(ColumnLayout.candleRevisions.words.map(\.name) == candle + previous(candle))
        #expect(ColumnLayout.candleRevisions.bytes == ["kind"])
        #expect(ColumnLayout.labels.words.map(\.name) == label)
        #expect(ColumnLayout.labels.bytes == ["reason", "flags"])
        #expect(ColumnLayout.labelRevisions.words.map(\.name) == label + previous(label))
        #expect(
            ColumnLayout.labelRevisions.bytes
                == ["reason", "flags", "previous_reason", "previous_flags"])
        for layout in [
            ColumnLayout.candles, .candleRevisions, .labels, .labelRevisions,
        ] {
            for word in layout.words {
                let isTime = word.name.hasSuffix("time") || word.name.hasSuffix("decided_at")
                #expect((word.kind == .time) == isTime, "\(word.name)")
            }
        }
    }

    @Test func typesAreFrozen() {
        let all = EventType.all.map { "\($0.number) \($0.name) \($0.schemaVersion)" }
        #expect(
            all == [
                "1 labelling.opened 1", "2 configuration.activated 1", "3 candles.recorded 1",
                "4 candles.revised 1", "5 labels.closed 1", "6 labels.revised 1",
                "7 labels.retracted 1", "8 update.completed 1", "9 event.skipped 1",
                "10 baseline.recorded 1", "11 baseline.released 1", "12 drift.checked 1",
                "13 market.monitored 1", "14 decision.made 1", "15 alert.raised 1",
                "16 alert.acknowledged 1", "17 alert.resolved 1", "18 alert.delivered 1",
                "19 trading.resumed 1", "20 tag.set 1",
            ])
        #expect(EventType.find(number: 0, schemaVersion: 1) == nil)
        #expect(EventType.find(number: 3, schemaVersion: 2) == nil)
        #expect(EventType.find(number: 3, schemaVersion: 1) == .candlesRecorded)
        #expect(EventType.find(name: "labels.closed") == .labelsClosed)
        #expect(EventType.find(name: "labels.open") == nil)
    }
}
