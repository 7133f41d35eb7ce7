import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Projections
import Testing

/// The record of a market, layout 3, byte by byte: `schemas/projections.v3.md`.
struct MarketRecordTests {
    /// `count` bytes: first, first + 1 …
    static func run(_ first: UInt8, _ count: Int) -> [UInt8] {
        (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) }
    }

    static func integer(_ first: UInt8) -> UInt64 {
        run(first, 8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    static let types = EventCatalog.product.count

    /// Versions of all projections, types and layout, labellings, skips.
    static func preamble(_ labellings: UInt8) -> [UInt8] {
        var bytes: [UInt8] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]  // 0, 4, 8
        bytes += [UInt8(types), 0, 3, 0]  // 12, 14
        bytes += [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]  // 16, 20, 24, 28
        return bytes + [labellings, 0, 0, 0, 7, 0, 0, 0]  // 32, 36
    }

    static let bytes: [UInt8] = {
        var bytes = preamble(2) + run(0x10, 8) + run(0x20, 8) + run(0x30, 8)  // 40, 48, 56
        bytes += run(0x40, 32) + run(0x60, 32)  // 64, 96
        bytes += [3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]  // 128, 132, 136, 140
        for first: UInt8 in [0x80, 0xA0] {  // 144, 232
            bytes += run(first, 32) + run(first + 1, 32)
            bytes += run(first + 2, 8) + run(first + 3, 8) + run(first + 4, 8)
        }
        return bytes + run(0xE0, 3) + run(0xE4, 4) + run(0xE9, 5)  // 320, 323, 327
    }()

    private func read(_ bytes: [UInt8], skips: Int = 7) -> MarketRecord.Stored {
        MarketRecord.read(.value(bytes), skips: skips)
    }

    @Test func everyFieldHasItsPlace() throws {
        #expect(Self.bytes.count == 144 + 2 * 88 + 12)
        guard case .record(let record) = read(Self.bytes) else {
            Issue.record("the record is not read")
            return
        }
        #expect(record.skips == 7 && record.position.number == Self.integer(0x10))
        #expect(record.candlesVersion == Self.integer(0x20))
        #expect(record.newest == Int64(Self.integer(0x30)))
        let hashes = [record.window, record.configuration] + record.labellings.map(\.hash)
        let firsts: [UInt8] = [0x40, 0x60, 0x80, 0xA0]
        #expect(hashes.map(\.bytes) == firsts.map { Self.run($0, 32) })
        #expect(record.labellings.map { $0.digest.bytes } == [0x81, 0xA1].map { Self.run($0, 32) })
        let second = try #require(record.labellings.last)
        #expect(second.through == Int64(bitPattern: Self.integer(0xA2)))
        #expect(second.candlesVersion == Self.integer(0xA3))
        #expect(second.labelsVersion == Self.integer(0xA4))
        #expect(record.watch == [Self.run(0xE0, 3), Self.run(0xE4, 4), Self.run(0xE9, 5)])
        #expect(record.bytes == Self.bytes)
    }

    @Test func timesThatAreNotThereAreTheLeastInteger() {
        var bytes = Self.bytes
        let least: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0x80]
        bytes.replaceSubrange(56..<64, with: least)
        bytes.replaceSubrange(144 + 64..<144 + 72, with: least)
        guard case .record(let record) = read(bytes) else {
            Issue.record("the record is not read")
            return
        }
        #expect(record.newest == nil && record.labellings.first?.through == nil)
        #expect(record.bytes == bytes)
    }

    /// Versions, types and layout: another one is of no use, but a program that knew fewer types is.
    @Test func otherVersionsAreOutdated() {
        for offset in [0, 4, 8, 14, 16, 20, 24] {
            for change: UInt8 in [1, 0x80] {
                var bytes = Self.bytes
                bytes[offset] ^= change
                #expect(read(bytes) == .outdated, "offset \(offset)")
            }
        }
        var bytes = Self.bytes
        bytes[12] = UInt8(Self.types + 1)
        #expect(read(bytes) == .outdated)
        #expect(read(Self.bytes, skips: 8) == .outdated)
        bytes[12] = UInt8(Self.types - 1)
        guard case .record = read(bytes) else {
            Issue.record("a record of a program that knew fewer types is of use")
            return
        }
    }

    /// A record of layout 2, as the program before wrote it.
    @Test func aRecordOfLayout2IsOutdated() {
        var bytes: [UInt8] = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0]
        bytes += [1, 0, 0, 0, 7, 0, 0, 0] + Self.run(0x10, 8) + Self.run(0x20, 8)
        bytes += Self.run(0x30, 8) + Self.run(0x40, 32) + Self.run(0x60, 32)
        bytes += Self.run(0x80, 32) + Self.run(0x81, 32) + Self.run(0x82, 16)
        #expect(bytes.count == 112 + 80)
        #expect(read(bytes) == .outdated)
        #expect(read(Array(bytes[..<112])) == .outdated)
        // To the program before, a record of layout 3 is of one that knows more types.
        let types = Self.bytes[12..<16].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(types > 65_536)
    }

    @Test func cutAndLongRecordsAreDamaged() {
        for count in 0..<Self.bytes.count {
            #expect(read(Array(Self.bytes[..<count])) == .damaged, "\(count) bytes")
        }
        #expect(read(Self.bytes + [0]) == .damaged)
        // Labellings and lengths that do not fit, up to the greatest.
        for offset in [32, 128, 132, 136] {
            for value: UInt8 in [0, 1, 0xFF] {
                var bytes = Self.bytes
                for index in offset..<offset + 4 { bytes[index] = value }
                #expect(read(bytes) == .damaged, "offset \(offset)")
            }
        }
        #expect(MarketRecord.read(.missing, skips: 7) == .missing)
        #expect(MarketRecord.read(.damaged, skips: 7) == .damaged)
    }
}
