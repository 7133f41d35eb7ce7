import Digest
import EventFormat
import EventStorage
import Market

/// A copy of a log, commit by commit, in which some events are others: what a program with a fault
/// would have written. All hashes are good.
struct ForgedLog {
    /// One event, where it goes.
    struct Entry {
        var event: EventData
        let stream: StreamID
        let commit: UInt64
        let appendedAt: Int64
    }

    private(set) var entries: [Entry] = []

    init(of store: EventStore) throws {
        var entries: [Entry] = []
        try store.read { view in
            try view.forEachEvent(through: try view.head().position) { _, event in
                let recorded = try event.recorded()
                entries.append(
                    Entry(
                        event: EventData(type: recorded.type!, payload: recorded.payload),
                        stream: recorded.envelope.stream, commit: recorded.frame.commit,
                        appendedAt: recorded.frame.appendedAt))
                return true
            }
        }
        self.entries = entries
    }

    /// The indices of the events of a type.
    func indices(of type: EventType) -> [Int] {
        entries.indices.filter { entries[$0].event.type == type }
    }

    /// How many rows the columns of an event have.
    func rows(of index: Int) -> Int {
        let payload = entries[index].event.payload
        return Int(payload.rawSpan.load(UInt32.self, at: 0))
    }

    /// Replaces an event; by none, it is left out.
    mutating func replace(_ index: Int, by events: [EventData]) {
        let entry = entries[index]
        entries.replaceSubrange(
            index...index,
            with: events.map {
                Entry(
                    event: $0, stream: entry.stream, commit: entry.commit,
                    appendedAt: entry.appendedAt)
            })
    }

    /// Changes a word of one row of a payload of columns.
    mutating func change(
        _ index: Int, word column: Int, row: Int, _ body: (UInt64) -> UInt64
    ) throws {
        var payload = entries[index].event.payload
        let rows = rows(of: index)
        let at = ColumnPayload.headerBytes + (column * rows + row) * 8
        let changed = body(payload.rawSpan.load(UInt64.self, at: at))
        for byte in 0..<8 { payload[at + byte] = UInt8(truncatingIfNeeded: changed >> (8 * byte)) }
        entries[index].event.payload = payload
    }

    /// Writes the copy.
    func write(to store: EventStore) throws {
        var start = 0
        while start < entries.count {
            let end =
                entries[start...].firstIndex { $0.commit != entries[start].commit }
                ?? entries.count
            try store.append(at: entries[start].appendedAt) { commit in
                for entry in entries[start..<end] {
                    try commit.append(entry.event, to: entry.stream, expecting: .any)
                }
            }
            start = end
        }
    }
}
