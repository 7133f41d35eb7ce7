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
    /// From one snapshot to the next, in positions; tests make it smaller.
    package var snapshotInterval = MarketRecord.snapshotInterval

    /// What is kept between updates.
    struct Warm {
        var state: MarketState
        var saved: SavedDays
        var engines: [Hash256: LabellingEngine] = [:]
        /// Days before the window that rows were compared with.
        var archive = CandleArchive()
        /// The newest event of any market that the state takes into account.
        var seen: GlobalPosition
    }

    /// An updater; nothing is read yet.
    public init(store: EventStore, market: MarketID) {
        self.store = store
        self.market = market
    }

    /// The state as of the newest commit.
    public func state() throws -> MarketState {
        if let warm, try store.head().position == warm.seen { return warm.state }
        return try store.read { try MarketState.load($0, market: market).state }
    }

    /// The digests of all projections as of the newest commit.
    public func digests() throws -> [MarketState.Digest] {
        var state = try state()
        return state.digests(hasher: hasher)
    }

    /// Runs `body` inside a commit, on the state as of the commit before.
    ///
    /// If anything fails, the state is dropped: it may be ahead of the log.
    func commit<Result: Sendable>(
        at now: Int64, _ body: (inout Commit, inout Warm) throws -> Result
    ) throws -> (result: Result, receipt: EventStore.Receipt) {
        do {
            let outcome = try store.append(at: now) { commit in
                var current = try take(commit.view)
                let result = try body(&commit, &current)
                if commit.eventCount > 0 {
                    current.state.save(to: &commit, saved: &current.saved, hasher: hasher)
                }
                current.seen = commit.head.position
                warm = current
                return result
            }
            return outcome
        } catch {
            warm = nil
            throw error
        }
    }

    /// The warm state if it is up to date, else the state as of the log's end.
    private func take(_ view: borrowing StoreView) throws -> Warm {
        let head = try view.head().position
        // Moved out, so that its arrays are changed in place and not copied.
        if let current = warm, current.seen == head {
            warm = nil
            return current
        }
        var (state, saved) = try MarketState.load(view, market: market)
        saved.snapshotInterval = snapshotInterval
        return Warm(state: state, saved: saved, seen: head)
    }

    /// Adds an event of a stream of this market and folds it into the state, as a replay would.
    func record(
        _ event: EventData, to stream: MarketStream, _ commit: inout Commit, _ warm: inout Warm
    ) throws -> EventID {
        let appended = try append(event, to: stream, &commit)
        try commit.withLastEvent { try warm.state.apply($0, of: stream) }
        return appended.id
    }

    /// Adds an event of a stream of this market, correlated with the commit's first.
    func append(
        _ event: EventData, to stream: MarketStream, _ commit: inout Commit
    ) throws -> Appended {
        let id = stream.id
        let version = try commit.head(of: id)?.version ?? .none
        var event = event
        event.correlation = commit.firstEventID ?? .none
        return try commit.append(event, to: id, expecting: .exactly(version))
    }
}
