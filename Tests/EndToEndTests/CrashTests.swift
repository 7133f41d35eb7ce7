import CanonicalJSON
import DataFile
import EventStorage
import Foundation
import Testing

/// Files on which LMDB fails, in every way it may: the command goes on living and reports.
@Suite struct CrashTests {
    /// What is done to a file of whole pages.
    enum Damage: String, CaseIterable, Sendable {
        case flippedBits, zeroedPages, swappedPages, garbagePages, cutAnywhere, cutInTheMetaPages
        case empty, garbage, text

        func apply(to bytes: inout [UInt8], live: [LiveRange], _ random: inout SplitMix64) {
            let pages = UInt64(bytes.count / 4_096)
            func page() -> Int { Int(2 + random.next() % (pages - 2)) * 4_096 }
            switch self {
            case .flippedBits:
                bytes[Self.offset(in: live, &random)] ^= 1 << UInt8(random.next() % 8)
            case .zeroedPages:
                let start = Self.page(of: live, &random)
                for offset in start..<start + 4_096 { bytes[offset] = 0 }
            case .swappedPages:
                let (first, second) = (Self.page(of: live, &random), page())
                guard first != second else { return bytes[first] ^= 1 }
                for offset in 0..<4_096 { bytes.swapAt(first + offset, second + offset) }
            case .garbagePages:
                let start = Self.page(of: live, &random)
                for offset in start..<start + 4_096 {
                    bytes[offset] = UInt8(truncatingIfNeeded: random.next())
                }
            case .cutAnywhere: bytes.removeLast(Int(1 + random.next() % (pages * 4_096 - 8_192)))
            case .cutInTheMetaPages: bytes.removeLast(bytes.count - Int(random.next() % 8_192))
            case .empty: bytes = []
            case .garbage:
                bytes = bytes.map { _ in UInt8(truncatingIfNeeded: random.next()) }
            case .text: bytes = Array("this is no store\n".utf8)
            }
        }

        /// A page, not a meta page, that holds live bytes.
        private static func page(of live: [LiveRange], _ random: inout SplitMix64) -> Int {
            while true {
                let offset = offset(in: live, &random)
                if offset >= 8_192 { return offset & ~4_095 }
            }
        }

        /// A live byte, each as likely as any other.
        private static func offset(in live: [LiveRange], _ random: inout SplitMix64) -> Int {
            var left = Int(random.next() % UInt64(live.reduce(0) { $0 + $1.count }))
            for range in live {
                if left < range.count { return range.offset + left }
                left -= range.count
            }
            preconditionFailure("the ranges hold as many bytes as they say")
        }
    }

    @Test(arguments: Damage.allCases) func damageIsAReportAndNeverACrash(_ damage: Damage) throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["CRASH_SEED"].flatMap(UInt64.init) ?? 20_261_123
        let rounds = environment["CRASH_ROUNDS"].flatMap(Int.init) ?? 6
        var random = SplitMix64(seed: seed)
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("history.csv", SyntheticHistory.csv(minutes: 4_000, seed: 3))
        let made = try scratch.run(
            "backfill", "history.csv", "--every", "30m", "--symbol", "X/Y", "--config", "scalp")
        #expect(made.code == 0, "\(made.messages)")
        let file = URL(fileURLWithPath: scratch.store + "/data.mdb")
        let sound = Array(try Data(contentsOf: file))
        let live = try DataFileWalk.liveRanges(
            path: file.path, insertOnly: EventStore.insertOnly)
        for round in 0..<rounds {
            var bytes = sound
            damage.apply(to: &bytes, live: live, &random)
            try Data(bytes).write(to: file)
            let place: Comment = "CRASH_SEED=\(seed) \(damage) round \(round)"
            let deep = try scratch.run("verify", "--deep", "--format", "json")
            #expect(deep.code == 1, place)
            #expect(try deep.json()["ok"] == false, place)
            // Without a look at the pages LMDB meets the damage, in a process of its own.
            let shallow = try scratch.run("verify", "--format", "json")
            #expect([0, 1].contains(shallow.code), "\(place): \(shallow.messages)")
            #expect(try shallow.json()["ok"] == .bool(shallow.code == 0), place)
            // A store that is not known to be good is checked apart before it is read.
            try? FileManager.default.removeItem(atPath: scratch.store + "/trusted")
            let opening = try scratch.run("log", "--limit", "1")
            #expect(opening.code >= 0, "\(place): ended by signal \(-opening.code)")
        }
        try Data(sound).write(to: file)
        let whole = try scratch.run("verify", "--deep", "--recompute")
        #expect(whole.code == 0, "\(whole.output)")
    }
}
