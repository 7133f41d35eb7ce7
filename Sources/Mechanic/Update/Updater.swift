internal import Digest
internal import EventFormat
public import EventStorage
internal import Labeling
public import Market
public import Projections

/// The hourly update of one market: new candles in, labels out, one commit.
///
/// Keeps the market's state warm between updates; what another process wrote meanwhile is noticed
/// and read. Not thread-safe: one updater works on one thread.
public final class Updater {
    /// The store.
    public let store: EventStore
    /// The market.
    public let market: MarketID
    let hasher = SHA256()
    var warm: Warm?
    /// The configurations asked for last.
    var known: [IdentifiedConfiguration] = []

    /// Most bytes of events in a commit of a catch-up: 32 MiB; tests make it smaller.
    package var maximumCommitBytes = 32 << 20
    /// From one snapshot to the next, in events; tests make it smaller.
    package var snapshotInterval = MarketRecord.snapshotInterval

    /// How many threads may label a long history at once; they change nothing but the time.
    public var threads = 1

    /// An updater; nothing is read yet.
    public init(store: EventStore, market: MarketID) {
        self.store = store
        self.market = market
    }

    /// The state as of the newest commit.
    public func state() throws -> MarketState {
        try store.read { view in
            guard let warm, try view.head().position == warm.seen else {
                return try MarketState.load(view, market: market).state
            }
            var state = warm.state
            try state.load(view)
            return state
        }
    }

    /// The state as of the newest commit, perhaps without the rows of days in which no trade is open.
    ///
    /// - Complexity: that of ``Projections/MarketState/loadRecent(_:market:)`` the first time.
    package func recentState() throws -> MarketState {
        try store.read { view in
            try begin(view)
            return warm!.state
        }
    }

    /// The digests of all projections as of the newest commit.
    public func digests() throws -> [MarketState.Digest] {
        if warm != nil, try store.head().position == warm?.seen {
            return warm?.state.digests(hasher: hasher) ?? []
        }
        var state = try state()
        return state.digests(hasher: hasher)
    }

    /// Runs `body` inside a commit, on the state as of the commit before.
    func commit<Result: Sendable>(
        at now: Int64, _ body: (inout Commit, inout Warm) throws -> Result
    ) throws -> (result: Result, receipt: EventStore.Receipt) {
        try Self.commit([self], in: store, at: now) { commit in
            try withWarm { try body(&commit, &$0) }
        }
    }

    /// Runs `body` inside a commit of several markets, on their states as of the commit before.
    ///
    /// If anything fails, the states are dropped: they may be ahead of the log.
    static func commit<Result: Sendable>(
        _ updaters: [Updater], in store: EventStore, at now: Int64,
        _ body: (inout Commit) throws -> Result
    ) throws -> (result: Result, receipt: EventStore.Receipt) {
        do {
            return try store.append(at: now) { commit in
                for updater in updaters { try updater.begin(commit.view) }
                let result = try body(&commit)
                for updater in updaters { updater.finish(&commit) }
                return result
            }
        } catch {
            for updater in updaters { updater.warm = nil }
            throw error
        }
    }

    /// Calls `body` with the state of the commit that is under way, changed in place.
    func withWarm<Result>(_ body: (inout Warm) throws -> Result) rethrows -> Result {
        try body(&warm!)
    }

    /// Brings the state up to the commit before.
    private func begin(_ view: borrowing StoreView) throws {
        if try warm?.isCurrent(view, market) != true {
            warm = try Warm(view, market: market, snapshotInterval: snapshotInterval)
        }
        warm!.firstEvent = nil
        warm!.newEvents = 0
    }

    /// Adds the records of the state, if the commit has an event of this market.
    private func finish(_ commit: inout Commit) {
        withWarm { warm in
            if warm.newEvents > 0 {
                warm.state.save(to: &commit, saved: &warm.saved, hasher: hasher)
            }
            warm.seen = commit.head.position
        }
    }

    /// Adds an event of a stream of this market and folds it into the state, as a replay would.
    func record(
        _ event: EventData, to stream: MarketStream, _ commit: inout Commit, _ warm: inout Warm
    ) throws -> EventID {
        let appended = try append(event, to: stream, &commit, &warm)
        try commit.withLastEvent { try warm.state.apply($0, of: stream) }
        return appended.id
    }

    /// Adds an event of a stream of this market, correlated with the market's first in the commit:
    /// what other markets share it shows in no event.
    func append(
        _ event: EventData, to stream: MarketStream, _ commit: inout Commit, _ warm: inout Warm
    ) throws -> Appended {
        let id = stream.id
        let version = try commit.head(of: id)?.version ?? .none
        var event = event
        event.correlation = warm.firstEvent ?? .none
        let appended = try commit.append(event, to: id, expecting: .exactly(version))
        if warm.firstEvent == nil { warm.firstEvent = appended.id }
        warm.newEvents += 1
        return appended
    }
}
