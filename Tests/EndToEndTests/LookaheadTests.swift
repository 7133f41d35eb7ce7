import CanonicalJSON
import EventFormat
import EventStorage
import Testing

/// `verify --lookahead` on a log that is sound by every hash and yet foresees.
struct LookaheadTests {
    @Test func aLabelThatForeseesIsNamedAndTheExitCodeSaysSo() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let update = try scratch.run(
            ["update", "--candles", FlowTests.klines, "--config", "scalp"] + FlowTests.symbol)
        #expect(update.code == 0, "\(update.messages)")
        let honest = try scratch.run("verify", "--lookahead", "--format", "json")
        #expect(honest.code == 0)
        #expect(try honest.json()["checked_truncations"]?.int64 == 2_000)
        #expect(try honest.json()["checked_fields"]?.int64 ?? 0 > 20_000)

        let position = try plant(scratch.store)
        let sound = try scratch.run("verify", "--format", "json")
        #expect(try sound.json()["ok"] == .bool(true), "\(sound.output)")
        let found = try scratch.run("verify", "--lookahead", "--format", "json")
        #expect(found.code == 1 && found.messages.contains("train on none of them"))
        let finding = try #require(try found.json()["findings"]?.elements?.first)
        #expect(finding["position"]?.int64 == Int64(position.number))
        #expect(finding["message"]?.text?.contains("has exit_price") == true)
        #expect(finding["message"]?.text?.contains("the candles known at") == true)
        let table = try scratch.run("verify", "--lookahead", "--format", "table")
        #expect(table.code == 1 && table.output.contains("checked truncations"))
        #expect(table.output.contains("position \(position)"))
    }

    /// Records the first labels once more, the exit price of one a bit off, as an update would.
    private func plant(_ path: String) throws -> GlobalPosition {
        let store = try EventStore(path: path)
        var labels: RecordedEvent?
        var completion: RecordedEvent?
        try store.read { view in
            try view.forEachEvent(through: try view.head().position) { _, event in
                if event.type == .labelsClosed, labels == nil { labels = try event.recorded() }
                if event.type == .updateCompleted { completion = try event.recorded() }
                return true
            }
        }
        let (closed, last) = (try #require(labels), try #require(completion))
        var payload = closed.payload
        let rows = Int(payload[0]) | Int(payload[1]) << 8
        // The fourth word column, of the first row.
        payload[ColumnPayload.headerBytes + 3 * rows * 8] ^= 1
        return try store.append(at: try store.head().appendedAt + 1) { commit in
            let forged = try commit.append(
                EventData(type: .labelsClosed, payload: payload), to: closed.envelope.stream,
                expecting: .any)
            try commit.append(
                EventData(type: .updateCompleted, payload: last.payload),
                to: last.envelope.stream, expecting: .any)
            return forged.position
        }.result
    }
}
