internal import LMDB
internal import SystemIO

/// What compacting and restoring have in common: a store's file is replaced by another.
extension EventStore {
    /// Throws where there is no store.
    static func requireStore(at path: String) throws(EventStoreError) {
        guard FileSystem.exists("\(path)/data.mdb") else {
            throw EventStoreError(
                .storeNotFound,
                "no store at \(path): name yours with --store or MECHANIC_STORE, or make one with "
                    + "`mechanic-replay init --store \(path)`")
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

    /// How long the writer's lock is held while others have the store open.
    private static let patience = Duration.milliseconds(250)

    /// Prepares a file under the writer's lock and puts it in the place of the store's, when nobody
    /// else has the store open.
    ///
    /// A process that waits for the writer's lock has the store open: to wait for it with the lock
    /// in hand would be to wait for ever. So the lock is given back after a moment, and all is done
    /// again when they are through.
    ///
    /// - Parameters:
    ///   - draft: a name in the store's directory for one that `prepare` makes the new `data.mdb` in;
    ///     what a killed run left there is removed first.
    ///   - kept: a second name that the old file gets, where the new log is not its continuation.
    /// - Throws: `.inUse` and `.locked` after the time to wait, in which preparing does not count.
    static func replaceFile<Result>(
        of path: String, by draft: String, keeping kept: String? = nil, _ options: Options,
        prepare: (_ directory: String) throws -> Result
    ) throws -> Result {
        let directory = "\(path)/\(draft)"
        let file = "\(directory)/data.mdb"
        let data = "\(path)/data.mdb"
        var left = options.wait
        while true {
            // Who has it open now will hardly be gone after the work: see before it.
            left -= try ContinuousClock().measure { _ = try alone(path, waiting: left, options) }
            let lock = try writerLock(path, options)
            defer { lock.close() }
            let before = try FileSystem.status(at: data)
            if FileSystem.exists(directory) { try FileSystem.removeTree(directory) }
            try FileSystem.createDirectory(directory)
            defer { try? FileSystem.removeTree(directory) }
            let result = try prepare(directory)
            try FileSystem.setOwner(user: before.user, group: before.group, at: file)
            try FileSystem.setPermissions(before.permissions, at: file)
            try FileSystem.synchronize(file)
            let waiting = min(max(left, .zero), patience)
            guard let access = try ExclusiveAccess.acquire(path: path, waiting: waiting) else {
                left -= waiting
                guard left > .zero else { throw inUse(path, options) }
                continue
            }
            guard try FileSystem.status(at: data) == before else {
                throw EventStoreError(
                    .inUse,
                    "\(path): another program wrote to the file meanwhile; nothing was changed: run "
                        + "it again")
            }
            if let kept {
                try FileSystem.link(data, to: kept)
                try Trust.remove(path)
            }
            try access.replaceData(by: file)
            return result
        }
    }

    private static func alone(
        _ path: String, waiting: Duration, _ options: Options
    ) throws -> ExclusiveAccess {
        guard let access = try ExclusiveAccess.acquire(path: path, waiting: waiting) else {
            throw inUse(path, options)
        }
        return access
    }

    private static func inUse(_ path: String, _ options: Options) -> EventStoreError {
        EventStoreError(
            .inUse,
            "another process has \(path) open; waited \(options.wait) and changed nothing: end it "
                + "(fuser \(path)/data.mdb names it), or wait longer with --wait")
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
