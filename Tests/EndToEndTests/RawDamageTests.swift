import CanonicalJSON
import Foundation
import Testing

/// `verify --deep` on files that LMDB must never see.
@Suite struct RawDamageTests {
    @Test func damagedFilesAreNamedAndNothingCrashes() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 600))
        let symbol = ["--symbol", "BTC/USDT:USDT"]
        #expect(try scratch.run(["backfill", "a.csv", "--every", "1h"] + symbol).code == 0)
        let clean = try scratch.run("verify", "--deep", "--format", "json")
        #expect(clean.code == 0)
        #expect(try clean.json()["checked_pages"]?.int64 ?? 0 > 20)
        #expect(try clean.json()["checked_labels"] == nil)
        let data = URL(fileURLWithPath: scratch.store).appendingPathComponent("data.mdb")
        let sound = [UInt8](try Data(contentsOf: data))

        /// Writes a changed file and expects a finding of its pages.
        func expectFinding(_ what: String, _ arguments: [String], _ bytes: [UInt8]) throws {
            try Data(bytes).write(to: data)
            let outcome = try scratch.run(["verify", "--format", "json"] + arguments)
            #expect(outcome.code == 1, "\(what): \(outcome.messages)")
            let report = try outcome.json()
            #expect(report["ok"] == false, "\(what)")
            let message = report["findings"]?.elements?.first?["message"]?.text ?? ""
            #expect(message.contains("data.mdb"), "\(what): \(message)")
        }

        var pages = sound
        for page in stride(from: 2, to: sound.count / 4_096 - 1, by: 2) {
            for byte in page * 4_096..<(page + 1) * 4_096 { pages.swapAt(byte, byte + 4_096) }
        }
        var flipped = sound
        for page in 2..<sound.count / 4_096 { flipped[page * 4_096 + 10] ^= 1 }
        try expectFinding("swapped", ["--deep"], pages)
        try expectFinding("flipped", ["--deep"], flipped)
        try expectFinding("cut", ["--deep"], Array(sound[..<20_000]))
        // Whatever is asked for, the meta pages are looked at first.
        for arguments in [[], ["--deep"], ["--recompute"]] {
            try expectFinding("empty", arguments, [])
            try expectFinding("garbage", arguments, Array("position,commit\n1,1\n".utf8))
            try expectFinding("one page", arguments, Array(sound[..<4_096]))
            try expectFinding("no meta", arguments, [UInt8](repeating: 0xFF, count: 100_000))
            #expect(try Data(contentsOf: data).count == 100_000, "verify changes nothing")
        }
        try Data(sound).write(to: data)
        #expect(try scratch.run("verify", "--deep").code == 0)
    }
}
