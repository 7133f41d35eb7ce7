internal import LMDB
internal import SystemIO

/// What compacting and restoring have in common: a store's file is replaced by another.
extension EventStore {
    /// Throws where there is no store.
    static func requireStore(at path: String) throws(EventStoreError) {
        guard FileSystem.exists("\(path)/data.mdb") else {
            throw EventStoreError(
                .storeNotFound,
                "no store at \(path): make one with `mechanic-replay init --store \(path)`")
        }
    }

    /// The writer's lock of a store, after the time to wait.
    static func writerLock(_ path: String, _ options: Options) throws(EventStoreError) -> FileLock {
        do throws(FileLockError) {
            return try FileLock.acquire(path: "\(path)/writer.lock", waiting: options.wait)
        } catch {
            guard case .busy = error else {
                throw EventStoreError(.inputOutput, error.description)
            }
            throw EventStoreError(
                .locked,
                "another process is writing to \(path); waited \(options.wait): try again later, "
                    + "or wait longer with --wait")
        }
    }

    /// The store for oneself, after the time to wait.
    static func alone(_ path: String, _ options: Options) throws -> ExclusiveAccess {
        guard let access = try ExclusiveAccess.acquire(path: path, waiting: options.wait) else {
            throw EventStoreError(
                .inUse,
                "another process has \(path) open; waited \(options.wait) and changed nothing: end "
                    + "it (fuser \(path)/data.mdb names it), or wait longer with --wait")
        }
        return access
    }

    /// Throws where a file system has not so many bytes left, before anything is written.
    static func requireRoom(_ bytes: Int, at path: String, for what: String) throws {
        let free = try FileSystem.freeBytes(at: path)
        guard free >= bytes else {
            throw EventStoreError(
                .diskFull,
                "\(what) needs up to \(bytes >> 20) MiB at \(path), where \(free >> 20) MiB are "
                    + "free; nothing was written: free some space")
        }
    }

    /// Gives a file the permissions and the owner of the one that it replaces.
    static func keep(_ status: FileSystem.Status, at path: String) throws {
        try FileSystem.setOwner(user: status.user, group: status.group, at: path)
        try FileSystem.setPermissions(status.permissions, at: path)
    }

    /// Removes what a killed run left.
    static func discard(_ draft: String) throws {
        if FileSystem.exists(draft) { try FileSystem.removeTree(draft) }
    }
}

extension Error {
    /// Failures of LMDB and the system in the store's words.
    func inStore(_ path: String) -> EventStoreError {
        switch self {
        case let error as EventStoreError: error
        case let error as LMDBError: EventStoreError(error, path: path)
        case let error as SystemError:
            EventStoreError(
                error.isFull ? .diskFull : error.isMissing ? .storeNotFound : .inputOutput,
                error.description)
        default: EventStoreError(.inputOutput, "\(path): \(self)")
        }
    }
}
