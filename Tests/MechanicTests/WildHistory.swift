import Market

/// A market's history with everything that goes wrong at once: gaps and jumps that move the window,
/// late rows, revisions of all kinds, repetitions, partial rows, restarts, imports that leave labels
/// behind, and configurations that come and go.
struct WildHistory {
    /// What happens next.
    enum Step {
        case update([Candle], now: Int64, activating: [LabelingConfiguration])
        case importing([Candle], now: Int64)
        case deactivate(LabelingConfiguration)
        /// A fresh updater, or the store closed and opened too.
        case restart(reopens: Bool)
    }

    let market: MarketID
    private(set) var steps: [Step] = []
    private var random: SplitMix64
    private var shapes: RandomHistory
    /// All minutes, those sent and those held back.
    private var truth: [Candle]
    /// What was sent last for a minute, and before that.
    private var sent: [Int64: [Candle]] = [:]
    private var held: [Candle] = []
    private var active: [LabelingConfiguration] = []
    private let configurations: [LabelingConfiguration]
    private var clock: Int64 = 0

    init(seed: UInt64) {
        var shapes = RandomHistory(seed: seed, candles: 40...160)
        var random = SplitMix64(seed: seed ^ 0x5EED)
        market = shapes.market
        configurations = Self.configurations(shapes.configuration, market.timeframe, &random)
        truth = shapes.truth
        if random.chance(50), truth.count > 20 {
            // The newest candles lie so far ahead that the window's edge comes to lie among the others.
            let jump = Int64(random.pick(1...110)) * UTCDay.milliseconds
            for index in random.pick(10...truth.count - 5)..<truth.count {
                truth[index].time += jump
            }
        }
        self.random = random
        self.shapes = shapes
        write()
        shapes = self.shapes
    }

    private static func configurations(
        _ first: LabelingConfiguration, _ timeframe: Timeframe, _ random: inout SplitMix64
    ) -> [LabelingConfiguration] {
        var second = first
        let steps = [2, 10, 30, 60].randomElement(using: &random)!
        second.timeoutMinutes = min(
            89 * 1_440, steps * Int(timeframe.milliseconds / 60_000))
        second.takeProfitBps = [20, 200, 2_000].randomElement(using: &random)!
        second.stopLossBps = [20, 200, 2_000].randomElement(using: &random)!
        var third = first
        third.minPnlBps = 30
        return [first, second, third]
    }

    private mutating func write() {
        var at = 0
        var isFirst = true
        while at < truth.count {
            let count = random.pick(1...(random.chance(15) ? 60 : 12))
            let end = min(truth.count, at + count)
            let now = truth[end - 1].time + market.timeframe.milliseconds
            clock = now
            var rows = Array(truth[at..<end])
            holdBack(&rows)
            rows += troubles(before: now)
            if random.chance(15) { rows += rows }
            if random.chance(25) { rows.shuffle(using: &random) }
            // A forming candle: its final values come with the next batch.
            if random.chance(40) { rows.append(shapes.other(at: now)) }
            for row in rows.sorted(by: { $0.time < $1.time }) where row.time < now {
                sent[row.time, default: []].append(row)
            }
            at = end
            if isFirst {
                isFirst = false
                let wanted = random.chance(50) ? Array(configurations[..<2]) : [configurations[0]]
                active = wanted
                steps.append(.update(rows, now: now, activating: wanted))
            } else if random.chance(15) {
                steps.append(.importing(rows, now: now))
            } else {
                steps.append(.update(rows, now: now, activating: switched()))
            }
            if random.chance(15) { steps.append(.restart(reopens: random.chance(30))) }
        }
        steps.append(.update([], now: clock, activating: []))
    }

    /// Sometimes an active configuration leaves, sometimes another one comes, or comes back.
    private mutating func switched() -> [LabelingConfiguration] {
        if active.count > 1, random.chance(10) {
            let gone = active.remove(at: random.pick(0...active.count - 1))
            steps.append(.deactivate(gone))
        }
        let others = configurations.filter { !active.contains($0) }
        guard random.chance(12), let new = others.randomElement(using: &random) else { return [] }
        active.append(new)
        return [new]
    }

    private mutating func holdBack(_ rows: inout [Candle]) {
        guard random.chance(30), rows.count > 1 else { return }
        for row in rows.indices.reversed() where random.chance(15) {
            held.append(rows.remove(at: row))
        }
    }

    /// Late rows, revisions and repetitions that a batch brings along.
    private mutating func troubles(before now: Int64) -> [Candle] {
        var rows: [Candle] = []
        while random.chance(35), let index = held.indices.randomElement(using: &random) {
            rows.append(held.remove(at: index))
        }
        let stamps = sent.keys.sorted()
        guard !stamps.isEmpty else { return rows }
        if random.chance(30) {
            rows += stamps.suffix(random.pick(1...20)).compactMap { sent[$0]?.last }
        }
        guard random.chance(45) else { return rows }
        for _ in 0..<random.pick(1...4) {
            let stamp = target(stamps)
            let old = sent[stamp]?.last
            switch random.pick(0...9) {
            case 0, 1:
                // A → B → A in one batch, or back to what it once was.
                rows.append(shapes.other(at: stamp))
                if let old { rows.append(old) }
            case 2:
                if let first = sent[stamp]?.first { rows.append(first) }
            case 3: rows += [shapes.other(at: stamp), shapes.other(at: stamp)]
            case 4:
                // Only what labels do not look at.
                guard var same = old else { continue }
                same.volume += 1
                rows.append(same)
            default: rows.append(shapes.other(at: stamp))
            }
        }
        return rows
    }

    /// The minute to revise: mostly a recent one, often one near the window's edge, or any. One that
    /// never came may be hit near the edge: it comes late.
    private mutating func target(_ stamps: [Int64]) -> Int64 {
        let interval = market.timeframe.milliseconds
        switch random.pick(0...9) {
        case 0...4: return stamps.suffix(15).randomElement(using: &random)!
        case 5...7:
            let edge = stamps[stamps.count - 1] - 90 * UTCDay.milliseconds
            let stamp = edge + Int64(random.pick(-4...4)) * interval
            let near = random.chance(80) ? stamps.first { $0 >= stamp } : nil
            return near ?? max(stamp, stamps[0])
        default: return stamps.randomElement(using: &random)!
        }
    }
}
