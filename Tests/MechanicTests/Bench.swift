import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// A store and its updater under test, which may be restarted at any time.
final class Bench {
    let scratch: Scratch
    let market: MarketID
    let configurations: [LabelingConfiguration]
    private(set) var store: EventStore!
    private(set) var updater: Updater!
    /// Commits of catch-ups, in bytes; nil for the program's own limit.
    var maximumCommitBytes: Int? { didSet { startUpdater() } }
    /// From one snapshot to the next, in positions; nil for the program's own distance.
    var snapshotInterval: UInt64? { didSet { startUpdater() } }

    init(_ market: MarketID, _ configurations: [LabelingConfiguration]) throws {
        scratch = try Scratch()
        self.market = market
        self.configurations = configurations
        store = try scratch.store()
        startUpdater()
    }

    /// Forgets what the updater knows.
    func startUpdater() {
        updater = Updater(store: store, market: market)
        if let maximumCommitBytes { updater.maximumCommitBytes = maximumCommitBytes }
        if let snapshotInterval { updater.snapshotInterval = snapshotInterval }
    }

    /// Closes the store and opens it again.
    func reopen(afterwards body: (String) throws -> Void = { _ in }) throws {
        close()
        try body(path)
        store = try EventStore(path: path, options: .volatile)
        startUpdater()
    }

    func close() {
        updater = nil
        store = nil
    }

    var path: String { scratch.path + "/store" }

    @discardableResult
    func update(_ rows: [Candle] = [], now: Int64? = nil, labelFrom: Int64? = nil) throws
        -> UpdateReport
    {
        var request = UpdateRequest(
            candles: CandleColumns(rows), configurations: configurations)
        request.labelFrom = labelFrom
        return try updater.update(request, at: clock(rows, now))
    }

    @discardableResult
    func importCandles(_ rows: [Candle], now: Int64? = nil) throws -> UpdateReport {
        try updater.importCandles(CandleColumns(rows), at: clock(rows, now))
    }

    /// Microseconds: a time in milliseconds, or the close of the last row.
    private func clock(_ rows: [Candle], _ now: Int64?) -> Int64 {
        let close = (rows.map(\.time).max() ?? 0) + market.timeframe.milliseconds
        return (now ?? close) * 1_000
    }

    func digests() throws -> [MarketState.Digest] { try updater.digests() }

    /// What a warm updater, a load and a fold of the log say must be one; and the store's records.
    func check(_ comment: Comment, checksRecords: Bool = true) throws {
        let warm = try updater.digests()
        let market = market
        let (loaded, folded) = try store.read { view in
            var loaded = try MarketState.load(view, market: market).state
            var folded = try LogFold.fold(view, through: try view.head().position)[market]
            let hasher = SHA256()
            return (loaded.digests(hasher: hasher), folded.digests(hasher: hasher))
        }
        #expect(warm == folded, "warm and folded: \(comment)")
        #expect(loaded == folded, "loaded and folded: \(comment)")
        let replay = try Replay.run(store, checks: checksRecords)
        #expect(replay.difference == nil, comment)
    }

    /// The labels in the window and the open trades against the literal rules over all candles.
    func checkLabels(_ candles: [Candle], _ comment: Comment) throws {
        let state = try updater.state()
        guard let cutoff = state.window.cutoff else { return }
        let window = candles.filter { $0.time > cutoff }.sorted { $0.time < $1.time }
        var held: [Candle] = []
        state.window.candles.forEach { held.append($0) }
        #expect(held == window, "candles: \(comment)")
        for labelling in state.labellings {
            let expected = zip(
                window,
                LiteralLabeler.labels(
                    of: window, timeframe: market.timeframe,
                    configuration: labelling.configuration)
            ).filter { $0.0.time >= labelling.startsAt }
            var labels: [Label] = []
            labelling.labels.forEach { labels.append($0) }
            #expect(labels == expected.compactMap(\.1), "labels: \(comment)")
            #expect(
                labelling.openEntries(state.window)
                    == expected.filter { $0.1 == nil }.map(\.0.time), "open trades: \(comment)")
        }
    }

    /// Every event fits those before it.
    @discardableResult
    func audit(_ comment: Comment) throws -> LogAudit {
        let audit = try LogAudit.of(store, market)
        #expect(audit.defects.isEmpty, "\(audit.defects.prefix(3)): \(comment)")
        let recomputation = try Recomputation.run(store)
        let differences = recomputation.differences.prefix(3)
        #expect(differences.isEmpty, "\(differences.map(\.message)): \(comment)")
        let lookahead = try Lookahead.run(store)
        let leaks = lookahead.findings.prefix(3)
        #expect(leaks.isEmpty, "\(leaks.map(\.message)): \(comment)")
        return audit
    }
}

extension [MarketState.Digest] {
    /// Of the projections that depend on candles and configurations only, in whatever batches they came.
    /// When drift was checked, and what was decided, follows from when there were updates.
    var ofHistory: [MarketState.Digest] {
        filter {
            [RollingWindow.name, LabelState.name, ActiveConfigurations.name].contains($0.name)
        }
    }
}
