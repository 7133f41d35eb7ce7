internal import EventFormat
internal import EventStorage
internal import StoreModel

/// What a broken store must be: the same workload on a store that nobody broke, and on the model.
struct Shadow {
    private(set) var workload: Workload
    private let reference: EventStore

    init(seed: UInt64, path: String) throws {
        workload = Workload(seed: seed)
        reference = try Stores.create(path)
    }

    /// Holds a store against the shadow, which goes on to the store's commit.
    ///
    /// Heads hold the Merkle root: equal heads and a clean store are equal logs.
    ///
    /// - Parameters:
    ///   - acknowledged: commits that the store must hold; it may hold one more.
    ///   - isDeep: compare every event, index and point too.
    /// - Returns: whether it holds a commit that was not acknowledged.
    mutating func check(
        _ store: EventStore, acknowledged: UInt64, isDeep: Bool
    ) throws -> Bool {
        let head = try store.head()
        try require(
            head.commit >= acknowledged,
            "LOST: commit \(acknowledged) was acknowledged, the log ends at \(head.commit)")
        try require(
            head.commit <= acknowledged + 1,
            "commit \(head.commit) is there, only \(acknowledged + 1) was begun")
        while workload.model.commits < head.commit { try workload.next().apply(to: reference) }
        try requireEqual(head, try reference.head(), "the head, by the undisturbed store's")
        try workload.model.check(store)
        try store.requireClean()
        if isDeep { try workload.model.checkEverything(store) }
        return head.commit > acknowledged
    }
}
