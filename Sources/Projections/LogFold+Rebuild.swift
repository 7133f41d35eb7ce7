internal import Digest
internal import EventFormat
public import EventStorage
internal import Market

extension LogFold {
    /// Folds the whole log and writes the records of every market, as updates would have: for a
    /// store that got its events from somewhere else than updates.
    ///
    /// - Throws: `EventStoreError` `.corrupted` with the position of an event that cannot be folded.
    /// - Complexity: O(events).
    public static func rebuild(
        _ store: EventStore, progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws {
        let hasher = SHA256()
        try store.writeProjections { commit in
            let fold = try fold(
                commit.view, through: commit.head.position, progress: progress)
            for var state in fold.markets {
                var saved = try state.savedDays(commit.view)
                state.save(to: &commit, saved: &saved, hasher: hasher)
            }
        }
    }
}

extension MarketState {
    /// The day digests that the store holds of this market.
    func savedDays(_ view: borrowing StoreView) throws -> SavedDays {
        var saved = SavedDays()
        saved.window = try Self.days(view, under: MarketRecord.windowDays(market))
        for labelling in labellings {
            saved.labels[labelling.hash] = try Self.days(
                view, under: MarketRecord.labelDays(market, labelling.hash))
        }
        return saved
    }
}
