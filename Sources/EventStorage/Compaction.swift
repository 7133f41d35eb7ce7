internal import Digest
public import EventFormat
internal import LMDB
internal import SystemIO

/// What a compaction did: the same store in a new file without free pages.
public struct Compaction: Sendable {
    /// Where the log ends, before and after.
    public let head: StoreHead
    /// The length of `data.mdb` before, in bytes.
    public let bytesBefore: Int
    /// And after.
    public let bytesAfter: Int
}

extension EventStore {
    /// Writes a store's file anew without its free pages, and puts it in the place of the old one.
    ///
    /// The copy is made while others read; writers wait. It is verified whole and compared with the
    /// store before it takes the name, for which nobody may have the store open. A crash leaves the
    /// old file or the new one, and at most a directory `compact.draft` that the next run removes.
    ///
    /// - Parameter progress: called while the copy is verified, with the events done and all events.
    /// - Precondition: this process does not have the store open.
    /// - Throws: `.inUse` if others have it open after the time to wait; `.locked`; `.diskFull`;
    ///   `.corrupted` if the copy is not what the store is.
    /// - Complexity: O(bytes): a copy, and a verification of it.
    public static func compact(
        path: String, options: Options = Options(),
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Compaction {
        try requireStore(at: path)
        let lock = try writerLock(path, options)
        defer { lock.close() }
        let data = "\(path)/data.mdb"
        let draft = "\(path)/compact.draft"
        do {
            // Who has it open now will hardly be gone after the work: say so before it.
            _ = try alone(path, options)
            let before = try FileSystem.status(at: data)
            try discard(draft)
            try FileSystem.createDirectory(draft)
            defer { try? FileSystem.removeTree(draft) }
            let head = try copy(path, to: draft, options, progress: progress)
            try keep(before, at: "\(draft)/data.mdb")
            try FileSystem.synchronize("\(draft)/data.mdb")
            let after = try FileSystem.status(at: "\(draft)/data.mdb")
            let access = try alone(path, options)
            guard try FileSystem.status(at: data) == before else {
                throw EventStoreError(
                    .inUse,
                    "\(path): another program wrote to the file while it was copied; nothing was "
                        + "changed: run it again")
            }
            try access.replaceData(by: "\(draft)/data.mdb")
            return Compaction(
                head: head, bytesBefore: before.byteCount, bytesAfter: after.byteCount)
        } catch {
            throw error.inStore(path)
        }
    }

    /// Copies a store without free pages and verifies the copy.
    private static func copy(
        _ path: String, to draft: String, _ options: Options,
        progress: (_ done: UInt64, _ of: UInt64) -> Void
    ) throws -> StoreHead {
        let store = try EventStore(path: path, options: options)
        try requireRoom(store.environment.usedBytes, at: path, for: "the compacted copy")
        try store.environment.copy(to: draft)
        let copy = try EventStore(path: draft, options: options)
        let head = try store.head()
        let isSame =
            try copy.identity == store.identity && copy.head() == head
            && copy.projectionsDigest() == store.projectionsDigest()
        let report = try copy.verify(progress: progress)
        guard isSame, report.isClean else {
            let reason =
                report.findings.first?.message ?? "its head or its projections are others"
            throw EventStoreError(
                .corrupted,
                "\(path): the compacted copy is not what the store is (\(reason)), and was thrown "
                    + "away; run `mechanic-replay verify`", position: report.firstBadPosition)
        }
        return head
    }

    /// A digest of all records of projections, which no hash of the log covers.
    private func projectionsDigest() throws -> Hash256 {
        let hasher = SHA256()
        hasher.begin()
        try read { view in
            // As they lie in the store, with their checks and those of a rebuild under way.
            try view.scan(
                view.databases.projections, from: [],
                { (key, value) throws in
                    var lengths: [UInt8] = []
                    lengths.append(littleEndian: UInt64(key.byteCount))
                    lengths.append(littleEndian: UInt64(value.byteCount))
                    hasher.update(lengths.rawSpan)
                    hasher.update(key)
                    hasher.update(value)
                    return true
                }, orThrow: { EventStoreError($0, path: path) as any Error })
        }
        return hasher.finish()
    }
}
