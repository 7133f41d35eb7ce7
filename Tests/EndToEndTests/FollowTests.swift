import CanonicalJSON
import Foundation
import Testing

/// `log --follow` beside processes that write.
struct FollowTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    private func made() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("first.csv", SyntheticHistory.csv(minutes: 60))
        try scratch.file("more.csv", SyntheticHistory.csv(minutes: 1_440))
        try update(scratch, "first.csv")
        return scratch
    }

    private func update(_ scratch: Scratch, _ file: String) throws {
        let done = try scratch.run(["backfill", file, "--every", "1h"] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
    }

    /// Waits until a follower has written something.
    private func wait(
        _ running: Command.Running, limit: Double = 60, until isThere: (String) -> Bool
    ) {
        let deadline = Date(timeIntervalSinceNow: limit)
        while !isThere(running.written), Date() < deadline { usleep(10_000) }
        #expect(isThere(running.written), "\(running.written)")
    }

    @Test func everyEventOfAnotherProcessOnceAndInOrder() throws {
        let scratch = try made()
        let before = try scratch.run("log", "--format", "jsonl").jsonLines()
        let follow = try scratch.start(
            ["log", "--follow", "--limit", "3", "--format", "jsonl"])
        // The newest three, the oldest of them first.
        wait(follow) { $0.split(separator: "\n").count >= 3 }
        try update(scratch, "more.csv")
        let all = try scratch.run("log", "--format", "jsonl").jsonLines()
        #expect(all.count > before.count + 50)
        let last = try #require(all.first?["position"]?.int64)
        wait(follow) { $0.contains("{\"position\":\(last),") }
        follow.signal(SIGINT)
        let ended = try follow.wait()
        #expect(ended.code == 130)
        #expect(try ended.jsonLines() == Array(all.reversed().dropFirst(before.count - 3)))
        #expect(ended.messages.contains("following from position \(before.count)"))
    }

    @Test func filteredAndForAWhile() throws {
        let scratch = try made()
        let csv = try scratch.start(
            ["log", "--follow", "--for", "3s", "--type", "update.completed"] + Self.symbol)
        let table = try scratch.start(
            ["log", "--follow", "--for", "3s", "--format", "table", "--limit", "1"])
        wait(csv) { $0.hasPrefix("position,type,stream,version,rows,recorded_at_us,hash\n") }
        wait(table) { $0.split(separator: "\n").count == 2 }
        try update(scratch, "more.csv")
        let (rows, lines) = (try csv.wait(), try table.wait())
        #expect(rows.code == 0 && lines.code == 0)
        let type = ["--type", "update.completed", "--format", "csv"]
        let all = try scratch.run(["log"] + type).lines.dropFirst().reversed()
        // One update was there before; whatever came within the time is there, in order.
        #expect(rows.lines.count > 1)
        #expect(
            Array(rows.lines.dropFirst()) == Array(all.dropFirst().prefix(rows.lines.count - 1)))
        #expect(lines.lines.count > 2)
        // Columns keep their places: the stream begins where its title does.
        let place = try #require(lines.lines[0].range(of: "stream")?.lowerBound)
        let offset = lines.lines[0].distance(from: lines.lines[0].startIndex, to: place)
        for line in lines.lines.dropFirst() {
            #expect(line.dropFirst(offset).hasPrefix("binance/"), "\(lines.output)")
        }
    }

    @Test func refusesWhatCannotBeFollowed() throws {
        let scratch = try made()
        for words in [
            ["--follow", "--format", "json"], ["--follow", "--as-of", "1"], ["--for", "1s"],
            ["--follow", "--type", "labels.close"],
        ] {
            #expect(try scratch.run(["log"] + words).code == 64, "\(words)")
        }
        let none = try scratch.run("log", "--follow", "--for", "0s", "--format", "jsonl")
        #expect(none.code == 0 && none.output == "")
        let closed = try scratch.run("log", "--follow", "--for", "0s", "--quiet")
        #expect(closed.messages == "" && closed.lines.count == 1)
    }
}
