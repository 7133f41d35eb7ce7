import DataFile
import EventFormat
import EventStorage
import Glibc
import SystemIO
import Testing

/// The raw file is damaged below LMDB. The walk through its pages or, where the bytes belong to an
/// entry, the verification of the log must say so. As in the command, LMDB never opens a file whose
/// pages are not sound.
@Suite struct RawDamageTests {
    let directory = TemporaryDirectory()

    private var file: String { "\(directory.path)/data.mdb" }

    /// Values on pages of their own, trees of several levels, records of projections that come and
    /// go, free pages. Returns the file's bytes.
    private func build() throws -> [UInt8] {
        do {
            let store = try directory.create()
            for round in 0..<90 {
                try store.append(at: someTime + Int64(round)) { commit in
                    try commit.append(
                        Make.candles(day: Int32(round % 7), rows: round % 9 == 0 ? 200 : 20),
                        to: Make.stream("candles"), expecting: .any)
                    for number in 0..<4 {
                        try commit.append(
                            Make.json(round * 4 + number, key: number == 0 ? [UInt8(round)] : nil),
                            to: Make.stream("stream-\((round + number) % 40)"), expecting: .any)
                    }
                    for number in 0..<6 as Range<UInt8> {
                        let key = [UInt8(round % 50), number]
                        let value = [UInt8](repeating: number, count: 100 * round % 3_000)
                        commit.setProjection(key, round > 50 && number < 3 ? nil : value)
                    }
                }
            }
        }
        #expect(try findings() == [])
        return try FileBytes.read(path: file)
    }

    /// What a deep verification finds, pages first.
    private func findings() throws -> [String] {
        let pages = try EventStore.checkPages(path: directory.path)
        guard pages.isClean else { return pages.findings.map(\.message) }
        do {
            return try directory.open().verify(isDeep: true).findings.map(\.message)
        } catch let error as EventStoreError
            where error.code == .corrupted || error.code == .unsupportedFormat
        {
            return [error.message]
        }
    }

    /// How many bits to flip with each seed: `FLIPS=5000 swift test --filter RawDamageTests`.
    private static let flips =
        unsafe getenv("FLIPS").flatMap { unsafe Int(String(cString: $0)) } ?? 150

    @Test(arguments: [1, 2] as [UInt64]) func everyFlippedBitIsFound(seed: UInt64) throws {
        let bytes = try build()
        // Records of projections are no part of the log: a replay compares them.
        let live = try DataFileWalk.liveRanges(path: file, insertOnly: EventStore.insertOnly)
            .filter { $0.keeper != .tree(Keys.Database.projections) }
        let total = live.reduce(0) { $0 + $1.count }
        var random = SplitMix64(seed: seed)
        let patch = try Patch(file)
        var found = 0
        for number in 0..<Self.flips {
            // Half of them anywhere, half in the ranges by turns: headers are few bytes.
            let place: Int
            if number.isMultiple(of: 2) {
                place = Self.place(Int.random(in: 0..<total, using: &random), in: live)
            } else {
                let range = live.randomElement(using: &random)!
                place = range.offset + Int.random(in: 0..<range.count, using: &random)
            }
            // The number of the newest commit in its meta page: a bit less there makes the commit
            // before it the newest, a sound file that only a checkpoint tells from this one.
            guard place % 4_096 != 144 || place > 8_192 else { continue }
            let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            patch.put([bytes[place] ^ bit], at: place)
            let words = try findings()
            #expect(!words.isEmpty, "seed \(seed): byte \(place), bit \(bit)")
            if !words.isEmpty { found += 1 }
            patch.put([bytes[place]], at: place)
        }
        print("seed \(seed): \(found) flipped bits found")
        #expect(try findings() == [])
    }

    private static func place(_ index: Int, in live: [LiveRange]) -> Int {
        var left = index
        for range in live {
            if left < range.count { return range.offset + left }
            left -= range.count
        }
        fatalError("the index lies in no range")
    }

    @Test func zeroedAndSwappedPagesAreFound() throws {
        let bytes = try build()
        let live = try DataFileWalk.liveRanges(path: file, insertOnly: EventStore.insertOnly)
            .filter { $0.keeper != .tree(Keys.Database.projections) }
        let pages = Set(live.map { $0.offset / 4_096 }).sorted()
        let patch = try Patch(file)
        func text(_ page: Int) -> [UInt8] { Array(bytes[page * 4_096..<(page + 1) * 4_096]) }
        for (page, other) in zip(pages, pages.dropFirst() + [pages[0]]) {
            patch.put([UInt8](repeating: 0, count: 4_096), at: page * 4_096)
            #expect(try !findings().isEmpty, "page \(page) zeroed")
            patch.put(text(other), at: page * 4_096)
            #expect(try !findings().isEmpty, "page \(page) is page \(other)")
            patch.put(text(page), at: page * 4_096)
        }
        #expect(try findings() == [])
    }

    @Test func cutFilesAreFound() throws {
        let bytes = try build()
        let live = try DataFileWalk.liveRanges(path: file, insertOnly: EventStore.insertOnly)
        let last = live.map { $0.offset + $0.count }.max()!
        for length in [0, 1, 4_095, 4_096, 8_191, 8_192, last / 2, last - 5_000, last - 1] {
            try FileSystem.writeAtomically(Array(bytes[..<length]), to: file)
            #expect(try !EventStore.checkPages(path: directory.path).isClean, "cut to \(length)")
            if length < 8_193 {
                #expect(try !EventStore.checkMeta(path: directory.path).isClean)
            }
        }
        #expect(throws: EventStoreError(.storeNotFound, "")) {
            try EventStore.checkPages(path: "\(directory.path)/none")
        }
    }

    /// A commit that writes a large record and takes it back leaves free pages at the end that never
    /// reached the file: it is shorter than LMDB counts, and sound.
    @Test func aFileWithoutItsFreePagesOpens() throws {
        for round in 0..<8 as Range<Int64> {
            let store = try round == 0 ? directory.create() : directory.open()
            try store.append(at: someTime + round) { commit in
                try commit.append(
                    Make.json(Int(round)), to: Make.stream("s"), expecting: .any)
                commit.setProjection([1], [UInt8](repeating: 1, count: 400_000))
                commit.setProjection([1], nil)
            }
            #expect(try store.verify(isDeep: true).isClean)
        }
        let report = try DataFileWalk.run(path: file, insertOnly: EventStore.insertOnly)
        let length = try FileReader(path: file).length()
        #expect(report.isClean && length < (report.pages + report.freePages) * 4_096)
        // One page less is one too few.
        let used = try DataFileWalk.liveRanges(path: file, insertOnly: EventStore.insertOnly)
            .map { $0.offset + $0.count }.max()!
        try FileSystem.writeAtomically(
            Array(try FileBytes.read(path: file)[..<((used - 1) / 4_096 * 4_096)]), to: file)
        #expect(throws: EventStoreError(.corrupted, "")) { try directory.open() }
    }

    /// A writer at work is no damage, whether or not it holds the lock all the time.
    @Test func aWriterIsNoDamage() async throws {
        _ = try build()
        let directory = directory
        let store = try directory.open()
        let writer = Task.detached {
            var number = 10_000
            while !Task.isCancelled {
                number += 1
                let event = Make.json(number)
                try store.append(at: someTime + Int64(number)) { commit in
                    commit.setProjection([1, 1], [UInt8](repeating: 1, count: number % 5_000))
                    try commit.append(event, to: Make.stream("more"), expecting: .any)
                }
            }
        }
        var answers = 0
        for _ in 0..<30 {
            do throws(EventStoreError) {
                let report = try EventStore.checkPages(
                    path: directory.path, wait: .milliseconds(1))
                #expect(report.findings == [])
                answers += 1
            } catch {
                // The writer was faster than every walk, and holds the lock.
                #expect(error.code == .locked)
            }
        }
        writer.cancel()
        try await writer.value
        #expect(answers > 0)
        #expect(try store.verify(isDeep: true).findings == [])
        #expect(try EventStore.checkPages(path: directory.path).isClean)
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
