public import EventFormat
public import EventStorage
public import Market

/// Makes all projection records anew from the log, beside those that are there.
///
/// Folds the log in pieces, each in a view of its own, so that no pages are pinned for long, and keeps
/// its progress in the shadow. Killed, it goes on there. At the end the shadow takes the place of the
/// old records in one commit: readers see either, appends go on meanwhile, and what they add is folded
/// under the writer's lock before the exchange.
public struct Rebuild: Sendable {
    /// Where the log ended at the exchange.
    public let position: GlobalPosition
    /// Where an interrupted rebuild was taken up; 0 if there was none.
    public let resumedAt: GlobalPosition
    /// How many events of markets were folded.
    public let events: Int
    /// How many commits of LMDB it took, the exchange included.
    public let commits: Int
    /// The digests of every market's projections.
    public let markets: [(market: MarketID, digests: [MarketState.Digest])]

    /// Events folded between two commits of progress, unless told otherwise.
    public static let interval = 16_384

    /// Rebuilds the projections of a store.
    ///
    /// - Parameters:
    ///   - interval: events between two commits of progress, at least 1; the last so many are folded
    ///     while no other process can write.
    ///   - progress: called now and then with the events done and all events.
    /// - Throws: what a fold throws; `.locked` where another process keeps writing or rebuilding.
    ///   Whatever was written stays for the next try.
    /// - Complexity: O(events); memory for the windows only.
    public static func run(
        _ store: EventStore, interval: Int = interval,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Rebuild {
        try run(
            store, interval: interval, snapshotInterval: MarketRecord.snapshotInterval,
            progress: progress)
    }

    /// The same with snapshots at other distances, which tests make smaller.
    package static func run(
        _ store: EventStore, interval: Int, snapshotInterval: UInt64,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Rebuild {
        precondition(interval > 0, "progress is kept every so many events")
        func begin() throws -> RebuildWork {
            try store.read { try RebuildWork($0, snapshotInterval: snapshotInterval) }
        }
        var work = try begin()
        var resumedAt = work.position
        var commits = 0
        while true {
            if try store.head().position.number - work.position.number > UInt64(interval) {
                let isValid = try store.read {
                    try work.advance($0, events: interval, progress: progress)
                }
                if isValid {
                    try store.updateProjections { try work.save(to: &$0) }
                    commits += 1
                } else {
                    work = try begin()
                    resumedAt = work.position
                }
                continue
            }
            let isDone = try store.updateProjections { update in
                // Under the lock: whatever was appended since is folded now, nothing comes after it.
                guard try work.advance(update.view, events: .max, progress: progress) else {
                    return false
                }
                try work.publish(to: &update)
                return true
            }
            commits += 1
            if isDone { break }
            work = try begin()
            resumedAt = work.position
        }
        return Rebuild(
            position: work.position, resumedAt: resumedAt, events: work.fold.events,
            commits: commits, markets: work.digests())
    }
}
