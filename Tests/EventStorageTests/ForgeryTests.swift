import Digest
import EventFormat
import EventStorage
import LMDB
import Testing

/// A forger who knows the format: one payload is changed, and its id, its hash, the frame, the tree
/// and the head are made good. Only the next event of the stream still remembers the old hash.
@Suite struct ForgeryTests {
    let directory = TemporaryDirectory()

    @Test func aForgedEventBreaksTheChainOfItsStream() throws {
        do {
            let store = try directory.create()
            for number in 1...9 { try store.add(Make.json(number), to: Make.stream("s")) }
        }
        try directory.tamper { transaction in
            var stored = try events(&transaction)
            stored[3] = forged(stored[3])
            try rewrite(stored, &transaction)
        }
        let report = try directory.open().verify()
        #expect(report.findingCount == 1)
        #expect(report.firstBadPosition == GlobalPosition(5))
        #expect(report.findings.first?.message.contains("hash chain of s is broken") == true)
    }

    private func events(_ transaction: inout WriteTransaction) throws -> [[UInt8]] {
        var stored: [[UInt8]] = []
        let events = try transaction.database(Keys.Database.events)
        try transaction.scan(
            events, from: [],
            { (_, value) throws in
                stored.append(value.copy())
                return true
            }, orThrow: { $0 as any Error })
        return stored
    }

    /// The same event with another payload of the same length.
    private func forged(_ stored: [UInt8]) -> [UInt8] {
        let hasher = SHA256()
        let view = EventView(checked: stored.rawSpan)
        guard var envelope = try? view.envelope() else { return [] }
        let event = Make.json(0)
        envelope.id = Envelope.id(
            stream: envelope.stream, version: envelope.streamVersion, type: event.type,
            payload: event.payload, hasher: hasher)
        var bytes: [UInt8] = []
        envelope.encode(payload: event.payload, into: &bytes)
        var frame = view.frame
        frame.eventHash = hasher.hash(bytes)
        return frame.bytes + bytes
    }

    /// Writes the events, the one row of the tree that nine leaves have, and the head.
    private func rewrite(_ stored: [[UInt8]], _ transaction: inout WriteTransaction) throws {
        let hasher = SHA256()
        let meta = try transaction.database(Keys.Database.meta)
        guard let old = try transaction.value(meta, Keys.head)?.copy() else { return }
        var head = try StoreHead(old.rawSpan)
        head.tree = MerkleFrontier()
        var row: [UInt8] = []
        let events = try transaction.database(Keys.Database.events)
        for (index, bytes) in stored.enumerated() {
            let leaf = MerkleFrontier.leaf(Array(bytes[..<Frame.byteCount]), hasher: hasher)
            leaf.append(to: &row)
            head.tree.append(leaf: leaf, hasher: hasher)
            try transaction.put(events, Keys.event(GlobalPosition(UInt64(index + 1))), bytes)
        }
        head.root = head.tree.root(hasher: hasher)
        let tree = try transaction.database(Keys.Database.tree)
        try transaction.put(tree, Keys.treeRow(level: 0, row: 0), row)
        try transaction.put(meta, Keys.head, head.bytes)
    }
}
