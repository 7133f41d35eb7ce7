internal import CanonicalJSON
internal import EventFormat
internal import EventStorage

/// Proofs out of a log of a million small events.
enum ProveBench {
    private static let events = 1_000_000
    private static let eventsInCommit = 10_000
    private static let rounds = 2_000

    static func run(_ directory: String) throws -> [BenchResult] {
        let store = try filled("\(directory)/proven")
        var (inclusions, growths): ([Double], [Double]) = ([], [])
        // Multiplied by an odd number, places jump over the whole log and come always the same.
        for round in 0..<UInt64(rounds) {
            let place = round &* 0x9E37_79B9_7F4A_7C15 % UInt64(events) + 1
            inclusions.append(
                try Stopwatch.microseconds {
                    try store.read {
                        try $0.inclusionProof(of: GlobalPosition(place), in: UInt64(events)).proof
                    }
                })
            growths.append(
                try Stopwatch.microseconds {
                    try store.read {
                        try $0.consistencyProof(from: place, to: UInt64(events)).proof
                    }
                })
        }
        return [
            result("inclusion at 1,000,000 events", Stopwatch.median(inclusions), store),
            result("the same, 99th percentile", percentile99(inclusions), store),
            result("consistency with 1,000,000 events", Stopwatch.median(growths), store),
            result("the same, 99th percentile", percentile99(growths), store),
        ]
    }

    private static func percentile99(_ times: [Double]) -> Double {
        times.sorted()[times.count * 99 / 100]
    }

    private static func result(
        _ what: String, _ microseconds: Double, _ store: EventStore
    ) -> BenchResult {
        BenchResult(what: what, median: microseconds, unit: "µs", bytes: store.usedBytes)
    }

    private static func filled(_ path: String) throws -> EventStore {
        var options = EventStore.Options()
        options.isVolatile = true
        let store = try EventStore.create(
            path: path, clock: .simulated, id: .none, now: 0, options: options)
        let stream = StreamID("bench/proofs")!
        let event = EventData(type: .updateCompleted, json: [:])
        for _ in 0..<events / eventsInCommit {
            try store.append(at: 0) { commit in
                for _ in 0..<eventsInCommit {
                    try commit.append(event, to: stream, expecting: .any)
                }
            }
        }
        return store
    }
}
