import CanonicalJSON
import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// Training sets of random histories: what they hold, that a basis makes them again, and that a log
/// which foresees makes none.
struct ExportTests {
    /// The basis of a store as of a position: the only labelling, everything since the first label.
    static func basis(
        _ store: EventStore, _ market: MarketID, at position: GlobalPosition? = nil,
        start: TrainingBasis.Start = .firstLabel, split: TrainingBasis.Split? = nil
    ) throws -> TrainingBasis? {
        try store.read { view in
            let position = try position ?? view.head().position
            let state = try MarketState.outline(view, market: market, through: position)
            guard let labelling = state.labellings.first else { return nil }
            return try TrainingBasis(
                view, state, labelling, at: position, entries: .min ... .max, start: start,
                weighting: .init(.regime), features: .candle, split: split, of: store.identity)
        }
    }

    static func set(_ store: EventStore, _ basis: TrainingBasis) throws -> TrainingSet {
        try store.read { try TrainingSet($0, basis, of: store.identity) }
    }

    static func bytes(_ set: TrainingSet, _ format: TrainingFormat = .csv) -> [UInt8] {
        var bytes: [UInt8] = []
        let written = set.write(format) { bytes += $0 }
        #expect(written.bytes == bytes.count && written.rows == set.rows.count)
        #expect(written.digest == SHA256().hash(bytes))
        return bytes
    }

    /// Every label of the window, as of every commit, is exported as it is; older ones are, where the
    /// candles of now give them.
    @Test(arguments: UInt64(1)...12) func holdsTheLabelsOfThen(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed &* 97, candles: 60...220)
        let bench = try Bench(history.market, [history.configuration])
        // Every other market is imported at first and labelled in a series of commits.
        let isCaughtUp = seed.isMultiple(of: 2)
        if isCaughtUp { bench.maximumCommitBytes = 144 * 12 }
        for (index, poll) in history.troubledPolls().enumerated() {
            if isCaughtUp, index < 2 {
                try bench.importCandles(poll.rows, now: poll.now)
            } else {
                try bench.update(poll.rows, now: poll.now)
            }
        }
        let market = history.market
        let commits = try bench.store.read { view in
            try (0..<view.head().commit).map { try view.resolve(.commitsBack($0)) }
        }
        var exported = 0
        for position in commits {
            guard
                let window = try Self.basis(bench.store, market, at: position, start: .window),
                let whole = try Self.basis(bench.store, market, at: position)
            else { continue }
            let state = try bench.store.read {
                try MarketState.load($0, market: market, asOf: .position(position)).state
            }
            var labels: [Label] = []
            state.labellings[0].labels.forEach { labels.append($0) }
            var candles: [Candle] = []
            state.window.candles.forEach { candles.append($0) }
            let given = LiteralLabeler.labels(
                of: candles, timeframe: market.timeframe, configuration: history.configuration)
            let recorded = labels.count
            // Between the commits of one update a revision may have not reached all labels yet.
            labels = labels.filter { label in
                candles.firstIndex { $0.time == label.entryTime }.flatMap { given[$0] } == label
            }
            let set = try Self.set(bench.store, window)
            #expect(set.rows.map(\.label) == labels, "seed \(seed), position \(position)")
            #expect(set.known.outdated == recorded - labels.count)
            if !isCaughtUp { #expect(set.known.outdated == 0) }
            #expect(set.known.open == state.labellings[0].openEntries(state.window))
            let weights = RecencyWeights(
                of: labels, halfLifeDays: 60, timeframe: market.timeframe)
            #expect(set.rows.map(\.weight) == weights.weights.map { $0 })
            #expect(set.rows.allSatisfy { $0.candle == state.window.candles[$0.label.entryTime] })
            #expect(set.rows.allSatisfy { $0.candle.close == $0.label.entryPrice })
            let newest = (state.window.newest ?? 0) + market.timeframe.milliseconds
            #expect(set.known.newestClose == newest)
            #expect(set.rows.allSatisfy { $0.label.knownAt(market.timeframe) <= newest })
            let all = try Self.set(bench.store, whole)
            #expect(all.rows.count + all.known.outdated >= labels.count)
            #expect(all.rows.suffix(labels.count).map(\.label) == labels)
            exported += labels.count
        }
        // Where two batches are the whole history nothing was labelled.
        let isLabelled = try !bench.updater.state().labellings.isEmpty
        #expect(isLabelled == (exported > 0), "seed \(seed)")
    }

    /// Old labels whose candles changed after they had left the window are the ones left out.
    @Test(arguments: UInt64(1)...12) func leavesOutWhatRestsOnOtherCandles(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed &* 103, candles: 200...400)
        let bench = try Bench(history.market, [history.configuration])
        for poll in history.troubledPolls() { try bench.update(poll.rows, now: poll.now) }
        guard let basis = try Self.basis(bench.store, history.market) else { return }
        let set = try Self.set(bench.store, basis)
        let (recorded, candles) = try bench.store.read { view in
            let state = try MarketState.load(view, market: history.market).state
            var labels: [Label] = []
            try History.labels(
                view, market: history.market, labelling: state.labellings[0], days: 0...40_000
            ).forEach { labels.append($0) }
            var candles: [Candle] = []
            try History.candles(view, market: history.market, days: 0...40_000)
                .forEach { candles.append($0) }
            return (labels, candles)
        }
        let literal = LiteralLabeler.labels(
            of: candles, timeframe: history.market.timeframe,
            configuration: history.configuration
        ).compactMap { $0 }
        let given = Dictionary(uniqueKeysWithValues: literal.map { ($0.entryTime, $0) })
        #expect(set.rows.map(\.label) == recorded.filter { given[$0.entryTime] == $0 })
        #expect(set.known.outdated == recorded.count - set.rows.count, "seed \(seed)")
        // Decided trades without a label: late candles that never were entries, and revisions outside
        // the window.
        let entries = Set(recorded.map(\.entryTime))
        #expect(
            set.known.unlabelled == literal.count { !entries.contains($0.entryTime) },
            "seed \(seed)")
    }

    /// Labels that a program left out: the set is smaller, and says by how many.
    @Test(arguments: UInt64(1)...20) func missingLabelsAreCounted(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed &* 109, candles: 60...150)
        let bench = try Bench(history.market, [history.configuration])
        for poll in history.polls() { try bench.update(poll.rows, now: poll.now) }
        var random = history.random
        var log = try ForgedLog(of: bench.store)
        guard let index = log.indices(of: .labelsClosed).randomElement(using: &random) else {
            return
        }
        let missing = log.rows(of: index)
        log.replace(index, by: [])
        let scratch = try Scratch()
        let store = try scratch.store()
        try log.write(to: store)
        #expect(try store.verify().isClean)
        let whole = try Self.set(
            bench.store, try #require(try Self.basis(bench.store, history.market)))
        #expect(whole.known.unlabelled == 0, "seed \(seed)")
        let set = try Self.set(store, try #require(try Self.basis(store, history.market)))
        #expect(set.known.unlabelled == missing, "seed \(seed)")
        #expect(set.rows.count == whole.rows.count - missing, "seed \(seed)")
        #expect(!(try Lookahead.run(store).findings.isEmpty), "seed \(seed)")
    }

    /// More updates and revisions later, and in a store made elsewhere, a basis gives the same bytes.
    @Test(arguments: UInt64(1)...10) func theSameBasisGivesTheSameBytes(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed &* 101, candles: 60...200)
        let polls = history.troubledPolls()
        let (bench, other) = (
            try Bench(history.market, [history.configuration]),
            try Bench(history.market, [history.configuration])
        )
        let rules = try WalkForward(
            train: 10 * history.market.timeframe.milliseconds,
            test: 3 * history.market.timeframe.milliseconds, embargo: 0)
        var kept: [(basis: TrainingBasis, bytes: [[UInt8]])] = []
        for poll in polls {
            try bench.update(poll.rows, now: poll.now)
            for split in [nil, TrainingBasis.Split(1, of: rules)] {
                guard let basis = try Self.basis(bench.store, history.market, split: split),
                    split == nil || rules.count(over: basis.range) > 0
                else { continue }
                let set = try Self.set(bench.store, basis)
                kept.append((basis, TrainingFormat.allCases.map { Self.bytes(set, $0) }))
            }
        }
        try bench.reopen()
        for poll in polls { try other.update(poll.rows, now: poll.now) }
        for (basis, bytes) in kept {
            #expect(try TrainingBasis(basis.text) == basis)
            for store in [bench.store!, other.store!] {
                for (format, expected) in zip(TrainingFormat.allCases, bytes) {
                    let line = String(decoding: expected.prefix { $0 != 10 }, as: UTF8.self)
                    let again = try Self.set(store, TrainingBasis(line))
                    #expect(Self.bytes(again, format) == expected, "seed \(seed)")
                }
            }
        }
        let last = try #require(kept.last)
        for bytes in last.bytes {
            let check = try TrainingCheck(bench.store, file: bytes)
            #expect(check.finding == nil && check.basis == last.basis)
        }
    }

    /// Any value of any label that was forged: nothing is exported, and the label is named.
    @Test(arguments: UInt64(1)...30) func aForgedLabelIsRefused(_ seed: UInt64) throws {
        var history = RandomHistory(seed: seed &* 107, candles: 60...150)
        let bench = try Bench(history.market, [history.configuration])
        for poll in history.polls() { try bench.update(poll.rows, now: poll.now) }
        var random = history.random
        var log = try ForgedLog(of: bench.store)
        guard let index = log.indices(of: .labelsClosed).randomElement(using: &random) else {
            return
        }
        let row = random.pick(0...log.rows(of: index) - 1)
        let column = random.pick(1...7)
        try log.change(index, word: column, row: row) {
            column == 2 || column == 4 ? $0 &+ 3_600_000 : $0 ^ 1
        }
        let scratch = try Scratch()
        let store = try scratch.store()
        try log.write(to: store)
        #expect(try store.verify().isClean)
        var entry: UInt64 = 0
        try log.change(index, word: 0, row: row) {
            entry = $0
            return $0
        }
        let basis = try #require(try Self.basis(store, history.market))
        do {
            _ = try Self.set(store, basis)
            Issue.record("seed \(seed): exported, word \(column)")
        } catch let error as TrainingError {
            #expect(error.kind == .leak && error.entry == Int64(entry), "\(error)")
            #expect(error.field != nil && error.description.contains("--lookahead"))
        }
        // The honest log's basis is of another log.
        let honest = try #require(try Self.basis(bench.store, history.market))
        let other = #expect(throws: TrainingError.self) { try Self.set(store, honest) }
        #expect(other?.kind == .otherLog && other?.description.contains("root") == true)
    }

    @Test func thePageHasEveryColumn() throws {
        let page = try Shared.page("../../../schemas/export.v1.md")
        for column in TrainingColumn.allCases {
            #expect(page.contains("`\(column.rawValue)`"), "\(column.rawValue)")
        }
        for member in ["position", "root", "config", "labels", "market", "from", "to", "mode"] {
            #expect(page.contains("`\(member)`"))
        }
    }

    @Test func textsThatAreNoBasis() throws {
        var history = RandomHistory(seed: 5)
        let bench = try Bench(history.market, [history.configuration])
        for poll in history.polls() { try bench.update(poll.rows, now: poll.now) }
        let basis = try #require(try Self.basis(bench.store, history.market))
        let text = basis.text
        #expect(try TrainingBasis(basis.json.compactText) == basis)
        for (part, other) in [
            ("position=", "place="), ("root=", "root=x"), (" mode=regime", ""),
            ("mode=regime", "mode=scalp"), ("half_life_days=60", "half_life_days=-1"),
            ("program_columns=v1", "program_columns=v2"), ("simulated=true", "simulated=1"),
            ("simulated=true", "simulated=true extra=1"), ("from=", "from=x"),
            ("position=", "position=1 position="), ("features=candle", "features=all"),
            ("simulated=true", "simulated=true split=1"), ("market=", "market=x/"),
            ("position=", "position=+"),
        ] {
            let changed = text.replacing(part, with: other)
            #expect(changed != text)
            let error = #expect(throws: TrainingError.self) { try TrainingBasis(changed) }
            #expect(error?.kind == .malformed, "\(changed)")
        }
        for text in ["", "# basis ", "{", "{}", "time,open"] {
            #expect(throws: TrainingError.self) { try TrainingBasis(text) }
        }
        var unknown = basis
        unknown.configuration = .zero
        #expect(throws: TrainingError.self) { try Self.set(bench.store, unknown) }
        unknown = basis
        unknown.labels = .zero
        #expect(throws: TrainingError.self) { try Self.set(bench.store, unknown) }
        unknown = basis
        unknown.isSimulated = false
        #expect(throws: TrainingError.self) { try Self.set(bench.store, unknown) }
        unknown = basis
        unknown.position = GlobalPosition(basis.position.number + 1)
        #expect(throws: TrainingError.self) { try Self.set(bench.store, unknown) }
    }
}
