import CanonicalJSON
import EventFormat
import EventStorage
import Foundation
import Testing

/// A store that holds an event of a later program: every verb says so, until a skip is recorded.
struct SkipTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// A store of two updates with an event between them that this program does not know.
    private func poisoned() throws -> (scratch: Scratch, position: Int64) {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("first.csv", SyntheticHistory.csv(minutes: 120))
        let done = try scratch.run(["backfill", "first.csv", "--every", "1h"] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
        let store = try EventStore(path: scratch.store)
        let later = EventType(77, "later.thing", version: 2, .json)
        let stream = try #require(StreamID("binance/BTC-USDT:USDT/1m/candles"))
        let position = try store.append(at: try store.head().appendedAt + 1) { commit in
            try commit.append(
                EventData(type: later, payload: Array("{\"n\":1}".utf8)), to: stream,
                expecting: .streamExists)
        }.result.position
        return (scratch, Int64(position.number))
    }

    @Test func aPoisonEventIsNamedAndPassedOver() throws {
        let (scratch, position) = try poisoned()
        try scratch.file("more.csv", SyntheticHistory.csv(minutes: 240))
        let update = ["backfill", "more.csv", "--every", "1h"] + Self.symbol
        for words in [["replay"], ["status"], ["labels"] + Self.symbol, update] {
            let refused = try scratch.run(words)
            #expect(refused.code == 2, "\(words)")
            for part in [
                "position \(position)", "/1m/candles", "type 77 version 2", "skip \(position)",
            ] {
                #expect(refused.messages.contains(part), "\(words): \(refused.messages)")
            }
        }
        let found = try scratch.run("verify")
        #expect(found.code == 1)
        #expect(try found.json()["first_bad_position"]?.int64 == position)

        let skip = ["skip", String(position), "--reason", "a later build wrote it", "--by", "ada"]
        let done = try scratch.run(skip)
        #expect(done.code == 0, "\(done.messages)")
        #expect(try done.json()["stream"]?.text == "binance/BTC-USDT:USDT/1m/candles")
        #expect(try done.json()["is_new"] == .bool(true))
        let again = try scratch.run(skip)
        #expect(again.code == 0 && again.messages.contains("already"))
        #expect(try again.json()["position"] == done.json()["position"])

        let verify = try scratch.run("verify", "--deep")
        #expect(verify.code == 0, "\(verify.output)")
        let skipped = try #require(try verify.json()["skipped"]?.elements)
        #expect(skipped.count == 1 && skipped[0]["position"]?.int64 == position)
        #expect(skipped[0]["reason"]?.text == "a later build wrote it")
        let table = try scratch.run("verify", "--format", "table")
        #expect(table.output.contains("passed over by ada (type 77 version 2)"))
        for words in [["replay", "--check"], ["status"], ["labels"] + Self.symbol, update] {
            #expect(try scratch.run(words).code == 0, "\(words)")
        }
        #expect(try scratch.run("verify", "--deep").code == 0)
        #expect(try scratch.run("replay", "--check").code == 0)
        // The decision is an event like any other, and so is what it passes over.
        let log = try scratch.run("log", "--type", "event.skipped", "--format", "jsonl")
        #expect(log.lines.count == 1)
        #expect(try scratch.run("show", String(position), "--bytes").code == 0)
    }

    @Test func whatFoldsTakeIsNotPassedOver() throws {
        let (scratch, position) = try poisoned()
        let known = try scratch.run("skip", "1", "--reason", "no")
        #expect(known.code == 2 && known.messages.contains("folds take this event"))
        let beyond = try scratch.run("skip", String(position + 1), "--reason", "no")
        #expect(beyond.code == 64, "\(beyond.messages)")
        let wordless = try scratch.run("skip", String(position), "--reason", " ")
        #expect(wordless.code == 64 && wordless.messages.contains("--reason"))
    }
}
