import CanonicalJSON
import EventFormat
import Foundation
import LMDB
import Testing

/// What a store is worth whose file was exchanged or damaged behind the command's back.
@Suite struct ExchangeTests {
    private static let day = 1_440

    /// A store with some days, and a copy of its file of before the last.
    private func exchanged(_ scratch: Scratch) throws -> (file: URL, old: Data) {
        try scratch.makeStore()
        let file = URL(fileURLWithPath: scratch.store + "/data.mdb")
        try scratch.file("1.csv", SyntheticHistory.csv(minutes: Self.day, seed: 1))
        try scratch.file("2.csv", SyntheticHistory.csv(minutes: 2 * Self.day, seed: 1))
        #expect(try scratch.run("import", "1.csv", "--symbol", "X/Y").code == 0)
        let old = try Data(contentsOf: file)
        #expect(try scratch.run("import", "2.csv", "--symbol", "X/Y").code == 0)
        #expect(try scratch.run("verify").code == 0)
        return (file, old)
    }

    @Test func anExchangedFileIsNamedEachTimeAndNeverBlessed() throws {
        let scratch = try Scratch()
        let (file, old) = try exchanged(scratch)
        try old.write(to: file)
        for words in [["status"], ["verify"], ["verify"], ["verify", "--deep"], ["status"]] {
            let outcome = try scratch.run(words)
            #expect(outcome.code == 1, "\(words)")
            let said = outcome.output + outcome.messages
            #expect(said.contains("an older file was put back"), "\(words): \(said)")
            #expect(!said.contains("rebuild"), "\(words)")
        }
        try FileManager.default.removeItem(atPath: scratch.store + "/trusted")
        #expect(try scratch.run("verify", "--deep").code == 0)
    }

    @Test func aLongerForkIsNamed() throws {
        let scratch = try Scratch()
        let (file, old) = try exchanged(scratch)
        let kept = try Data(contentsOf: URL(fileURLWithPath: scratch.store + "/trusted"))
        try old.write(to: file)
        try FileManager.default.removeItem(atPath: scratch.store + "/trusted")
        for seed in 5..<9 {
            let rows = SyntheticHistory.csv(minutes: 2 * Self.day, seed: UInt64(seed))
            try scratch.file("fork.csv", rows)
            #expect(try scratch.run("import", "fork.csv", "--symbol", "X/Y").code == 0)
        }
        try kept.write(to: URL(fileURLWithPath: scratch.store + "/trusted"))
        for words in [["status"], ["verify"], ["verify", "--deep"], ["verify"]] {
            let outcome = try scratch.run(words)
            #expect(outcome.code == 1, "\(words)")
            let said = outcome.output + outcome.messages
            #expect(said.contains("is not the one that was here before"), "\(words): \(said)")
        }
    }

    @Test func aBackupNeverWritesOverAStoreOrWhatIsNoFile() throws {
        let scratch = try Scratch()
        let (file, _) = try exchanged(scratch)
        try FileManager.default.createSymbolicLink(
            atPath: scratch.url("link").path, withDestinationPath: "1.csv")
        for target in [file.path, scratch.store + "/lock.mdb", scratch.store + "/new", "link"] {
            let outcome = try scratch.run("backup", target, "--force")
            #expect(outcome.code == 73, "\(target): \(outcome.messages)")
        }
        #expect(try scratch.run("verify", "--deep").code == 0)
    }

    @Test func anEmptyFileIsLeftAsItIs() throws {
        let scratch = try Scratch()
        let (file, _) = try exchanged(scratch)
        try Data().write(to: file)
        for words in [["status"], ["verify"], ["verify", "--deep"]] {
            let outcome = try scratch.run(words)
            #expect(outcome.code == 1, "\(words)")
            #expect((outcome.output + outcome.messages).contains("empty"), "\(words)")
        }
        #expect(try Data(contentsOf: file).isEmpty)
    }

    /// A damaged event is found by everything that would otherwise build on it.
    @Test func whatIsDamagedIsNotBuiltUpon() throws {
        let scratch = try Scratch()
        _ = try exchanged(scratch)
        do {
            let environment = try Environment(path: scratch.store)
            try environment.write(
                { (transaction) throws in
                    let events = try transaction.database(Keys.Database.events)
                    let key = Keys.event(GlobalPosition(1))
                    var bytes: [UInt8] = []
                    try transaction.scan(
                        events, from: key,
                        { (_, value) throws in
                            bytes = value.copy()
                            return false
                        }, orThrow: { $0 as any Error })
                    bytes[30_000] ^= 1
                    try transaction.put(events, key, bytes)
                    _ = try transaction.database("another")
                    return ((), true)
                }, orThrow: { $0 as any Error })
        }
        let verify = try scratch.run("verify", "--format", "json")
        #expect(verify.code == 1)
        #expect(try verify.json()["first_bad_position"]?.int64 == 1)
        #expect(verify.output.contains("the file holds 6 databases"))
        let rebuild = try scratch.run("rebuild")
        #expect(rebuild.code == 1 && rebuild.messages.contains("position 1"))
        let backup = try scratch.run("backup", "damaged.backup")
        #expect(backup.code == 1 && backup.messages.contains("no backup was made"))
    }

    @Test func aPointMayLookLikeAFlag() throws {
        let scratch = try Scratch()
        _ = try exchanged(scratch)
        let inclusion = try scratch.run("prove", "inclusion", "-1h", "--format", "json")
        #expect(inclusion.code == 0, "\(inclusion.messages)")
        #expect(try inclusion.json()["root"] != nil)
        let growth = try scratch.run("prove", "consistency", "1", "HEAD", "--format", "json")
        #expect(growth.code == 0, "\(growth.messages)")
    }

    /// `ulimit -f`: the disk's fullness that a test can have.
    @Test func aFileThatMayNotGrowIsAnError() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("1.csv", SyntheticHistory.csv(minutes: 20 * Self.day, seed: 1))
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", "ulimit -f 500; exec \"$0\" import 1.csv --symbol X/Y --quiet", Command.path,
        ]
        shell.environment = ["MECHANIC_STORE": scratch.store]
        shell.currentDirectoryURL = scratch.directory
        shell.standardError = FileHandle.nullDevice
        shell.standardOutput = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationReason == .exit && shell.terminationStatus == 74)
        #expect(try scratch.run("verify", "--deep").code == 0)
    }
}
