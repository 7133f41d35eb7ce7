import Digest
import Labeling
import Market
import Projections
import Testing

/// The grid of days against a dictionary, on every kind of timeframe; a failing test prints its seed.
struct DayGridTests {
    /// A grid and the dictionary it must equal.
    struct Pair {
        var grid: DayGrid<Candle>
        var model: [Int64: Candle] = [:]
        var random: SplitMix64

        init(seed: UInt64, _ timeframe: Timeframe) {
            grid = DayGrid(timeframe: timeframe)
            random = SplitMix64(seed: seed)
        }

        /// A stamp within a few days of 1970 or of a later day: both signs of stamps occur.
        mutating func stamp() -> Int64 {
            let days = Int64(random.pick(-3...9))
            let slot = Int64(random.pick(0...grid.timeframe.candlesPerDay - 1))
            return days * UTCDay.milliseconds + slot * grid.timeframe.milliseconds
        }

        mutating func set() {
            let value = Double(random.pick(1...9))
            let candle = Candle(
                time: stamp(), open: value, high: value, low: value, close: value, volume: value)
            grid.set(candle)
            model[candle.time] = candle
        }

        mutating func step() {
            switch random.pick(0...99) {
            case 0..<70: set()
            case 70..<90:
                let stamp =
                    random.chance(70) ? model.keys.sorted().randomElement(using: &random) : nil
                let gone = stamp ?? self.stamp()
                grid.remove(gone)
                model[gone] = nil
            case 90..<93:
                // Between stamps and far outside, too.
                let cutoff = stamp() - Int64(random.pick(0...1)) - (random.chance(50) ? 1 << 30 : 0)
                grid.evict(through: cutoff)
                model = model.filter { $0.key > cutoff }
            default:
                // Digests taken between changes must not be remembered too long.
                _ = grid.digests(hasher: SHA256())
            }
        }

        /// The model's rows in a range.
        func rows(from first: Int64 = .min, through last: Int64 = .max) -> [Candle] {
            model.values.filter { $0.time >= first && $0.time <= last }
                .sorted { $0.time < $1.time }
        }
    }

    private static func rows(
        _ grid: DayGrid<Candle>, from first: Int64 = .min, through last: Int64 = .max
    ) -> [Candle] {
        var rows: [Candle] = []
        grid.forEach(from: first, through: last) { rows.append($0) }
        return rows
    }

    static let timeframes = ["1m", "5m", "45m", "1h", "4h", "1d"].map { Timeframe($0)! }

    @Test(arguments: timeframes, UInt64(1)...6)
    func doesWhatADictionaryDoes(_ timeframe: Timeframe, _ seed: UInt64) {
        var pair = Pair(seed: seed, timeframe)
        let comment: Comment = "seed \(seed), \(timeframe)"
        for _ in 0..<400 {
            pair.step()
            #expect(pair.grid.count == pair.model.count, comment)
            #expect(pair.grid.oldest == pair.model.keys.min(), comment)
            #expect(pair.grid.newest == pair.model.keys.max(), comment)
            let stamp = pair.stamp()
            #expect(pair.grid[stamp] == pair.model[stamp], comment)
        }
        #expect(Self.rows(pair.grid) == pair.rows(), comment)
        for _ in 0..<50 {
            let (first, last) = (pair.stamp() - 1, pair.stamp() + 1)
            let range = Self.rows(pair.grid, from: first, through: last)
            #expect(range == pair.rows(from: first, through: last), comment)
        }
    }

    @Test(arguments: timeframes, UInt64(1)...6)
    func digestsDependOnRowsOnly(_ timeframe: Timeframe, _ seed: UInt64) {
        var pair = Pair(seed: seed, timeframe)
        for _ in 0..<300 { pair.step() }
        let digests = pair.grid.digests(hasher: SHA256())
        // Built anew, in another order, with the rows' detours.
        var fresh = DayGrid<Candle>(timeframe: timeframe)
        for candle in pair.rows().shuffled(using: &pair.random) {
            var other = candle
            other.volume += 1
            if pair.random.chance(30) { fresh.set(other) }
            if pair.random.chance(30) { _ = fresh.digests(hasher: SHA256()) }
            if pair.random.chance(30) { fresh.remove(candle.time) }
            fresh.set(candle)
        }
        #expect(fresh.digests(hasher: SHA256()) == digests, "seed \(seed), \(timeframe)")
        #expect(digests.map(\.count).reduce(0, +) == pair.model.count)
        #expect(digests.map(\.day) == Set(pair.model.keys.map { UTCDay(of: $0).number }).sorted())
        // Any other value of any row gives another digest of its day and of no other.
        guard var changed = pair.rows().randomElement(using: &pair.random) else { return }
        changed.close += 1
        pair.grid.set(changed)
        let after = pair.grid.digests(hasher: SHA256())
        let differing = zip(digests, after).filter { $0 != $1 }.map(\.0.day)
        #expect(differing == [UTCDay(of: changed.time).number], "seed \(seed), \(timeframe)")
    }

    @Test(arguments: timeframes, UInt64(1)...6)
    func findsTheStampsThatTheOtherHasNot(_ timeframe: Timeframe, _ seed: UInt64) {
        var (one, other) = (Pair(seed: seed, timeframe), Pair(seed: seed + 1_000, timeframe))
        for _ in 0..<300 {
            one.set()
            if one.random.chance(60) { other.set() }
            if one.random.chance(50), let common = one.rows().randomElement(using: &one.random) {
                other.grid.set(common)
                other.model[common.time] = common
            }
        }
        for _ in 0..<30 {
            let (first, last) = (one.stamp() - 1, one.stamp() + 1)
            let expected = one.rows(from: first, through: last).map(\.time)
                .filter { other.model[$0] == nil }
            let found = one.grid.stamps(notIn: other.grid, from: first, through: last)
            #expect(found == expected, "seed \(seed), \(timeframe)")
        }
    }

    @Test func knownDigestsAreTakenWhereTheCountFits() {
        func grid(_ stamps: [Int64], _ price: Double) -> DayGrid<Candle> {
            var grid = DayGrid<Candle>(timeframe: .oneMinute)
            for stamp in stamps {
                grid.set(
                    Candle(
                        time: stamp, open: price, high: price, low: price, close: price, volume: 1))
            }
            return grid
        }
        func days(_ grid: DayGrid<Candle>) -> [DayGrid<Candle>.Day] {
            var grid = grid
            return grid.digests(hasher: SHA256())
        }
        let known = grid([0], 2)
        var adopting = grid([0], 1)
        for other in [grid([0, 60_000], 2), grid([UTCDay.milliseconds], 2), grid([-60_000], 2)] {
            adopting.adopt(days(other)[0])
            #expect(days(adopting) == days(grid([0], 1)))
        }
        adopting.adopt(days(known)[0])
        #expect(days(adopting) == days(known))
        // Any change of the day forgets it.
        adopting.set(Candle(time: 0, open: 1, high: 1, low: 1, close: 1, volume: 1))
        #expect(days(adopting) == days(grid([0], 1)))
    }

    @Test func anEmptyGridIsAtEaseWithEverything() {
        var grid = DayGrid<Candle>(timeframe: .oneMinute)
        grid.remove(0)
        grid.evict(through: 1 << 50)
        grid.evict(through: -1)
        #expect(grid.count == 0 && grid.oldest == nil && grid.newest == nil && grid[60_000] == nil)
        #expect(Self.rows(grid).isEmpty && grid.digests(hasher: SHA256()).isEmpty)
        #expect(grid.stamps(notIn: grid, from: .min, through: .max).isEmpty)
    }
}
