import Digest
import EventFormat
import Testing

/// Old versions of payloads, brought to the current one step by step.
@Suite struct EventCatalogTests {
    /// A type with three versions, the first two of JSON, the third of columns: a step may change
    /// all of a payload.
    static let first = EventType(3, "candles.recorded", version: 1, .json)
    static let second = EventType(3, "candles.recorded", version: 2, .json)
    static let third = EventType(3, "candles.recorded", version: 3, .columns(.candles))

    static let catalog = EventCatalog(
        [third, first, .updateCompleted, second],
        upcasters: [
            .init(from: second) { payload throws(FormatError) in
                guard payload == Array("[1]".utf8) else { throw FormatError("no [1]") }
                return Sample.columns(.candles, rows: 2)
            },
            .init(from: first) { payload in Array("[".utf8) + payload + Array("]".utf8) },
        ])

    @Test func everyVersionIsFoundAndTheLastIsCurrent() {
        let catalog = Self.catalog
        #expect(catalog.count == 4)
        for type in [Self.first, Self.second, Self.third] {
            #expect(catalog.find(number: 3, schemaVersion: type.schemaVersion) == type)
            #expect(catalog.hasUpcaster(from: type) == (type != Self.third))
            #expect(
                catalog.isCurrent(number: 3, schemaVersion: type.schemaVersion)
                    == (type == Self.third))
        }
        #expect(catalog.current(number: 3) == Self.third)
        #expect(catalog.current(number: 8) == .updateCompleted)
        for (number, version) in [(0, 1), (3, 0), (3, 4), (4, 1), (9, 1), (65_535, 65_535)] {
            let (number, version) = (UInt16(number), UInt16(version))
            #expect(catalog.find(number: number, schemaVersion: version) == nil)
            #expect(!catalog.isCurrent(number: number, schemaVersion: version))
        }
        #expect(catalog.current(number: 4) == nil && catalog.current(number: 65_535) == nil)
    }

    @Test func anOldEventIsBroughtThroughEveryStep() throws {
        for (type, payload) in [(Self.first, "1"), (Self.second, "[1]")] {
            let stored = Sample.stored(stream: "s", type: type, payload: Array(payload.utf8))
            let view = EventView(checked: stored.rawSpan)
            let brought = try Self.catalog.upcast(view)
            #expect(EventView.defect(in: brought.rawSpan) == nil)
            let current = EventView(checked: brought.rawSpan)
            #expect(current.payload.copy() == Sample.columns(.candles, rows: 2))
            let (was, now) = (try view.envelope(), try current.envelope())
            #expect(now.schemaVersion == 3 && now.typeNumber == 3)
            #expect(now.id == was.id && now.stream == was.stream)
            #expect(now.previousHash == was.previousHash && now.causation == was.causation)
            #expect(now.streamVersion == was.streamVersion && now.recordedAt == was.recordedAt)
            #expect(now.correlation == was.correlation)
            #expect(current.frameBytes.copy() == view.frameBytes.copy())
        }
    }

    @Test func aPayloadThatIsNoneOfItsVersionIsRefused() {
        // Unsound before the step, unsound after it, and refused by the step.
        for (type, payload) in [(Self.first, "{"), (Self.first, "]1"), (Self.second, "[2]")] {
            let stored = Sample.stored(stream: "s", type: type, payload: Array(payload.utf8))
            #expect(throws: FormatError.self) {
                try Self.catalog.upcast(EventView(checked: stored.rawSpan))
            }
        }
        let bad = EventCatalog(
            [Self.first, Self.second], upcasters: [.init(from: Self.first) { _ in [0xFF] }])
        let stored = Sample.stored(stream: "s", type: Self.first, payload: Array("1".utf8))
        let error = #expect(throws: FormatError.self) {
            try bad.upcast(EventView(checked: stored.rawSpan))
        }
        #expect(error?.description.contains("brought to version 2") == true)
    }

    @Test func aCatalogWithAHoleIsAProgrammersMistake() async {
        await #expect(processExitsWith: .failure) {
            _ = EventCatalog([EventCatalogTests.first, EventCatalogTests.second])
        }
        await #expect(processExitsWith: .failure) {
            _ = EventCatalog([EventCatalogTests.second])
        }
        await #expect(processExitsWith: .failure) {
            _ = EventCatalog([EventCatalogTests.first, EventCatalogTests.first])
        }
    }

    @Test func tagsComeBack() throws {
        let set = TagChange(
            name: TagName("v1.2")!,
            target: .init(
                stream: StreamID("a/b")!, version: StreamVersion(7),
                eventHash: Sample.configuration),
            replaces: nil, by: "ada", note: "why \"so\" – ü")
        var moved = set
        moved.replaces = StreamVersion(3)
        moved.note = nil
        var deleted = moved
        deleted.target = nil
        for change in [set, moved, deleted] {
            let event = change.event
            #expect(event.type == .tagSet && event.defect == nil)
            #expect(event.type.defect(in: event.payload.rawSpan) == nil)
            #expect(try TagChange(event.payload.rawSpan) == change)
        }
        let text = String(decoding: set.event.payload, as: UTF8.self)
        for (part, other) in [
            ("\"by\":\"ada\",", ""), ("\"version\":7", "\"version\":null"),
            ("\"version\":7", "\"version\":0"), ("\"schema\":1", "\"schema\":2"),
            ("v1.2", "12"), ("v1.2", "v 1"), ("a/b", ""), ("c0c1", "c0"), ("c0c1", "C0C1"),
            ("\"note\":", "\"notes\":"), ("\"replaces\":null", "\"replaces\":-1"),
        ] {
            let changed = text.replacing(part, with: other)
            #expect(changed != text, "\(part)")
            #expect(throws: FormatError.self, "\(part)") {
                try TagChange(Array(changed.utf8).rawSpan)
            }
        }
        deleted.replaces = nil
        #expect(throws: FormatError.self) { try TagChange(deleted.event.payload.rawSpan) }
    }

    @Test func namesOfTags() {
        for name in ["a", "-", "v1", "1.2", "A_b-c.9", String(repeating: "x", count: 64)] {
            #expect(TagName(name)?.description == name)
        }
        for name in ["", "1", "0123", "a b", "a@b", "ä", String(repeating: "x", count: 65)] {
            #expect(TagName(name) == nil, "\(name)")
        }
    }

    @Test func skipsComeBack() throws {
        let skip = SkippedEvent(
            stream: StreamID("a/b")!, version: StreamVersion(7), eventHash: Sample.configuration,
            typeNumber: 77, schemaVersion: 2, reason: "why \"so\" – ü", by: nil, program: "1")
        let event = skip.event(causation: .none)
        #expect(event.type == .eventSkipped && event.defect == nil)
        #expect(event.type.defect(in: event.payload.rawSpan) == nil)
        #expect(try SkippedEvent(event.payload.rawSpan) == skip)
        var named = skip
        named.by = "ada"
        #expect(try SkippedEvent(named.event(causation: .none).payload.rawSpan) == named)
        let text = String(decoding: event.payload, as: UTF8.self)
        for (part, other) in [
            ("\"by\":null,", ""), ("\"version\":7", "\"version\":-7"),
            ("\"schema\":1", "\"schema\":2"),
            ("\"type\":77", "\"type\":65536"), ("a/b", ""), ("c0c1", "c0"),
            ("\"program\":\"1\",", ""),
        ] {
            let changed = text.replacing(part, with: other)
            #expect(changed != text, "\(part)")
            #expect(throws: FormatError.self, "\(part)") {
                try SkippedEvent(Array(changed.utf8).rawSpan)
            }
        }
    }
}
