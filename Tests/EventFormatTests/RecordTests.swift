import Digest
import EventFormat
import Testing

/// Keys and the store's own records: layout, round trips, damage.
@Suite struct RecordTests {
    let hasher = SHA256()

    // Swift 6.3 miscompiles the span of a temporary array inside a macro: pass whole arrays.
    private func storeIdentity(_ bytes: [UInt8]) throws(FormatError) -> StoreIdentity {
        try StoreIdentity(bytes.rawSpan)
    }

    private func storeHead(_ bytes: [UInt8]) throws(FormatError) -> StoreHead {
        try StoreHead(bytes.rawSpan)
    }

    private func streamHead(_ bytes: [UInt8]) throws(FormatError) -> StreamHead {
        try StreamHead(bytes.rawSpan)
    }

    private func parseDay(
        _ key: [UInt8], _ number: UInt32
    ) -> (day: Int32, position: GlobalPosition)? {
        Keys.parseDay(key.rawSpan, number: number)
    }

    @Test func keysAreFrozen() throws {
        let stream = try #require(StreamID("s/1"))
        #expect(Keys.event(GlobalPosition(0x0102)) == [0, 0, 0, 0, 0, 0, 1, 2])
        #expect(Keys.stream(stream) == Array("Ss/1".utf8))
        #expect(Keys.streams(prefix: "s/") == Array("Ss/".utf8))
        #expect(
            Keys.version(0x0102, StreamVersion(3)) == [0x56, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3])
        #expect(
            Keys.day(1, 2, GlobalPosition(3))
                == [0x44, 0, 0, 0, 1, 0x80, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3])
        #expect(
            Keys.identifier(EventID(LayoutTests.run(1, 16).rawSpan)) == [0x49]
                + LayoutTests.run(1, 16))
        #expect(Keys.treeRow(level: 2, row: 3) == [2, 0, 0, 0, 0, 0, 0, 0, 3])
        #expect(Keys.identity == Array("store".utf8) && Keys.head == Array("head".utf8))
        #expect(
            [
                Keys.Database.events, Keys.Database.index, Keys.Database.tree,
                Keys.Database.projections, Keys.Database.meta,
            ] == ["events", "index", "tree", "projections", "meta"])
    }

    @Test func keysSortAsTheirNumbers() {
        func ascends(_ keys: [[UInt8]]) -> Bool {
            zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
        }
        let numbers: [UInt64] = [0, 1, 255, 256, 65_535, 65_536, 1 << 40, .max]
        #expect(ascends(numbers.map { Keys.event(GlobalPosition($0)) }))
        #expect(ascends(numbers.map { Keys.version(7, StreamVersion($0)) }))
        #expect(ascends(numbers.map { Keys.treeRow(level: 1, row: $0) }))
        let days: [Int32] = [.min, -20_000, -256, -255, -1, 0, 1, 255, 256, 20_000, .max]
        #expect(ascends(days.map { Keys.day(7, $0, GlobalPosition(5)) }))
        #expect(ascends(numbers.map { Keys.day(7, -3, GlobalPosition($0)) }))
        #expect(
            ascends([
                Keys.day(7, .max, GlobalPosition(.max)), Keys.day(8, .min, GlobalPosition(0)),
            ]))
        // One byte less would let a stream's name run into another kind of key.
        let longest = StreamID(String(repeating: "~", count: StreamID.maximumBytes))!
        #expect(Keys.stream(longest).count == 256)
    }

    @Test func dayKeysAreReadBack() {
        for day: Int32 in [.min, -1, 0, 20_409, .max] {
            let key = Keys.day(9, day, GlobalPosition(77))
            let entry = parseDay(key, 9)
            #expect(entry?.day == day && entry?.position == GlobalPosition(77))
            #expect(parseDay(key, 8) == nil)
            #expect(parseDay(Array(key.dropLast()), 9) == nil)
        }
        #expect(parseDay(Keys.version(9, StreamVersion(1)), 9) == nil)
        let empty: [UInt8] = []
        let nothing = parseDay(empty, 9)
        #expect(nothing == nil)
    }

    @Test func anIdentityHas64BytesAndNoBitOfItCanFlip() throws {
        let identity = StoreIdentity(
            id: EventID(LayoutTests.run(0x30, 16).rawSpan), clock: .simulated,
            createdAt: LayoutTests.integer(LayoutTests.run(0x10, 8)))
        let fields =
            [1, 0, 0, 0, 2, 0, 0, 0] + LayoutTests.run(0x30, 16) + LayoutTests.run(0x10, 8)
        let bytes = fields + hasher.hash(fields).bytes
        #expect(identity.bytes == bytes)
        #expect(try storeIdentity(bytes) == identity)
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: FormatError.self) { try storeIdentity(damaged) }
        }
        for count in 0..<64 {
            #expect(throws: FormatError.self) { try storeIdentity(Array(bytes[..<count])) }
        }
        // A later format is refused by its number, whatever follows.
        let error = #expect(throws: FormatError.self) { try storeIdentity([2, 0, 0, 0]) }
        #expect(error?.description.contains("format 2") == true)
        // Zeros that are none are refused even under the right hash.
        for index in 5...7 {
            var other = fields
            other[index] = 1
            let hashed = other + hasher.hash(other).bytes
            #expect(throws: FormatError.self) { try storeIdentity(hashed) }
        }
        #expect(StoreIdentity.Clock.allCases.map(\.name) == ["real", "simulated"])
    }

    @Test func aHeadHas64BytesAndItsPeaks() throws {
        var head = StoreHead(hasher: hasher)
        #expect(head.bytes.count == 64)
        #expect(try storeHead(head.bytes) == head)
        #expect(head.appendedAt == .min)
        for number in 1...70 {
            head.tree.append(leaf: hasher.hash([UInt8(number)]), hasher: hasher)
            head.position = GlobalPosition(UInt64(number))
            head.commit = 0x0201
            head.appendedAt = 0x0403
            head.streams = 0x0605
            head.root = head.tree.root(hasher: hasher)
            let bytes = head.bytes
            #expect(bytes.count == 64 + number.nonzeroBitCount * 32)
            #expect(try storeHead(bytes) == head)
        }
        var expected: [UInt8] = [70, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0]
        expected += [3, 4, 0, 0, 0, 0, 0, 0, 5, 6, 0, 0, 3, 0, 0, 0] + head.root.bytes
        expected += head.tree.peaks.flatMap(\.bytes)
        #expect(head.bytes == expected)
        for count in 0..<expected.count {
            #expect(throws: FormatError.self) { try storeHead(Array(expected[..<count])) }
        }
        for bit in 0..<expected.count * 8 {
            var damaged = expected
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            // Another head, or none: verify compares it with the log.
            #expect((try? storeHead(damaged)) != head)
        }
    }

    @Test func aStreamsHeadHas56Bytes() throws {
        let head = StreamHead(
            number: 0x0102, version: StreamVersion(0x0304), position: GlobalPosition(0x0506),
            hash: Hash256(LayoutTests.run(0x60, 32).rawSpan))
        let bytes: [UInt8] =
            [2, 1, 0, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 6, 5, 0, 0, 0, 0, 0, 0]
            + LayoutTests.run(0x60, 32)
        #expect(head.bytes == bytes && bytes.count == 56)
        #expect(try streamHead(bytes) == head)
        for count in 0..<56 {
            #expect(throws: FormatError.self) { try streamHead(Array(bytes[..<count])) }
        }
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect((try? streamHead(damaged)) != head)
        }
        #expect(throws: FormatError.self) {
            try streamHead(Array(bytes[..<4] + [1] + bytes[5...]))
        }
    }

    @Test func namesOfStreamsAreBounded() {
        #expect(StreamID("") == nil)
        #expect(StreamID("a b") == nil)
        #expect(StreamID("ä") == nil)
        #expect(StreamID("a\u{7F}") == nil)
        #expect(StreamID(String(repeating: "a", count: 256)) == nil)
        #expect(StreamID(String(repeating: "a", count: 255)) != nil)
        #expect(StreamID("!~") != nil)
        #expect(StreamID("a")! < StreamID("b")! && StreamID("Z")! < StreamID("a")!)
    }

    /// The hashed bytes of an id, written out by hand.
    @Test func idsAreDerivedAsDocumented() throws {
        let stream = try #require(StreamID("ab"))
        let derived = Envelope.id(
            stream: stream, version: StreamVersion(3), type: .candlesRecorded, payload: [9, 8],
            hasher: hasher)
        let content = hasher.hash([2, 0, 0x61, 0x62, 3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 9, 8])
        #expect(derived.description == String(content.hex.prefix(32)))
        let keyed = Envelope.id(stream: stream, key: [7], hasher: hasher)
        let key = hasher.hash([0xFF, 0xFF, 2, 0, 0x61, 0x62, 7])
        #expect(keyed.description == String(key.hex.prefix(32)))
        #expect(EventID.none.description == String(repeating: "0", count: 32))
        var bytes: [UInt8] = []
        keyed.append(to: &bytes)
        #expect(EventID(bytes.rawSpan) == keyed && EventID.byteCount == 16)
    }

    @Test func positionsAndVersionsCount() {
        #expect(GlobalPosition.start < GlobalPosition(1))
        #expect(StreamVersion.none.next == StreamVersion(1))
        #expect(StreamVersion(1) < StreamVersion(2))
        #expect("\(GlobalPosition(5)) \(StreamVersion(6))" == "5 6")
    }

    @Test func bytesHelpersDoWhatTheySay() {
        let bytes: [UInt8] = [1, 2, 3, 4]
        #expect(bytes.rawSpan.load(UInt32.self, at: 0) == 0x0403_0201)
        #expect(bytes.rawSpan.load(UInt16.self, at: 1) == 0x0302)
        // The macro cannot take a span apart: compare whole arrays of answers.
        let (zeros, empty): ([UInt8], [UInt8]) = ([0, 0], [])
        let isZero = [bytes.rawSpan.isZero, zeros.rawSpan.isZero, empty.rawSpan.isZero]
        #expect(isZero == [false, true, true])
        let isIdentical = [bytes, [1, 2, 3], [1, 2, 3, 5]].map { other in
            bytes.rawSpan.isIdenticalBytes(to: other.rawSpan)
        }
        #expect(isIdentical == [true, false, false])
        var buffer: [UInt8] = []
        buffer.append(bytes: bytes.rawSpan)
        buffer.append(bigEndian: UInt16(0x0102))
        buffer.padToEight()
        #expect(buffer == [1, 2, 3, 4, 1, 2, 0, 0])
        #expect(buffer.hexadecimal == "0102030401020000")
    }
}
