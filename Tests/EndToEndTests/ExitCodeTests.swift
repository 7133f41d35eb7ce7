import CanonicalJSON
import Foundation
import Testing

/// Scripts branch on exit codes, and people on what the message advises.
struct ExitCodeTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// A store with two hours of candles and their labels.
    private func labelled() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 120))
        let done = try scratch.run(["update", "--candles", "a.csv"] + Self.symbol)
        #expect(done.code == 0)
        return scratch
    }

    /// Replaces bytes of the store's file, as a bad disk or a bad person would.
    private func damage(
        _ scratch: Scratch, _ old: [UInt8], by new: [UInt8], everywhere: Bool = false
    ) throws {
        let url = URL(fileURLWithPath: scratch.store + "/data.mdb")
        var data = try Data(contentsOf: url)
        var from = data.startIndex
        var found = 0
        while let range = data.range(of: Data(old), in: from..<data.endIndex) {
            data.replaceSubrange(range, with: new)
            found += 1
            from = range.upperBound
            if !everywhere { break }
        }
        #expect(found > 0)
        try data.write(to: url)
    }

    private func little(_ value: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    @Test func verifyNamesTheDamagedEvent() throws {
        let scratch = try labelled()
        // Stamps stand in the payload of the candle event, the log's first, as whole words.
        let stamp = SyntheticHistory.start + 60 * 60_000
        try damage(scratch, little(stamp), by: little(stamp + 1), everywhere: true)
        let verify = try scratch.run("verify")
        #expect(verify.code == 1)
        let report = try verify.json()
        #expect(report["ok"] == false)
        #expect(report["first_bad_position"]?.int64 == 1)
        #expect(verify.messages.contains("restore a backup"))
        let table = try scratch.run("verify", "--format", "table", "--recompute")
        #expect(table.code == 1)
        #expect(table.output.contains("position 1"))
        #expect(table.output.contains("FAILED"))
    }

    @Test func replayNamesTheDifferentProjection() throws {
        let scratch = try labelled()
        let first = try scratch.run("replay", "--check")
        #expect(first.code == 0)
        #expect(try first.json()["check"]?.text == "same")
        // A digest stands in a record of projections, not in the log: verify stays clean, and only
        // replay --check tells.
        let digest = try #require(
            try first.json()["projections"]?.elements?.first?["digest"]?.text)
        try damage(
            scratch, bytes(ofHex: digest), by: [UInt8](repeating: 7, count: 32), everywhere: true)
        let second = try scratch.run("replay", "--check")
        #expect(second.code == 1)
        #expect(second.messages.contains("projections"))
        #expect(second.messages.contains("mechanic-replay verify"))
        #expect(try second.json()["check"] == "different")
        #expect(try second.json()["projections"] == first.json()["projections"])
        #expect(try scratch.run("verify", "--recompute").code == 0)
        let deep = try scratch.run("verify", "--deep")
        #expect(deep.code == 1)
        #expect(try deep.json()["ok"] == false)
        #expect(deep.output.contains("projections"))
        // As the message promises, the next update writes the projections anew.
        let next = SyntheticHistory.start + 120 * 60_000
        try scratch.file("b.csv", SyntheticHistory.csv(minutes: 60, start: next))
        #expect(try scratch.run(["update", "--candles", "b.csv"] + Self.symbol).code == 0)
        #expect(try scratch.run("replay", "--check").code == 0)
        #expect(try scratch.run("verify", "--deep").code == 0)
    }

    @Test func backfillNeedsASimulatedClock() throws {
        let scratch = try Scratch()
        try scratch.makeStore(clock: "real")
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 10))
        let refused = try scratch.run(["backfill", "a.csv", "--every", "1h"] + Self.symbol)
        #expect(refused.code == 2)
        #expect(refused.output == "")
        #expect(refused.messages.contains("init --clock simulated"))
    }

    /// A store whose newest event lies ahead of the clock: made with a simulated clock in the future,
    /// then turned into one with a real clock by hand, hash and all.
    @Test func theClockIsBehind() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let future = (Int64(Date().timeIntervalSince1970) / 60 + 600) * 60_000
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 10, start: future))
        #expect(try scratch.run(["import", "a.csv"] + Self.symbol).code == 0)
        let data = try Data(contentsOf: URL(fileURLWithPath: scratch.store + "/data.mdb"))
        let status = try scratch.run("status").json()
        let id = try #require(status["store_id"]?.text)
        let found = try #require(data.range(of: Data([1, 0, 0, 0, 2, 0, 0, 0] + bytes(ofHex: id))))
        let old = Array(data[found.lowerBound..<found.lowerBound + 64])
        var identity = Array(old.prefix(32))
        identity[4] = 1
        try damage(
            scratch, old, by: identity + (try sha256(identity, in: scratch)), everywhere: true)

        let behind = try scratch.run(["import", "a.csv"] + Self.symbol)
        #expect(behind.code == 2)
        #expect(behind.messages.contains("behind"))
        #expect(behind.messages.contains("--accept-clock"))
        #expect(try scratch.run(["import", "a.csv", "--accept-clock"] + Self.symbol).code == 0)
        #expect(try scratch.run(["candles"] + Self.symbol).code == 0)
    }

    private func sha256(_ bytes: [UInt8], in scratch: Scratch) throws -> [UInt8] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        process.arguments = [try scratch.file("identity", bytes)]
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return self.bytes(ofHex: String(text.prefix(64)))
    }

    private func bytes(ofHex text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] * 16 + digits[$0 + 1])
        }
    }

    @Test(arguments: [
        ("", "no rows"), ("hello\n", "line 1"),
        ("timestamp,open,high,low,close,volume\n", "no rows"),
        ("1760131020000,nan,12,9,11,1\n", "not a number"), ("[[1760131020000,10,12", "line 1"),
        ("\u{1F}\u{8B}", "nothing was appended"), ("{\"error\": 1}", "nothing was appended"),
    ])
    func filesWithoutAUsableRow(_ text: String, mentions hint: String) throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        if text.hasPrefix("\u{1F}") {
            try scratch.file("bad.csv", [0x1F, 0x8B, 0x08, 0, 1, 2, 3])
        } else {
            try scratch.file("bad.csv", text)
        }
        // For an update a header alone is a quiet hour.
        let isQuiet = text.hasPrefix("timestamp")
        let updates = isQuiet ? [] : [["update", "--candles", "bad.csv"]]
        for words in [["import", "bad.csv"]] + updates {
            let refused = try scratch.run(words + Self.symbol)
            #expect(refused.code == 65, "\(words)")
            #expect(refused.messages.contains("bad.csv"))
            #expect(refused.messages.contains(hint), "\(refused.messages)")
            #expect(refused.output == "")
        }
        #expect(try scratch.run("status").json()["position"]?.int64 == 0)
    }

    @Test func badConfigurations() throws {
        let scratch = try labelled()
        try scratch.file("typo.json", "{\"take_profit_bsp\": 20}")
        try scratch.file("negative.json", "{\"take_profit_bps\": -20}")
        try scratch.file("broken.json", "{\"take_profit_bps\": ")
        for (file, hint) in [
            ("typo.json", "did you mean take_profit_bps"), ("negative.json", "take_profit_bps"),
            ("broken.json", "broken.json:1: "),
        ] {
            let refused = try scratch.run(["update", "--config", file] + Self.symbol)
            #expect(refused.code == 65)
            #expect(refused.messages.contains(file))
            #expect(refused.messages.contains(hint), "\(refused.messages)")
        }
    }

    @Test func whatIsNotThere() throws {
        let scratch = try labelled()
        for (words, hint) in [
            (["import", "none.csv"] + Self.symbol, "none.csv"),
            (["status", "--store", "nowhere"], "mechanic-replay init"),
            (["update", "--config", "scalpp"] + Self.symbol, "did you mean scalp"),
            (["labels", "--config", "runner"] + Self.symbol, "runner"),
            (["labels", "--symbol", "BTC/USDT"], "binance/BTC-USDT:USDT/1m"),
            (
                ["candles", "--symbol", "BTC/USDT:USDT", "--venue", "kraken"],
                "binance/BTC-USDT:USDT/1m"
            ),
            (["config", "show", "--symbol", "ETH/USDT"], "binance/BTC-USDT:USDT/1m"),
        ] {
            let missing = try scratch.run(words)
            #expect(missing.code == 66, "\(words): \(missing.messages)")
            #expect(missing.output == "")
            #expect(missing.messages.contains(hint), "\(missing.messages)")
        }
    }

    @Test func aStoreIsMadeOnce() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let again = try scratch.run("init")
        #expect(again.code == 73)
        #expect(again.messages.contains("choose another --store"))
        try scratch.file("plain", "x")
        #expect(try scratch.run("init", "--store", "plain").code == 73)
        #expect(try scratch.run("init", "--store", "no/such/place").code == 73)
    }

    @Test func anotherWriterHoldsTheStore() throws {
        let scratch = try labelled()
        let lock = unsafe open(scratch.store + "/writer.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        #expect(lock >= 0)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        for words in [["import", "a.csv"], ["update"], ["backfill", "a.csv", "--every", "1h"]] {
            let busy = try scratch.run(words + Self.symbol + ["--wait", "0s"])
            #expect(busy.code == 75)
            #expect(busy.messages.contains("--wait"))
        }
        // Readers wait for nobody.
        #expect(try scratch.run(["labels"] + Self.symbol).code == 0)
    }

    @Test func anInterruptLeavesAValidStore() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 10 * 1_440))
        let running = try scratch.start(
            ["backfill", "a.csv", "--every", "1h", "--format", "jsonl"] + Self.symbol)
        let deadline = Date(timeIntervalSinceNow: 60)
        while running.written.filter({ $0 == "\n" }).count < 5, Date() < deadline { usleep(2_000) }
        running.signal(SIGINT)
        let interrupted = try running.wait()
        #expect(interrupted.code == 130)
        let last = try #require(interrupted.lines.last)
        let position = try JSONValue(parsing: Array(last.utf8))["position"]?.int64 ?? 0
        let verify = try scratch.run("verify", "--recompute")
        #expect(verify.code == 0)
        #expect(try verify.json()["checked_events"]?.int64 ?? 0 >= position)
    }

    /// A full disk under the output must not look like success.
    @Test func outputThatCannotBeWritten() throws {
        let scratch = try labelled()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Command.path)
        process.arguments = ["labels", "--store", scratch.store] + Self.symbol
        process.environment = Command.environment
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
        let messages = Pipe()
        process.standardError = messages
        try process.run()
        let text = String(
            decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 74)
        #expect(text.contains("standard output"))
    }
}
