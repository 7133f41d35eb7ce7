import Labeling
import Market
import Testing

/// Walk-forward splits against their definition, word for word.
struct WalkForwardTests {
    private let timeframe = Timeframe.oneMinute

    /// Labels of entries in a random order of gaps, decided after random times.
    private func labels(_ random: inout SplitMix64) -> [Label] {
        var time: Int64 = 1_760_054_400_000
        let longest: Int64 = [2, 30, 600].randomElement(using: &random)!
        return (0..<Int.random(in: 0...300, using: &random)).map { _ in
            time += 60_000 * Int64.random(in: 1...20, using: &random)
            var label = RecencyWeightsTests.label(entry: time)
            label.decidedAt = time + 60_000 * Int64.random(in: 1...longest, using: &random)
            return label
        }
    }

    private func rules(_ random: inout SplitMix64) throws -> WalkForward {
        func minutes(_ range: ClosedRange<Int64>) -> Int64 {
            Int64.random(in: range, using: &random) * 60_000
        }
        let test = minutes(1...400)
        let step = random.chance(50) ? nil : test + minutes(0...300)
        return try WalkForward(
            train: minutes(1...2_000), test: test, embargo: minutes(0...120), step: step)
    }

    @Test(arguments: UInt64(1)...300) func equalTheDefinition(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let labels = labels(&random)
        let rules = try rules(&random)
        let start = 1_760_054_400_000 + 60_000 * Int64.random(in: -500...500, using: &random)
        let range = start..<start + 60_000 * Int64.random(in: 0...6_000, using: &random)
        let splits = try rules.splits(over: range, labels, timeframe: timeframe)

        // As many as fit, each a step after the one before.
        var first = range.lowerBound
        var count = 0
        while first + rules.train + rules.embargo + rules.test <= range.upperBound {
            count += 1
            first += rules.step
        }
        #expect(splits.count == count, "seed \(seed)")
        #expect(splits.count == rules.count(over: range))
        var tested: Set<Int> = []
        for (index, split) in splits.enumerated() {
            let from = range.lowerBound + Int64(index) * rules.step
            #expect(split.number == index + 1)
            #expect(split.train == from..<from + rules.train)
            let test = from + rules.train + rules.embargo
            #expect(split.test == test..<test + rules.test)
            let trained = labels.indices.filter { label in
                split.train.contains(labels[label].entryTime)
                    && labels[label].decidedAt + 60_000 <= split.train.upperBound
            }
            #expect(split.trained == trained, "seed \(seed)")
            #expect(
                split.purged
                    == labels.indices.filter {
                        split.train.contains(labels[$0].entryTime) && !trained.contains($0)
                    })
            #expect(
                Array(split.testLabels)
                    == labels.indices.filter { split.test.contains(labels[$0].entryTime) })
            // No label is tested twice, though not all need be tested.
            for label in split.testLabels { #expect(tested.insert(label).inserted) }
            // No span of what is trained on meets the test or the embargo around it.
            let guarded =
                split.test.lowerBound - rules.embargo..<split.test.upperBound + rules.embargo
            for label in split.trained {
                let span = labels[label].entryTime..<labels[label].knownAt(timeframe)
                #expect(!span.overlaps(guarded), "seed \(seed)")
            }
        }
        for (split, next) in zip(splits, splits.dropFirst()) {
            #expect(split.test.upperBound <= next.test.lowerBound)
        }
        #expect(try splits == rules.splits(over: range, labels, timeframe: timeframe))
    }

    @Test func lengthsThatMakeNoSplits() throws {
        for (train, test, embargo, step) in [
            (0, 1, 0, nil), (1, 0, 0, nil), (1, 1, -1, nil), (1, 2, 0, 1), (1, 1, 0, 0),
            (Int64.max, 1, 0, nil), (1, Int64.max, 0, nil), (1, 1, Int64.max, nil),
        ] as [(Int64, Int64, Int64, Int64?)] {
            #expect(throws: WalkForward.Invalid.self) {
                try WalkForward(train: train, test: test, embargo: embargo, step: step)
            }
        }
        let short = try WalkForward(train: 1, test: 1, embargo: 0)
        #expect(throws: WalkForward.Invalid.self) {
            try short.splits(over: 0..<1_000_000, [], timeframe: timeframe)
        }
        #expect(short.count(over: 0..<1) == 0)
        #expect(short.count(over: 0..<2) == 1)
    }

    @Test func presets() {
        let day = UTCDay.milliseconds
        let rows = SplitPreset.all.map {
            "\($0.name) \($0.windowDays) \($0.rules.train / day)-\($0.rules.test / day) "
                + "\($0.rules.embargo / 60_000) \($0.mode.halfLifeDays) \($0.minimumLabels) "
                + $0.timeframe
        }
        #expect(
            rows == [
                "scalp_core 60 30-1 30 10.0 2000 1m", "confirm_filter 120 45-1 60 20.0 3000 5m",
                "regime_classifier 365 90-7 120 60.0 5000 1m",
                "risk_context 730 180-30 1440 120.0 500 1d",
            ])
        for preset in SplitPreset.all { #expect(preset.rules.step == preset.rules.test) }
        #expect(WalkForward.standard.train == 60 * day && WalkForward.standard.test == day)
        #expect(WalkForward.standard.embargo == 120 * 60_000)
        #expect(SplitPreset(name: "scalp_core")?.name == "scalp_core")
        #expect(SplitPreset(name: "scalp") == nil)
    }
}
