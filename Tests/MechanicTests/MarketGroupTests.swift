import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Many markets in one commit against each of them alone; a failing test prints its seed.
struct MarketGroupTests {
    /// Markets with random histories that are polled together.
    struct Exchange {
        var polls: [[(market: MarketID, rows: [Candle])]] = []
        var clocks: [Int64] = []
        var markets: [MarketID] = []
        var configurations: [MarketID: LabelingConfiguration] = [:]

        init(seed: UInt64) {
            var random = SplitMix64(seed: seed)
            let count = random.pick(2...5)
            for number in 0..<count {
                var history = RandomHistory(seed: seed &* 31 &+ UInt64(number), candles: 40...160)
                let market = MarketID(
                    venue: "binance", symbol: Symbol("S\(number)-USDT")!,
                    timeframe: history.market.timeframe)!
                markets.append(market)
                configurations[market] = history.configuration
                for (round, poll) in history.troubledPolls().enumerated() {
                    if polls.count <= round {
                        polls.append([])
                        clocks.append(0)
                    }
                    polls[round].append((market, poll.rows))
                    clocks[round] = max(clocks[round], poll.now)
                }
            }
            // A clock for all: rows that had not closed for one market may have by then.
            for round in clocks.indices.dropFirst() {
                clocks[round] = max(clocks[round], clocks[round - 1])
            }
        }

        func requests(_ round: Int) -> [MarketGroup.Request] {
            polls[round].map { market, rows in
                (
                    market,
                    UpdateRequest(
                        candles: CandleColumns(rows), configurations: [configurations[market]!])
                )
            }
        }
    }

    /// The bytes of every event of a store, in order.
    private func events(_ store: EventStore) throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        try store.forEachEvent(through: try store.head().position) { _, event in
            all.append(try event.recorded().stored)
            return true
        }
        return all
    }

    private func digests(_ store: EventStore, _ market: MarketID) throws -> [MarketState.Digest] {
        try Updater(store: store, market: market).digests()
    }

    @Test(arguments: UInt64(1)...12)
    func togetherIsAsAlone(seed: UInt64) throws {
        let exchange = Exchange(seed: seed)
        let scratch = try Scratch()
        let alone = try scratch.store("alone")
        let together = try scratch.store("together")
        var group = MarketGroup(store: together, threads: 2)
        for round in exchange.polls.indices {
            // Now and then a process that knows nothing.
            if round % 5 == 4 { group = MarketGroup(store: together, threads: 2) }
            let now = exchange.clocks[round] * 1_000
            let reports = try group.update(exchange.requests(round), at: now)
            for (request, report) in zip(exchange.requests(round), reports) {
                let updater = Updater(store: alone, market: request.market)
                let expected = try updater.update(request.request, at: now)
                #expect(report.rows == expected.rows, "seed \(seed), round \(round)")
                #expect(report.labellings == expected.labellings, "seed \(seed), round \(round)")
                #expect(report.newEvents == expected.newEvents, "seed \(seed), round \(round)")
            }
        }
        for market in exchange.markets {
            #expect(
                try digests(alone, market) == digests(together, market), "seed \(seed), \(market)")
        }
        #expect(try together.head().commit < alone.head().commit, "seed \(seed)")
        #expect(try Replay.run(together, checks: true).difference == nil, "seed \(seed)")
        #expect(try Recomputation.run(together).differences.isEmpty, "seed \(seed)")
    }

    /// Byte for byte the same log, whoever did the work and in however many commits it went.
    @Test(arguments: UInt64(1)...6)
    func threadsDoNotShow(seed: UInt64) throws {
        let exchange = Exchange(seed: seed &+ 100)
        let scratch = try Scratch()
        let stores = try [1, 2, 8].map { threads in
            let store = try scratch.store("threads\(threads)")
            let group = MarketGroup(store: store, threads: threads)
            for round in exchange.polls.indices {
                let now = exchange.clocks[round] * 1_000
                if round % 3 == 0 {
                    _ = try group.importCandles(exchange.requests(round), at: now)
                } else {
                    _ = try group.update(exchange.requests(round), at: now)
                }
            }
            return store
        }
        let first = try events(stores[0])
        #expect(first.count > 10)
        for store in stores.dropFirst() { #expect(try events(store) == first, "seed \(seed)") }
    }

    /// An hour of several markets is one commit, and one that is sent again none.
    @Test func anHourIsOneCommit() throws {
        let scratch = try Scratch()
        let store = try scratch.store("hours")
        let start = UTCDay(year: 2025, month: 3, day: 1).start
        let markets = ["A-USDT", "B-USDT", "C-USDT"].map {
            MarketID(venue: "binance", symbol: Symbol($0)!, timeframe: .oneMinute)!
        }
        let group = MarketGroup(store: store, threads: 3)
        for hour in 0..<5 {
            let rows = (0..<60).map { minute in
                let price = Double(1_000 + (hour * 60 + minute) % 17)
                return Candle(
                    time: start + Int64(hour * 60 + minute) * 60_000, open: price, high: price + 1,
                    low: price - 1, close: price, volume: 1)
            }
            let requests = markets.map { ($0, UpdateRequest(candles: CandleColumns(rows))) }
            for _ in 0..<2 {
                let reports = try group.update(requests, at: (rows[59].time + 60_000) * 1_000)
                #expect(reports.map(\.closed).min() == reports.map(\.closed).max())
                #expect(try store.head().commit == UInt64(hour + 1))
            }
        }
    }

    /// Where one commit does not hold all, each is complete, and the end is the same.
    @Test func smallCommitsGiveTheSameStates() throws {
        let exchange = Exchange(seed: 4_711)
        let scratch = try Scratch()
        let large = try scratch.store("large")
        let small = try scratch.store("small")
        let groups = [MarketGroup(store: large), MarketGroup(store: small)]
        for market in exchange.markets { groups[1].updater(market).maximumCommitBytes = 8_192 }
        for round in exchange.polls.indices {
            for group in groups {
                _ = try group.update(
                    exchange.requests(round), at: exchange.clocks[round] * 1_000)
            }
        }
        #expect(try small.head().commit > large.head().commit)
        for market in exchange.markets {
            #expect(try digests(large, market) == digests(small, market), "\(market)")
        }
        #expect(try Recomputation.run(small).differences.isEmpty)
    }

    /// One market that fails costs all of them this update, and nothing that was recorded before.
    @Test func aGroupFailsWhole() throws {
        let exchange = Exchange(seed: 9)
        let scratch = try Scratch()
        let store = try scratch.store("failing")
        let group = MarketGroup(store: store, threads: 2)
        _ = try group.update(exchange.requests(0), at: exchange.clocks[0] * 1_000)
        let before = try events(store)
        // Nobody but a forger writes this: a stream of labels that was never opened.
        try store.append(at: exchange.clocks[0] * 1_000) { commit in
            let stream = MarketStream.labels(exchange.markets[1], prefix: "0123456789abcdef").id
            try commit.append(
                UpdateCompletion(
                    rows: .init(), gaps: [], labellings: [], program: "forged"
                ).event(causation: .none), to: stream, expecting: .noStream)
        }
        #expect(throws: EventStoreError.self) {
            try group.update(exchange.requests(1), at: exchange.clocks[1] * 1_000)
        }
        #expect(try events(store).count == before.count + 1)
    }

    /// A long history is labelled in pieces by several threads, and by one candle after the other.
    @Test func piecesGiveTheLabelsOfOnePass() throws {
        var random = SplitMix64(seed: 77)
        var price = 50_000
        var time = UTCDay(year: 2025, month: 3, day: 1).start
        var rows: [Candle] = []
        for _ in 0..<40_000 {
            if random.chance(1) { time += 60_000 * Int64(random.pick(1...50)) }
            let open = price
            price += random.pick(-60...60)
            rows.append(
                Candle(
                    time: time, open: Double(open), high: Double(max(open, price) + 10),
                    low: Double(min(open, price) - 10), close: Double(price), volume: 1))
            time += 60_000
        }
        let scratch = try Scratch()
        let market = market
        var states: [[MarketState.Digest]] = []
        for threads in [1, 4] {
            let store = try scratch.store("pieces\(threads)")
            let updater = Updater(store: store, market: market)
            updater.threads = threads
            let request = UpdateRequest(
                candles: CandleColumns(rows), configurations: [.scalp, .runner])
            _ = try updater.update(request, at: time * 1_000)
            states.append(try updater.digests().ofHistory)
            #expect(try Recomputation.run(store).differences.isEmpty)
        }
        let store = try scratch.store("steps")
        let updater = Updater(store: store, market: market)
        for start in stride(from: 0, to: rows.count, by: 5_000) {
            let part = Array(rows[start..<start + 5_000])
            _ = try updater.update(
                UpdateRequest(
                    candles: CandleColumns(part), configurations: [.scalp, .runner]),
                at: time * 1_000)
        }
        states.append(try updater.digests().ofHistory)
        #expect(states[0] == states[1])
        #expect(states[0] == states[2])
    }
}
