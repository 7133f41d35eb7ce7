internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// What an updater keeps of its market between updates.
struct Warm: Sendable {
    /// The projections, with the rows of the days that were needed so far.
    var state: MarketState
    /// What the store holds of them.
    var saved: SavedDays
    /// The open trades of every labelling.
    var engines: [Hash256: LabellingEngine] = [:]
    /// Sorted samples of drift checks.
    var drift = DriftSamples()
    /// Days before the window that rows were compared with.
    var archive = CandleArchive()
    /// The newest event of any market that the state takes into account.
    var seen: GlobalPosition
    /// The market's first event in the commit that is under way.
    var firstEvent: EventID?
    /// How many events the market has in the commit that is under way.
    var newEvents = 0

    /// The state as of the log's end, with what an hourly update needs.
    init(
        _ view: borrowing StoreView, market: MarketID, snapshotInterval: UInt64
    ) throws {
        (state, saved) = try MarketState.loadRecent(view, market: market)
        saved.snapshotInterval = snapshotInterval
        seen = try view.head().position
    }

    /// Whether nothing of this market was added since; then the state goes on from the log's end.
    ///
    /// - Complexity: O(streams of the market).
    mutating func isCurrent(_ view: borrowing StoreView, _ market: MarketID) throws -> Bool {
        let head = try view.head().position
        if head == seen { return true }
        let known = seen
        guard try view.skips().count == saved.skipCount,
            try view.streams(prefix: "\(market)/").allSatisfy({ $0.head.position <= known })
        else { return false }
        seen = head
        return true
    }
}
