import DataFile
import Glibc
import LMDB
import SystemIO
import Testing

/// Damage that LMDB itself would run into blindly. Nothing here opens a damaged file with LMDB.
@Suite struct DamageTests {
    let directory = TemporaryDirectory()

    /// A file with two levels, values on pages of their own, free pages.
    private func build(seed: UInt64, commits: Int = 40) throws -> [UInt8] {
        do {
            let environment = try directory.open()
            var file = RandomFile(seed: seed)
            for _ in 0..<commits { try file.commit(environment) }
        }
        #expect(try directory.findings() == [])
        return try FileBytes.read(path: directory.file)
    }

    private func write(_ bytes: [UInt8]) throws {
        try FileSystem.writeAtomically(bytes, to: directory.file)
    }

    /// How many bits to flip with each seed: `FLIPS=20000 swift test --filter DataFileTests.DamageTests`.
    private static let flips =
        unsafe getenv("FLIPS").flatMap { unsafe Int(String(cString: $0)) } ?? 200

    /// The file says how many pages it has: memory is taken for those that are met.
    @Test func impossiblyManyPagesAreOneFinding() throws {
        var bytes = try build(seed: 1, commits: 3)
        for page in 0..<2 {
            for (offset, value) in [(32, UInt64(1) << 62), (136, UInt64(1) << 49)] {
                for byte in 0..<8 {
                    bytes[page * 4_096 + offset + byte] = UInt8(
                        truncatingIfNeeded: value >> UInt64(8 * byte))
                }
            }
        }
        try write(bytes)
        #expect(try directory.findings().contains { $0.contains("neither used") })
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func everyFlippedBitIsFound(seed: UInt64) throws {
        let bytes = try build(seed: seed)
        let live = try DataFileWalk.liveRanges(
            path: directory.file, insertOnly: RandomFile.insertOnly
        ).filter { $0.keeper == .walk }
        var random = SplitMix64(seed: seed)
        let file = try Patch(directory.file)
        for _ in 0..<Self.flips {
            // By range first: the few bytes of headers count as much as the many of others.
            let range = live.randomElement(using: &random)!
            let place = range.offset + Int.random(in: 0..<range.count, using: &random)
            let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            file.put([bytes[place] ^ bit], at: place)
            if try directory.findings().isEmpty, !Self.isRollback(bytes, place, bit) {
                Issue.record("seed \(seed): byte \(place), bit \(bit)")
            }
            file.put([bytes[place]], at: place)
        }
        #expect(try directory.findings() == [])
    }

    /// The one change of a bit that makes a sound file of a sound file: the newest commit's number
    /// becomes that of the commit two before, so that the commit before it is the newest.
    private static func isRollback(_ bytes: [UInt8], _ place: Int, _ bit: UInt8) -> Bool {
        place % 4_096 == 144 && place < 8_192 && bit == 2 && bytes[place] & bit != 0
    }

    @Test func zeroedPagesAreFound() throws {
        let bytes = try build(seed: 11)
        let file = try Patch(directory.file)
        for page in try livePages() {
            file.put([UInt8](repeating: 0, count: 4_096), at: page * 4_096)
            #expect(try !directory.findings().isEmpty, "page \(page)")
            file.put(Array(bytes[page * 4_096..<(page + 1) * 4_096]), at: page * 4_096)
        }
        #expect(try directory.findings() == [])
    }

    @Test func swappedPagesAreFound() throws {
        let bytes = try build(seed: 12)
        let file = try Patch(directory.file)
        var random = SplitMix64(seed: 12)
        let pages = try livePages()
        for _ in 0..<80 {
            let pair = [pages.randomElement(using: &random)!, pages.randomElement(using: &random)!]
            guard pair[0] != pair[1] else { continue }
            let places = pair.map { $0 * 4_096 }
            let texts = places.map { Array(bytes[$0..<$0 + 4_096]) }
            file.put(texts[1], at: places[0])
            file.put(texts[0], at: places[1])
            #expect(try !directory.findings().isEmpty, "pages \(pair)")
            // With the page numbers put right again: the keys are not where they should be.
            file.put(Array(texts[0][..<8]), at: places[0])
            file.put(Array(texts[1][..<8]), at: places[1])
            // Values exchanged are the business of whoever knows them.
            if texts.contains(where: { $0[10] == 1 || $0[10] == 2 }) {
                #expect(try !directory.findings().isEmpty, "pages \(pair)")
            }
            for (place, text) in zip(places, texts) { file.put(text, at: place) }
        }
        #expect(try directory.findings() == [])
    }

    /// The first pages of runs and all pages of trees.
    private func livePages() throws -> [Int] {
        let live = try DataFileWalk.liveRanges(
            path: directory.file, insertOnly: RandomFile.insertOnly)
        return Set(live.filter { $0.keeper == .walk }.map { $0.offset / 4_096 }).sorted()
    }

    @Test func cutFilesAreFound() throws {
        let bytes = try build(seed: 13)
        let last = try livePages().max()!
        var lengths = [0, 1, 15, 16, 151, 152, 4_095, 4_096, 4_097, 8_191, 8_192, 8_193]
        for page in stride(from: 2, through: last, by: 3) {
            lengths += [page * 4_096, page * 4_096 + 1, page * 4_096 + 4_095]
        }
        lengths += [(last + 1) * 4_096 - 1]
        for length in lengths {
            try write(Array(bytes[..<length]))
            #expect(try !directory.findings().isEmpty, "cut to \(length)")
        }
        try write(bytes + [1, 2, 3])
        #expect(try directory.findings() == [])
    }

    @Test func otherFilesAreFound() throws {
        var random = SplitMix64(seed: 14)
        let garbage = RandomFile.value(40_000, &random)
        var headed = try build(seed: 14, commits: 5)
        headed.replaceSubrange(8_192..., with: garbage)
        for bytes in [
            [], garbage, Array("position,time\n1,2\n".utf8), [0x1F, 0x8B] + garbage, headed,
            [UInt8](repeating: 0, count: 100_000), [UInt8](repeating: 0xFF, count: 100_000),
        ] {
            try write(bytes)
            #expect(try !directory.findings().isEmpty)
        }
        #expect(throws: SystemError.self) { try DataFileWalk.run(path: directory.path) }
        #expect(throws: SystemError.self) { try DataFileWalk.run(path: "\(directory.path)/none") }
    }

    /// Heaps of damage: nothing traps, nothing hangs.
    @Test(arguments: [1, 2] as [UInt64]) func anyBytesAreWalked(seed: UInt64) throws {
        let bytes = try build(seed: seed)
        var random = SplitMix64(seed: seed)
        let live = try DataFileWalk.liveRanges(
            path: directory.file, insertOnly: RandomFile.insertOnly
        ).filter { $0.keeper == .walk }
        let fills: [UInt8] = [0, 1, 2, 8, 0x0F, 0x7F, 0x80, 0xF0, 0xFF]
        for _ in 0..<200 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let range = live.randomElement(using: &random)!
                let place = range.offset + Int.random(in: 0..<range.count, using: &random)
                for byte in place..<min(place + Int.random(in: 1...8, using: &random), bytes.count)
                {
                    damaged[byte] =
                        random.chance(50)
                        ? fills.randomElement(using: &random)!
                        : UInt8.random(in: 0...255, using: &random)
                }
            }
            try write(damaged)
            _ = try directory.findings()
            _ = try DataFileWalk.checkMeta(path: directory.file)
        }
    }
}

/// A file that is changed in place.
private final class Patch {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = unsafe Glibc.open(path, O_WRONLY)
        try #require(descriptor >= 0)
    }

    deinit { Glibc.close(descriptor) }

    func put(_ bytes: [UInt8], at offset: Int) {
        let written = unsafe bytes.withUnsafeBytes {
            unsafe pwrite(descriptor, $0.baseAddress, $0.count, offset)
        }
        precondition(written == bytes.count)
    }
}
