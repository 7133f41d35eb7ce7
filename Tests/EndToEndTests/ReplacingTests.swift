import CanonicalJSON
import Foundation
import Testing

/// A store's file is replaced only when nobody has it open, and who comes meanwhile waits.
struct ReplacingTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    private func made() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 1_440, seed: 3))
        let words = ["backfill", "a.csv", "--every", "1h", "--config", "scalp"] + Self.symbol
        #expect(try scratch.run(words).code == 0)
        #expect(try scratch.run("backup", "good").code == 0)
        return scratch
    }

    /// A process that has the store open and waits for its input without an end.
    private func holder(_ scratch: Scratch) throws -> (running: Command.Running, pipe: Int32) {
        let fifo = scratch.url("fifo")
        #expect(unsafe mkfifo(fifo.path, 0o600) == 0)
        let pipe = unsafe open(fifo.path, O_RDWR)
        let words = ["backfill", "-", "--every", "1h"] + Self.symbol
        let running = try Command.Running(
            words, in: scratch, input: fifo, environment: ["MECHANIC_STORE": scratch.store])
        let maps = "/proc/\(running.process.processIdentifier)/maps"
        let deadline = Date(timeIntervalSinceNow: 60)
        while try !String(contentsOfFile: maps, encoding: .utf8).contains("data.mdb") {
            guard Date() < deadline else { throw Command.NotRun(description: "never opened") }
            usleep(2_000)
        }
        return (running, pipe)
    }

    @Test func aStoreInUseIsLeftAlone() throws {
        let scratch = try made()
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.store + "/data.mdb"))
        let (running, pipe) = try holder(scratch)
        for words in [
            ["compact"], ["restore", "good", "--replace"], ["restore", "good", "--discard"],
        ] {
            let busy = try scratch.run(words + ["--wait", "0s"])
            #expect(busy.code == 75, "\(words)")
            #expect(busy.messages.contains("fuser"), "\(busy.messages)")
        }
        // A backup asks nobody.
        #expect(try scratch.run("backup", "during").code == 0)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: scratch.store + "/data.mdb")) == before)
        // Who waits long enough gets it.
        let waiting = try scratch.start(["compact", "--wait", "60s"])
        usleep(100_000)
        #expect(waiting.process.isRunning)
        running.signal(SIGKILL)
        _ = try running.wait()
        close(pipe)
        #expect(try waiting.wait().code == 0)
        #expect(try scratch.run("verify", "--recompute").code == 0)
    }

    @Test func aWriterIsNamed() throws {
        let scratch = try made()
        let lock = unsafe open(scratch.store + "/writer.lock", O_RDWR | O_CLOEXEC)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        for words in [["compact"], ["restore", "good", "--replace"]] {
            let busy = try scratch.run(words + ["--wait", "0s"])
            #expect(busy.code == 75)
            #expect(busy.messages.contains("writing"))
        }
    }

    /// Readers and a writer come and go while the file is replaced again and again: each of them
    /// sees a whole store, and no update is lost in a file that is gone.
    @Test func whoComesDuringTheExchangeSeesOneFile() throws {
        let scratch = try made()
        let first = SyntheticHistory.start + 1_440 * 60_000
        var compactions = 0
        for hour in 0..<8 {
            let start = first + Int64(hour) * 3_600_000
            try scratch.file("\(hour).csv", SyntheticHistory.csv(minutes: 60, start: start))
            let compacting = try (0..<2).map { _ in try scratch.start(["compact", "--wait", "60s"])
            }
            let readers = try (0..<4).map { _ in try scratch.start(["status", "--wait", "60s"]) }
            let writer = try scratch.start(
                ["update", "--candles", "\(hour).csv", "--wait", "60s"] + Self.symbol)
            for running in compacting {
                let done = try running.wait()
                #expect(done.code == 0, "hour \(hour): \(done.messages)")
                if done.code == 0 { compactions += 1 }
            }
            for reader in readers {
                let done = try reader.wait()
                #expect(done.code == 0, "hour \(hour): \(done.messages)")
            }
            #expect(try writer.wait().code == 0, "hour \(hour)")
            let symbols = try scratch.run("status").json()["symbols"]?.elements
            let newest = symbols?.first?["newest_ms"]?.int64
            #expect(newest == start + 59 * 60_000, "hour \(hour)")
        }
        #expect(compactions == 16)
        #expect(try scratch.run("verify", "--recompute").code == 0)
        #expect(try scratch.run("replay", "--check").code == 0)
    }

    /// A limit on the length of files stands for a full disk: no half file takes a name.
    @Test(arguments: [["backup", "x"], ["restore", "good", "--store", "x"]])
    func aFileThatCannotGrowLeavesNothing(_ words: [String]) throws {
        let scratch = try made()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments =
            [
                "-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "bash", Command.path,
            ] + words
        process.environment = Command.environment.merging(["MECHANIC_STORE": scratch.store]) { $1 }
        process.currentDirectoryURL = scratch.directory
        let messages = Pipe()
        process.standardError = messages
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(
            decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 74, "\(text)")
        for name in ["x", "x.draft"] {
            #expect(!FileManager.default.fileExists(atPath: scratch.url(name).path))
        }
        #expect(try scratch.run("verify").code == 0)
        #expect(try scratch.run(words).code == 0)
    }

    @Test func refusalsAndTheirCodes() throws {
        let scratch = try made()
        try scratch.file("plain", "x")
        for (words, code, hint) in [
            (["backup", "good"], 73, "--force"), (["backup", "no/such/place"], 73, "directory"),
            (["backup", "x", "--since", "nothing"], 66, "HEAD~n"),
            (["backup", "x", "--since", "99999"], 64, "beyond"),
            (["backup", "x", "--since", "plain"], 65, "no backup"),
            (["restore", "good"], 73, "--replace"),
            (["restore", "plain", "--store", "y"], 65, "plain"),
            (["restore", "none", "--store", "y"], 66, "none"),
            (["restore", "good", "--store", "no/such/place"], 73, "no/such/place"),
            (["restore", "plain", "--check"], 65, "plain"),
            (["compact", "--store", "none"], 66, "init"), (["restore"], 64, "file"),
            (["restore", "good", "--store", "plain"], 73, "plain"),
        ] as [([String], Int32, String)] {
            let refused = try scratch.run(words)
            #expect(refused.code == code, "\(words): \(refused.messages)")
            #expect(refused.messages.contains(hint), "\(words): \(refused.messages)")
            #expect(refused.output == "")
        }
        #expect(try scratch.run("backup", "good", "--force").code == 0)
        let table = try scratch.run("restore", "good", "--store", "y", "--format", "table")
        #expect(table.output.contains("root"))
    }
}
