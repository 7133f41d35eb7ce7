import Digest
import EventFormat
import Testing

/// Damaged bytes are an error or have another hash; they never trap.
@Suite struct DamageTests {
    /// Reads everything that there is to read; true if nothing was found wrong.
    private static func isSound(_ stored: [UInt8]) -> Bool {
        guard EventView.defect(in: stored.rawSpan) == nil else { return false }
        let view = EventView(checked: stored.rawSpan)
        _ = view.frame.endOfCommit
        _ = view.frame.defect(at: GlobalPosition(7))
        guard let envelope = try? view.envelope(), let recorded = try? view.recorded(),
            let type = view.type, type.defect(in: view.payload) == nil
        else { return false }
        if case .columns(let layout) = type.encoding, let columns = try? view.columns(layout) {
            _ = (columns.day, columns.configuration)
            for row in 0..<columns.rows {
                for column in layout.words.indices { _ = columns.word(column, row) }
                for column in layout.bytes.indices { _ = columns.byte(column, row) }
            }
        }
        let id = Envelope.id(
            stream: envelope.stream, version: envelope.streamVersion, type: type,
            payload: recorded.payload, hasher: SHA256())
        return id == envelope.id && SHA256().hash(view.eventBytes) == view.frame.eventHash
            && view.frame.defect(at: GlobalPosition(7)) == nil
    }

    @Test(arguments: EventType.all.indices) func everyTruncationIsFound(index: Int) {
        let stored = Sample.framed(Sample.event(EventType.all[index]))
        #expect(Self.isSound(stored))
        for count in 0..<stored.count {
            #expect(!Self.isSound(Array(stored[..<count])))
        }
        #expect(!Self.isSound(stored + [0]))
        #expect(!Self.isSound(stored + [UInt8](repeating: 0, count: 8)))
    }

    @Test(arguments: EventType.all.indices) func everyFlippedBitOfAnEventIsFound(index: Int) {
        let stored = Sample.framed(Sample.event(EventType.all[index]))
        for bit in 64 * 8..<stored.count * 8 {
            var damaged = stored
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!Self.isSound(damaged), "bit \(bit)")
        }
    }

    /// The frame's commit, index and time are checked against its neighbours and the tree, not here.
    @Test func everyFlippedBitOfAFrameIsReadWithoutATrap() {
        let stored = Sample.framed(Sample.event(.candlesRecorded))
        for bit in 0..<64 * 8 {
            var damaged = stored
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let isSound = Self.isSound(damaged)
            let isChecked = bit < 8 * 8 || bit >= 32 * 8
            if isChecked { #expect(!isSound, "bit \(bit)") }
            let leaf = MerkleFrontier.leaf(Array(damaged[..<64]), hasher: SHA256())
            #expect(leaf != MerkleFrontier.leaf(Array(stored[..<64]), hasher: SHA256()))
        }
    }

    /// Heaps of damage: runs of a byte, random bytes, foreign lengths.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func randomDamageIsFound(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let type = EventType.all.randomElement(using: &random)!
            let stored = Sample.framed(Sample.event(type))
            var damaged = stored
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let start = Int.random(in: 0..<damaged.count, using: &random)
                let end = min(
                    damaged.count, start + [1, 2, 4, 8, 32].randomElement(using: &random)!)
                let fill: UInt8? = [0, 0xFF, 0x80, nil].randomElement(using: &random)!
                for index in start..<end {
                    damaged[index] = fill ?? .random(in: 0...255, using: &random)
                }
            }
            // Frame fields that only neighbours can check are left out of the comparison.
            let isSame = damaged[..<8] == stored[..<8] && damaged[32...] == stored[32...]
            if Self.isSound(damaged) { #expect(isSame, "seed \(seed)") }
        }
    }

    /// A payload alone, as a replica or an import would meet it.
    @Test func columnsOfDamagedHeadersAreRefused() {
        let layout = ColumnLayout.labels
        let payload = Sample.columns(layout, rows: 3)
        func refuses(_ change: (inout [UInt8]) -> Void) -> Bool {
            var damaged = payload
            change(&damaged)
            return (try? ColumnPayload(damaged.rawSpan, layout: layout).rows) == nil
        }
        #expect(!refuses { _ in })
        for count in 0..<payload.count {
            #expect(refuses { $0.removeLast($0.count - count) })
        }
        for bit in 0..<8 * 8 {
            #expect(refuses { $0[bit / 8] ^= 1 << UInt8(bit % 8) }, "bit \(bit)")
        }
        for bit in 8 * 8..<16 * 8 {
            // A bit of the day makes another midnight at most: never for a flip below one day.
            _ = refuses { $0[bit / 8] ^= 1 << UInt8(bit % 8) }
        }
        // A midnight beyond the days that a key can hold: converting it once trapped.
        #expect(refuses { $0.replaceSubrange(8..<16, with: Self.midnight(Int64(Int32.max) + 1)) })
        #expect(refuses { $0.replaceSubrange(8..<16, with: Self.midnight(Int64(Int32.min) - 1)) })
        #expect(!refuses { $0.replaceSubrange(8..<16, with: Self.midnight(Int64(Int32.max))) })
        #expect(!refuses { $0.replaceSubrange(8..<16, with: Self.midnight(-1)) })
        #expect(refuses { $0.replaceSubrange(0..<4, with: [0, 0, 0, 0]) })
        #expect(refuses { $0.replaceSubrange(0..<4, with: [0xFF, 0xFF, 0xFF, 0xFF]) })
        #expect((try? ColumnPayload(payload.rawSpan, layout: .candles).rows) == nil)
    }

    private static func midnight(_ day: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: day * 86_400_000)
        return bytes
    }

    @Test func rowsAreBounded() throws {
        let layout = ColumnLayout.candles
        #expect(
            try ColumnPayload(Sample.columns(layout, rows: 1).rawSpan, layout: layout).rows == 1)
        let most = Sample.columns(layout, rows: 1_440)
        #expect(try ColumnPayload(most.rawSpan, layout: layout).rows == 1_440)
        var over = most + [UInt8](repeating: 0, count: 48)
        over.replaceSubrange(0..<2, with: [0xA1, 0x05])
        #expect((try? ColumnPayload(over.rawSpan, layout: layout).rows) == nil)
    }

    @Test func programmersErrorsTrap() async {
        await #expect(processExitsWith: .failure) { _ = Sample.columns(.candles, rows: 0) }
        await #expect(processExitsWith: .failure) { _ = Sample.columns(.candles, rows: 1_441) }
        await #expect(processExitsWith: .failure) {
            _ = ColumnPayload.encode(layout: .candles, dayStart: 1, rows: 1, word: { _, _ in 0 })
        }
    }

    @Test func jsonMustBeCanonical() {
        let type = EventType.updateCompleted
        func defect(_ text: String) -> FormatError? { type.defect(in: Array(text.utf8).rawSpan) }
        #expect(defect(#"{"a":1,"b":2}"#) == nil)
        for text in [
            "", "{", #"{"b":2,"a":1}"#, #"{"a": 1}"#, #"{"a":1.0}"#, #"{"a":1,"a":1}"#, "nul",
        ] { #expect(defect(text) != nil, "\(text)") }
        #expect(type.defect(in: ([0xFF, 0xFE] as [UInt8]).rawSpan) != nil)
    }
}
