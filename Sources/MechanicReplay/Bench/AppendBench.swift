internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import LMDB
internal import SystemIO

/// Appends of 1,000 events of 200 bytes, with ids, chain, indexes and tree, against the same puts in
/// bare LMDB.
enum AppendBench {
    static let eventsInCommit = 1_000

    static func run(_ directory: String, rounds: Int) throws -> [BenchResult] {
        let batches = (0..<max(10, min(rounds, 60))).map(batch)

        // Once to learn the puts of every commit, where nobody waits for the disk.
        let plans = try record(batches, "\(directory)/append-recorded")
        let store = try make("\(directory)/append-store", isVolatile: false)
        let unsynced = try make("\(directory)/append-unsynced", isVolatile: true)
        let bare = try BareStore("\(directory)/append-bare", plans[0])
        try append(batches[0], to: store)
        try append(batches[0], to: unsynced)
        var (puts, appends, computes): ([Double], [Double], [Double]) = ([], [], [])
        for (round, (events, plan)) in zip(batches, plans).enumerated().dropFirst() {
            // In turn, so that neither always comes after the other's wait for the disk.
            for isBare in round.isMultiple(of: 2) ? [true, false] : [false, true] {
                if isBare {
                    puts.append(try Stopwatch.microseconds { try bare.commit(plan) })
                } else {
                    appends.append(try Stopwatch.microseconds { try append(events, to: store) })
                }
            }
            computes.append(try Stopwatch.microseconds { try append(events, to: unsynced) })
        }
        return results(puts, appends, computes, plans.last ?? [])
    }

    private static func results(
        _ puts: [Double], _ appends: [Double], _ computes: [Double], _ last: [Calls.Put]
    ) -> [BenchResult] {
        let (bare, append) = (Stopwatch.median(puts), Stopwatch.median(appends))
        let bytes = last.reduce(0) { $0 + $1.key.count + ($1.value?.count ?? 0) }
        let rate = Double(eventsInCommit) / append * 1e6
        return [
            BenchResult(
                what: "same puts in bare LMDB", median: bare, unit: "µs", bytes: bytes),
            BenchResult(
                what: "append 1,000 × 200 B", median: append, unit: "µs", ratio: bare / append,
                against: "bare LMDB's speed", bytes: bytes),
            BenchResult(what: "append 1,000 × 200 B", median: rate, unit: "events/s"),
            BenchResult(
                what: "append, no wait for the disk", median: Stopwatch.median(computes),
                unit: "µs", ratio: Stopwatch.median(computes) / append, against: "append"),
        ]
    }

    private static let stream = StreamID("bench/append")!

    /// Payloads of 200 bytes, each another.
    private static func batch(_ number: Int) -> [EventData] {
        (0..<eventsInCommit).map { index in
            let text = String(number * eventsInCommit + index)
            let rest = String(repeating: "x", count: 200 - 8 - text.utf8.count)
            return EventData(type: .updateCompleted, json: ["k": .string(text + rest)])
        }
    }

    private static func make(_ path: String, isVolatile: Bool) throws -> EventStore {
        var options = EventStore.Options()
        options.isVolatile = isVolatile
        return try EventStore.create(
            path: path, clock: .simulated, id: .none, now: 0, options: options)
    }

    private static func append(_ events: [EventData], to store: EventStore) throws {
        try store.append(at: 0) { commit in
            let version = try commit.head(of: stream)?.version.number ?? 0
            for (index, event) in events.enumerated() {
                try commit.append(
                    event, to: stream,
                    expecting: .exactly(StreamVersion(version + UInt64(index))))
            }
        }
    }

    private static func record(_ batches: [[EventData]], _ path: String) throws -> [[Calls.Put]] {
        let store = try make(path, isVolatile: true)
        return try batches.map { events in
            Calls.record()
            try append(events, to: store)
            return Calls.disarm().recorded
        }
    }
}
