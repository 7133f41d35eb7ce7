import Market

/// A market's history as a poller sees it: candles on a coarse price grid, sent in batches.
///
/// Long timeframes give histories longer than the window for little work.
struct RandomHistory {
    /// One batch and the time at which it is sent.
    struct Poll {
        var rows: [Candle]
        /// Milliseconds UTC.
        var now: Int64
    }

    var random: SplitMix64
    let market: MarketID
    let configuration: LabelingConfiguration
    /// All candles, with gaps.
    let truth: [Candle]

    init(seed: UInt64, candles: ClosedRange<Int> = 60...400) {
        var random = SplitMix64(seed: seed)
        let timeframe = Timeframe(["1h", "4h", "4h", "1d", "1d"].randomElement(using: &random)!)!
        market = MarketID(
            venue: "binance", symbol: Symbol("BTC-USDT:USDT")!, timeframe: timeframe)!
        let steps = timeframe.milliseconds / 60_000
        let timeout = [1, 3, 3, 7, 20].randomElement(using: &random)! * Int(steps)
        var configuration = LabelingConfiguration(
            takeProfitBps: [10, 50, 100, 400].randomElement(using: &random)!,
            stopLossBps: [10, 50, 100, 400].randomElement(using: &random)!,
            timeoutMinutes: timeout + [0, 0, 1].randomElement(using: &random)!)
        configuration.makerAfterMinutes = Double(2 * steps)
        configuration.positionSize = [1_000, 50_000].randomElement(using: &random)!
        var ofDrift = SplitMix64(seed: seed ^ 0xD21F7)
        configuration.drift = Self.policy(&ofDrift)
        self.configuration = configuration
        let count = random.pick(candles)
        truth = Self.walk(count, timeframe, &random)
        self.random = random
    }

    /// A policy under which a history of some hundred candles is checked, found to drift and found not to.
    static func policy(_ random: inout SplitMix64) -> DriftPolicy {
        var policy = DriftPolicy()
        policy.baseline = random.chance(30) ? .fixed : .rolling
        policy.labels = random.chance(30) ? .last1000 : .all
        policy.baselineDays = random.pick(1...40)
        policy.currentDays = random.pick(1...20)
        policy.checkHours = [1, 6, 24, 100].randomElement(using: &random)!
        policy.checkRows = random.pick(1...10)
        policy.holdChecks = random.pick(1...5)
        policy.minimumRows = random.pick(2...15)
        policy.minimumLabels = random.pick(1...10)
        policy.alpha = [0.05, 0.5].randomElement(using: &random)!
        return policy
    }

    private static func walk(
        _ count: Int, _ timeframe: Timeframe, _ random: inout SplitMix64
    ) -> [Candle] {
        let gaps = [0, 2, 15].randomElement(using: &random)!
        let range = random.pick(1...6)
        var price = 1_000
        var time = UTCDay(year: 2024, month: 11, day: 20).start
        return (0..<count).map { _ in
            if random.chance(gaps) { time += timeframe.milliseconds * Int64(random.pick(1...9)) }
            if random.chance(2) { price += random.pick(-40...40) }
            defer { time += timeframe.milliseconds }
            return candle(at: time, &price, range: range, &random)
        }
    }

    private static func candle(
        at time: Int64, _ price: inout Int, range: Int, _ random: inout SplitMix64
    ) -> Candle {
        let open = price
        price = max(100, price + random.pick(-range...range))
        return Candle(
            time: time, open: Double(open),
            high: Double(max(open, price) + random.pick(0...range)),
            low: Double(min(open, price) - random.pick(0...range)), close: Double(price),
            volume: Double(random.pick(0...3)))
    }

    /// Another candle for a stamp: what a revision or a forming candle says.
    mutating func other(at time: Int64) -> Candle {
        var price = 1_000 + random.pick(-30...30)
        return Self.candle(at: time, &price, range: 25, &random)
    }

    /// The history in random batches: rows sent twice, and rows that have not closed yet.
    mutating func polls() -> [Poll] {
        var polls: [Poll] = []
        var start = 0
        while start < truth.count {
            let longest = random.chance(10) ? 150 : 20
            let end = min(truth.count, start + random.pick(1...longest))
            var rows = Array(truth[start..<end])
            if start > 0, random.chance(50) {
                rows += truth[max(0, start - random.pick(1...30))..<start]
            }
            if random.chance(20) { rows += rows }
            if random.chance(30) { rows.shuffle(using: &random) }
            let now = truth[end - 1].time + market.timeframe.milliseconds
            if random.chance(50) { rows.append(other(at: now)) }
            polls.append(Poll(rows: rows, now: now))
            start = end
        }
        return polls
    }

    /// Batches as ``polls()`` makes them, with candles that come late and values that change.
    mutating func troubledPolls() -> [Poll] {
        var polls = polls()
        var missing: [Candle] = []
        for index in polls.indices {
            let now = polls[index].now
            // Held back, to come late or never; the first candle says where labels start.
            if random.chance(30) {
                let held = polls[index].rows.indices.filter { row in
                    polls[index].rows[row].time > truth[0].time && random.chance(10)
                }
                for row in held.reversed() { missing.append(polls[index].rows.remove(at: row)) }
            }
            if random.chance(30), let late = missing.indices.randomElement(using: &random) {
                let row = missing.remove(at: late)
                if row.time < now { polls[index].rows.append(row) }
            }
            if random.chance(40) { addRevisions(&polls[index].rows, before: now) }
        }
        return polls.filter { !$0.rows.isEmpty }
    }

    /// Mostly near the end, sometimes long before the window; A → B → A now and then.
    private mutating func addRevisions(_ rows: inout [Candle], before now: Int64) {
        let known = truth.prefix { $0.time < now }
        for _ in 0..<random.pick(1...4) {
            let back = random.chance(70) ? 15 : known.count
            guard let old = known.suffix(back).randomElement(using: &random) else { continue }
            rows.append(other(at: old.time))
            if random.chance(30) { rows.append(old) }
            if random.chance(10) { rows.append(other(at: old.time)) }
        }
    }
}
