internal import EventFormat
internal import EventStorage
internal import StoreModel
internal import SystemIO

/// How the simulator opens stores.
enum Stores {
    /// Makes a store.
    ///
    /// - Parameter isDurable: waits for the disk, as a user's store does.
    static func create(_ path: String, isDurable: Bool = false) throws(EventStoreError)
        -> EventStore
    {
        try EventStore.create(
            path: path, clock: .real, id: EventID([UInt8](repeating: 0x51, count: 16).rawSpan),
            now: Workload.beginning, options: options(isDurable))
    }

    /// Opens a store.
    static func open(_ path: String, isDurable: Bool = false) throws(EventStoreError)
        -> EventStore
    {
        try EventStore(path: path, options: options(isDurable))
    }

    private static func options(_ isDurable: Bool) -> EventStore.Options {
        var options = EventStore.Options()
        options.isVolatile = !isDurable
        return options
    }

    /// Opens a store as after a start of the machine: what is not known to be good is checked.
    static func openAfterStart(_ path: String) throws(EventStoreError) -> EventStore {
        var options = options(false)
        options.bootID = String(repeating: "0", count: 36)
        return try EventStore(path: path, options: options)
    }

    /// Opens what a process left that was stopped while it made or changed a store.
    ///
    /// - Parameters:
    ///   - mayBeHalfMade: nothing was acknowledged, not even the store.
    ///   - isAfterStart: the machine was started since.
    /// - Returns: nil if there is no store yet; what is there is removed.
    static func openRemains(
        _ path: String, mayBeHalfMade: Bool, isAfterStart: Bool = false
    ) throws -> EventStore? {
        do {
            return isAfterStart ? try openAfterStart(path) : try open(path)
        } catch {
            guard mayBeHalfMade, error.code == .storeNotFound || error.code == .corrupted
            else { throw error }
            if FileSystem.exists(path) { try FileSystem.removeTree(path) }
            return nil
        }
    }
}
