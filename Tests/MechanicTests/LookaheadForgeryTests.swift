import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Random histories in which one recorded value is changed: each such log is sound by all hashes, and
/// each is found out.
struct LookaheadForgeryTests {
    private func honest(
        _ seed: UInt64, isTroubled: Bool = true
    ) throws -> (ForgedLog, SplitMix64) {
        var history = RandomHistory(seed: seed, candles: 60...150)
        let bench = try Bench(history.market, [history.configuration])
        let polls = isTroubled ? history.troubledPolls() : history.polls()
        for poll in polls { try bench.update(poll.rows, now: poll.now) }
        return (try ForgedLog(of: bench.store), history.random)
    }

    private func check(_ log: ForgedLog) throws -> Lookahead {
        let scratch = try Scratch()
        let store = try scratch.store()
        try log.write(to: store)
        let report = try store.verify()
        #expect(report.isClean, "\(report.findings)")
        return try Lookahead.run(store)
    }

    @Test(arguments: UInt64(1)...40) func anyChangedValueOfALabelIsFound(_ seed: UInt64) throws {
        let (honest, start) = try honest(seed &* 31)
        #expect(try check(honest).findings.isEmpty, "seed \(seed)")
        var random = start
        for (type, columns) in [(EventType.labelsClosed, 1...7), (.labelsRevised, 1...7)] {
            guard let index = honest.indices(of: type).randomElement(using: &random) else {
                continue
            }
            let rows = honest.rows(of: index)
            let (row, column) = (random.pick(0...rows - 1), random.pick(columns))
            var forged = honest
            // The lowest bit of a price or a result; a candle more of a stamp.
            try forged.change(index, word: column, row: row) {
                column == 2 || column == 4 ? $0 &+ 3_600_000 : $0 ^ 1
            }
            let findings = try check(forged).findings
            #expect(
                findings.contains { $0.position.number == UInt64(index + 1) },
                "seed \(seed), \(type.name), word \(column)")
            // What is recorded afterwards rests on candles, not on the forged label.
            #expect(findings.count == 1, "seed \(seed): \(findings.map(\.message))")
        }
    }

    @Test(arguments: UInt64(1)...15) func anyLabelLeftOutIsFound(_ seed: UInt64) throws {
        var (log, random) = try honest(seed &* 37)
        let index = try #require(log.indices(of: .labelsClosed).randomElement(using: &random))
        let rows = log.rows(of: index)
        log.replace(index, by: [])
        // Found at the completion; a later revision may bring some of the labels after all.
        let findings = try check(log).findings
        #expect(findings.contains { $0.message.contains("left open") }, "seed \(seed)")
        #expect(findings.count >= min(rows, Lookahead.maximumFindings) / 2, "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...15) func anyCandleKnownTooEarlyIsFound(_ seed: UInt64) throws {
        var (log, random) = try honest(seed &* 41, isTroubled: false)
        // One of the first candles: its trade is closed in the end.
        let index = try #require(log.indices(of: .candlesRecorded).first)
        let rows = log.rows(of: index)
        // Another close, which the labels did not use: their entry has another price.
        try log.change(index, word: 4, row: random.pick(0...rows - 1)) { $0 ^ 1 }
        let findings = try check(log).findings
        #expect(!findings.isEmpty, "seed \(seed)")
    }
}
