internal import Digest
internal import EventFormat
internal import LMDB
internal import SystemIO

/// A restoration whose chain of files is known to be one.
struct RestorationPlan {
    let files: [String]
    let headers: [SegmentHeader]
    let path: String
    let replacing: Restoration.Replacement
    let options: EventStore.Options

    typealias Progress = (_ title: String, _ done: UInt64, _ of: UInt64) -> Void

    /// Where a file that is replaced unread is kept.
    private var keptFile: String { "\(path)/data.mdb.discarded" }

    /// Builds a store beside the path and puts it there.
    func build(rebuild: (EventStore) throws -> Void, progress: Progress) throws -> Restoration {
        guard FileSystem.exists("\(path)/data.mdb") else {
            return try make(rebuild: rebuild, progress: progress)
        }
        guard replacing != .never else {
            throw EventStoreError(
                .storeExists,
                "there is a store at \(path): choose another --store, or replace it with --replace")
        }
        if replacing == .always, FileSystem.exists(keptFile) {
            throw EventStoreError(
                .fileExists,
                "\(keptFile) is there from an earlier --discard: remove it if it is not needed")
        }
        let kept = replacing == .always ? keptFile : nil
        return try EventStore.replaceFile(
            of: path, by: "restore.draft", keeping: kept, options
        ) { directory in
            let old = replacing == .always ? nil : try readOld()
            let head = try fill(directory, old: old, rebuild: rebuild, progress: progress)
            return Restoration(
                head: head, newEvents: head.position.number - (old?.position.number ?? 0),
                earlier: old, discarded: kept,
                byteCount: try FileSystem.status(at: "\(directory)/data.mdb").byteCount)
        }
    }

    /// Where the log ends that is to be replaced, which must be a beginning of the new one.
    private func readOld() throws -> StoreHead {
        let (identity, head): (StoreIdentity, StoreHead)
        do {
            let store = try EventStore(path: path, options: options)
            (identity, head) = (store.identity, try store.head())
        } catch {
            throw EventStoreError(
                .corrupted,
                "\(path) cannot be read (\(error)), so nothing tells whether the backup holds all of "
                    + "it: --discard replaces it unread and keeps its file")
        }
        guard identity == headers[0].identity else {
            throw EventStoreError(
                .storeExists,
                "the store at \(path) is another one (\(identity.id)): choose another --store, or "
                    + "--discard it")
        }
        let end = headers[headers.count - 1].after.position
        guard head.position <= end else {
            throw EventStoreError(
                .storeExists,
                "the store at \(path) ends at position \(head.position) with root \(head.root), the "
                    + "backup at \(end): events would be lost; --discard replaces it all the same")
        }
        return head
    }

    /// Makes a store where there is none.
    private func make(rebuild: (EventStore) throws -> Void, progress: Progress) throws
        -> Restoration
    {
        let draft = "\(path).draft"
        try createDirectory(draft)
        let lock = try claim(draft)
        defer { lock.close() }
        for name in ["data.mdb", "lock.mdb"] where FileSystem.exists("\(draft)/\(name)") {
            try FileSystem.remove("\(draft)/\(name)")
        }
        do {
            let head = try fill(draft, old: nil, rebuild: rebuild, progress: progress)
            let header = headers[headers.count - 1]
            for name in ["data.mdb", "lock.mdb", "writer.lock"] {
                try FileSystem.setPermissions(header.filePermissions, at: "\(draft)/\(name)")
            }
            try FileSystem.setPermissions(header.directoryPermissions, at: draft)
            try FileSystem.synchronize("\(draft)/data.mdb")
            try FileSystem.synchronize(draft)
            try takeName(draft)
            try FileSystem.remove("\(path)/\(Self.lockName)")
            return try report(head)
        } catch {
            try? FileSystem.removeTree(draft)
            throw error
        }
    }

    private static let lockName = "restore.lock"

    /// Takes a draft for this process until the store has its name: two would mix their files.
    private func claim(_ draft: String) throws -> FileLock {
        do throws(FileLockError) {
            return try FileLock.acquire(path: "\(draft)/\(Self.lockName)")
        } catch {
            guard case .busy = error else {
                throw EventStoreError(.cannotCreate, error.description)
            }
            throw EventStoreError(
                .locked, "another process is restoring to \(path): wait for it")
        }
    }

    /// Renames the draft to the path, where there may be a directory with nothing but locks in it.
    private func takeName(_ draft: String) throws {
        if FileSystem.exists(path) {
            let leftovers = ["lock.mdb", "writer.lock", "trusted"]
            for name in leftovers where FileSystem.exists("\(path)/\(name)") {
                try FileSystem.remove("\(path)/\(name)")
            }
        }
        do throws(SystemError) {
            try FileSystem.rename(draft, to: path)
        } catch {
            throw EventStoreError(
                .cannotCreate,
                "\(error.description): choose another --store, or empty the directory")
        }
        try FileSystem.synchronize(FileSystem.directory(of: path))
    }

    private func createDirectory(_ path: String) throws(EventStoreError) {
        do throws(SystemError) {
            try FileSystem.createDirectory(path)
        } catch {
            throw EventStoreError(.cannotCreate, error.description)
        }
    }
}

extension RestorationPlan {
    /// Fills a directory with the whole store: events, indexes, tree, projections, on the disk and
    /// verified.
    private func fill(
        _ draft: String, old: StoreHead?, rebuild: (EventStore) throws -> Void, progress: Progress
    ) throws -> StoreHead {
        try createDirectory(draft)
        let bytes = try files.reduce(0) { try $0 + FileSystem.status(at: $1).byteCount }
        try EventStore.requireRoom(bytes, at: draft, for: "the restored store")
        let identity = headers[0].identity
        var scratch = options
        // It is synced as a whole, and nobody sees it before.
        scratch.isVolatile = true
        let store = try EventStore.create(
            path: draft, clock: identity.clock, id: identity.id, now: identity.createdAt,
            options: scratch)
        for file in files {
            var segment = try SegmentReader.open(file)
            try store.adopt(&segment) { progress("restore", $0, $1) }
        }
        if let old, try store.read({ try $0.head(at: old.position) }) != old {
            throw EventStoreError(
                .rootMismatch,
                "the store at \(path) has the root \(old.root) at position \(old.position), the "
                    + "backup has another there: they are not one history; --discard replaces it "
                    + "all the same")
        }
        try rebuild(store)
        try store.environment.sync()
        let report = try store.verify { progress("verify", $0, $1) }
        let head = try store.head()
        guard report.isClean, head == headers[headers.count - 1].after,
            store.identity == identity
        else {
            let reason = report.findings.first?.message ?? "its head is another"
            throw EventStoreError(
                .corrupted,
                "the store made of the backup is not sound (\(reason)) and was thrown away: use the "
                    + "program that wrote it, or look at the disk and the memory",
                position: report.firstBadPosition)
        }
        var trust = Trust(path: draft, options: options)
        trust.keep(head, identity)
        return head
    }

    /// Adds what the segments hold to the store that is there.
    func extend(rebuild: (EventStore) throws -> Void, progress: Progress) throws -> Restoration {
        guard FileSystem.exists("\(path)/data.mdb") else {
            throw EventStoreError(
                .invalidBackup,
                "\(files[0]) begins after position \(headers[0].before.position) and there is no "
                    + "store at \(path) to add it to: begin with a full backup")
        }
        guard replacing == .never else {
            throw EventStoreError(
                .invalidBackup,
                "\(files[0]) begins after position \(headers[0].before.position): a store is "
                    + "replaced by a full backup only")
        }
        let store = try EventStore(path: path, options: options)
        let earlier = try store.head()
        var bytes = 0
        for (file, header) in zip(files, headers) {
            try requireBeginning(header, file, of: store)
            // All of it before the first event: an append cannot be taken back.
            var segment = try SegmentReader.open(file)
            try segment.verify(isReadable: true) { progress("check", $0, $1) }
            bytes += segment.byteCount
        }
        try EventStore.requireRoom(bytes, at: path, for: "the restored events")
        for file in files {
            var segment = try SegmentReader.open(file)
            guard segment.header.after.position > (try store.head().position) else { continue }
            try store.adopt(&segment) { progress("restore", $0, $1) }
        }
        let head = try store.head()
        if head != earlier { try rebuild(store) }
        return try report(head, earlier: earlier)
    }

    private func report(
        _ head: StoreHead, earlier: StoreHead? = nil
    ) throws -> Restoration {
        Restoration(
            head: head, newEvents: head.position.number - (earlier?.position.number ?? 0),
            earlier: earlier, discarded: nil,
            byteCount: try FileSystem.status(at: "\(path)/data.mdb").byteCount)
    }

    /// Throws where a segment is of another store, begins beyond the log, or has other roots.
    private func requireBeginning(
        _ header: SegmentHeader, _ file: String, of store: EventStore
    ) throws {
        guard header.identity == store.identity else {
            throw EventStoreError(
                .invalidBackup,
                "\(file) is a backup of the store \(header.identity.id), \(path) is "
                    + "\(store.identity.id)")
        }
        try store.read { view in
            let end = try view.head().position
            // Later files of a chain begin where the store does not reach yet.
            if header != headers[0], header.before.position > end { return }
            guard header.before.position <= end else {
                throw EventStoreError(
                    .invalidBackup,
                    "\(file) begins after position \(header.before.position), the store \(path) "
                        + "ends at \(end): a backup between them is missing")
            }
            for known in [header.before, header.after] where known.position <= end {
                let own = try view.head(at: known.position)
                guard own != known else { continue }
                throw EventStoreError(
                    .rootMismatch,
                    "at position \(known.position) \(file) has the root \(known.root), the store "
                        + "\(path) has \(own.root): they are not one history",
                    position: known.position)
            }
        }
    }
}
