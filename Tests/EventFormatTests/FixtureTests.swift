import Digest
import EventFormat
import Glibc
import Testing

/// Frozen bytes: an event of every type and version, as the first program wrote it.
///
/// A fixture that no longer matches means that stores cannot be read any more. Never make it anew:
/// a changed payload is a new schema version, with a fixture of its own and an upcaster.
@Suite struct FixtureTests {
    static func path(_ name: String, file: String = #filePath) -> String {
        String(file[..<file.lastIndex(of: "/")!]) + "/" + name
    }

    static func fixture(_ type: EventType) -> String {
        path("Fixtures/\(type.name).v\(type.schemaVersion).hex")
    }

    /// Every type by its place, since a type is no value that names a test.
    @Test(arguments: EventType.all.indices) func bytesAreFrozen(index: Int) throws {
        let type = EventType.all[index]
        let text = try #require(TextFile.read(Self.fixture(type)), "\(Self.fixture(type))")
        let frozen = try #require(Hexadecimal.bytes(text))
        let written = Sample.event(type)
        #expect(written == frozen, "\(type.name)")

        let stored = Sample.framed(frozen)
        try #require(EventView.defect(in: stored.rawSpan) == nil)
        let view = EventView(checked: stored.rawSpan)
        #expect(view.type == type)
        #expect(type.defect(in: view.payload) == nil)
        #expect(view.payload.copy() == Sample.payload(of: type))
        let envelope = try view.envelope()
        #expect(envelope.recordedAt == 1_763_000_000_123_456)
        #expect(envelope.streamVersion.number == UInt64(type.number) + 40)
        #expect(
            envelope.id
                == Envelope.id(
                    stream: envelope.stream, version: envelope.streamVersion, type: type,
                    payload: view.payload.copy(), hasher: SHA256()))
        if case .columns = type.encoding {
            #expect(try view.marketDay() == Int32(Sample.day))
        } else {
            #expect(try view.marketDay() == nil)
        }
    }

    @Test func everyTypeOfTheRegistryIsHere() throws {
        let text = try #require(TextFile.read(Self.path("../../schemas/registry.tsv")))
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        var listed: [String] = []
        for line in lines {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            try #require(fields.count == 5, "\(line)")
            listed.append(fields[0...3].joined(separator: " "))
            let name = "../../schemas/events/\(fields[1]).v\(fields[2]).md"
            let schema = try #require(TextFile.read(Self.path(name)), "\(name)")
            let fingerprint = SHA256().hash(Array(schema.utf8)).hex
            #expect(
                fingerprint == fields[4],
                "\(name) changed: a schema is immutable once it was released; see schemas/README.md"
            )
        }
        let catalog = EventCatalog.product
        #expect(catalog.count == listed.count)
        for line in lines {
            let fields = line.split(separator: "\t")
            let number = try #require(UInt16(fields[0]))
            let version = try #require(UInt16(fields[2]))
            // Whatever was ever written is known, frozen, and can be brought to what is written now.
            let type = try #require(
                catalog.find(number: number, schemaVersion: version), "\(line)")
            #expect(TextFile.read(Self.fixture(type)) != nil, "\(Self.fixture(type)) is missing")
            #expect(
                catalog.isCurrent(number: number, schemaVersion: version)
                    || catalog.hasUpcaster(from: type), "\(line) has no upcaster")
        }
        let current = EventType.all.filter {
            catalog.isCurrent(number: $0.number, schemaVersion: $0.schemaVersion)
        }
        #expect(current == EventType.all)
        let known = EventType.all.map { type in
            let encoding = if case .json = type.encoding { "json" } else { "columns" }
            return "\(type.number) \(type.name) \(type.schemaVersion) \(encoding)"
        }
        #expect(listed == known)
    }

    /// Every column of the code stands in its schema, with its place.
    @Test(arguments: EventType.all.indices) func schemasNameEveryColumn(index: Int) throws {
        let type = EventType.all[index]
        guard case .columns(let layout) = type.encoding else { return }
        let name = Self.path("../../schemas/events/\(type.name).v\(type.schemaVersion).md")
        let schema = try #require(TextFile.read(name))
        let rows = schema.split(separator: "\n").filter { $0.hasPrefix("|") }
        for (index, column) in layout.words.enumerated() {
            #expect(rows.contains { $0.hasPrefix("| w\(index) | `\(column.name)` |") })
        }
        for (index, column) in layout.bytes.enumerated() {
            #expect(rows.contains { $0.hasPrefix("| b\(index) | `\(column)` |") })
        }
        #expect(rows.count { $0.hasPrefix("| w") } == layout.words.count)
        #expect(rows.count { $0.hasPrefix("| b") && $0.contains("`") } == layout.bytes.count)
    }
}

/// Text files of the repository.
enum TextFile {
    static func read(_ path: String) -> String? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = unsafe fgetc(file), byte >= 0 { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Bytes as hexadecimal digits; blanks and lines do not count.
enum Hexadecimal {
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
        guard digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    /// 32 bytes a line.
    static func text(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 32).map { start in
            Array(bytes[start..<min(start + 32, bytes.count)]).hexadecimal + "\n"
        }.joined()
    }
}
