internal import EventFormat
internal import EventStorage

/// An endless, repeatable run of random appends with the model that knows what comes of them.
///
/// Depends on its seed alone: a program that was killed draws it again up to the commit that its
/// store reached, and goes on.
package struct Workload: Sendable {
    /// What the store must hold after the steps drawn so far.
    package private(set) var model = ModelStore()
    private var random: SplitMix64
    private var now = Self.beginning

    /// The clock at the beginning, microseconds UTC.
    package static let beginning: Int64 = 1_763_000_000_000_000

    /// The keys of the projections' records.
    package static let recordKeys: [[UInt8]] = (1...5).map { [$0] }

    /// The days of the rows.
    package static let days: ClosedRange<Int32> = -2...2

    private static let streams = ["a", "a/1", "b", "long/" + String(repeating: "x", count: 200)]
        .map { StreamID($0)! }

    package init(seed: UInt64) { random = SplitMix64(seed: seed) }

    /// Draws on until the model has so many commits: where a store is that has as many.
    package mutating func skip(toCommit commit: UInt64) {
        while model.commits < commit { _ = next() }
    }

    /// Draws steps until one commits, and returns them.
    package mutating func nextCommit() -> [Step] {
        var steps: [Step] = []
        repeat { steps.append(next()) } while !steps[steps.count - 1].commits
        return steps
    }

    /// Draws a step: a few events, some of them refused or retries; now and then its body throws.
    package mutating func next() -> Step {
        // The clock stands still, runs back, and runs on.
        if !random.chance(15) { now += Int64.random(in: -10_000_000...20_000_000, using: &random) }
        let fails = random.chance(10)
        var next = model
        var acts: [Step.Act] = []
        var index: UInt32 = 0
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let stream = Self.streams.randomElement(using: &random)!
            let event = event()
            let expected = expectation(stream, in: next)
            let outcome = next.append(
                event, to: stream, expecting: expected, now: now, index: index)
            if case .new = outcome { index += 1 }
            acts.append(.append(event, stream, expected, outcome))
        }
        while random.chance(30) {
            let key = Self.recordKeys.randomElement(using: &random)!
            let value: [UInt8]? = random.chance(70) ? [random.chance(50) ? 1 : 2] : nil
            next.set(key, value)
            acts.append(.record(key, value))
        }
        // Without an event nothing is committed, records included.
        let commits = index > 0 && !fails
        if commits {
            next.commit()
            model = next
        }
        return Step(now: now, acts: acts, fails: fails, commits: commits)
    }

    private mutating func event() -> EventData {
        let number = Int.random(in: 0..<6, using: &random)
        let key: [UInt8]? = random.chance(20) ? [UInt8.random(in: 0..<4, using: &random)] : nil
        if random.chance(50) {
            return EventData(
                type: .updateCompleted, payload: Array("{\"number\":\(number)}".utf8),
                idempotencyKey: key)
        }
        // Three hundred rows are several pages.
        let rows = random.chance(5) ? 300 : number + 1
        let day = Int32.random(in: Self.days, using: &random)
        let start = Int64(day) * 86_400_000
        let payload = ColumnPayload.encode(
            layout: .candles, dayStart: start, rows: rows,
            word: { column, row in
                column == 0
                    ? UInt64(bitPattern: start + Int64(row + number) * 60_000)
                    : (Double(column) + Double(row)).bitPattern
            })
        return EventData(type: .candlesRecorded, payload: payload, idempotencyKey: key)
    }

    private mutating func expectation(
        _ stream: StreamID, in model: ModelStore
    ) -> ExpectedVersion {
        let count = UInt64(model.count(of: stream))
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .noStream
        case 1: return .streamExists
        case 2, 3, 4: return .any
        case 5: return .exactly(StreamVersion(count + 1))
        case 6, 7: return .exactly(StreamVersion(UInt64.random(in: 0...count, using: &random)))
        default: return .exactly(StreamVersion(count))
        }
    }
}
