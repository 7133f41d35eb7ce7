import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// What was known at a moment about a minute: reads by index and snapshot against a naive fold.
struct BitemporalTests {
    /// Dictionaries, written event by event from the beginning.
    private struct Naive {
        var candles: [Int64: Candle] = [:]
        var labels: [Hash256: [Int64: Label]] = [:]

        mutating func apply(_ event: borrowing EventView) throws {
            switch event.type {
            case .candlesRecorded?, .candlesRevised?:
                try CandleEvents.forEachCandle(event) { candles[$0.time] = $0 }
            case .labelsClosed?, .labelsRevised?, .labelsRetracted?:
                let (hash, changes) = try LabelEvents.rows(event)
                for change in changes {
                    switch change {
                    case .closed(let label): labels[hash, default: [:]][label.entryTime] = label
                    case .revised(let revision):
                        labels[hash, default: [:]][revision.label.entryTime] = revision.label
                    case .retracted(let label): labels[hash]?[label.entryTime] = nil
                    }
                }
            default: break
            }
        }
    }

    /// 1,000 pairs of market time and transaction time.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func whatWasKnownIsWhatANaiveFoldSays(seed: UInt64) throws {
        let history = WildHistory(seed: seed)
        let exact = try ExactBench(history.market, "seed \(seed)")
        for step in history.steps {
            switch step {
            case .update(let rows, let now, let activating):
                try exact.update(rows, now: now, activating: activating)
            case .importing(let rows, let now): try exact.importCandles(rows, now: now)
            case .deactivate(let configuration): try exact.deactivate(configuration)
            case .restart: exact.bench.startUpdater()
            }
        }
        var random = SplitMix64(seed: seed &* 31)
        let bench = exact.bench
        let head = try bench.store.head()
        for _ in 0..<10 {
            // A position, a time, or so many commits back.
            let position = GlobalPosition(UInt64(random.pick(1...Int(head.position.number))))
            let appended = try bench.store.read { try $0.frame(at: position).appendedAt }
            let back = UInt64(random.pick(0...Int(head.commit)))
            let point = [.position(position), .time(appended), TimePoint.commitsBack(back)]
                .randomElement(using: &random)!
            try check(bench, point, &random, "seed \(seed), \(point)")
        }
    }

    private func check(
        _ bench: Bench, _ point: TimePoint, _ random: inout SplitMix64, _ comment: Comment
    ) throws {
        try bench.store.read { view in
            let (state, position) = try MarketState.load(
                view, market: bench.market, asOf: point)
            var naive = Naive()
            try view.forEachEvent(through: position) { _, event in
                try naive.apply(event)
                return true
            }
            let stamps = naive.candles.keys.sorted()
            guard let first = stamps.first, let last = stamps.last else { return }
            let interval = bench.market.timeframe.milliseconds
            for _ in 0..<5 {
                // Any minute between the first and one after the last, with a candle or without.
                let minutes = Int((last - first) / interval) + 1
                let stamp = first + Int64(random.pick(0...minutes)) * interval
                let day = UTCDay(of: stamp).number
                let candle = try History.candles(
                    view, market: bench.market, days: day...day, through: position)[stamp]
                #expect(candle == naive.candles[stamp], comment)
                if state.window.reaches(stamp) {
                    #expect(state.window.candles[stamp] == naive.candles[stamp], comment)
                }
                for labelling in state.labellings {
                    let expected = naive.labels[labelling.hash]?[stamp]
                    let label = try History.labels(
                        view, market: bench.market, labelling: labelling, days: day...day,
                        through: position)[stamp]
                    #expect(label == expected, comment)
                    if state.window.reaches(stamp) {
                        #expect(labelling.labels[stamp] == expected, comment)
                    }
                }
            }
        }
    }
}
