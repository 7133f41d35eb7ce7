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
        do {
            return try replaceFile(of: path, by: "compact.draft", options) { directory in
                let head = try copy(path, to: directory, options, progress: progress)
                return Compaction(
                    head: head,
                    bytesBefore: try FileSystem.status(at: "\(path)/data.mdb").byteCount,
                    bytesAfter: try FileSystem.status(at: "\(directory)/data.mdb").byteCount)
            }
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
        let head = try store.head()
        // It is verified whole below; opening it need not check it first.
        var trust = Trust(path: draft, options: options)
        trust.keep(head, store.identity)
        let copy = try EventStore(path: draft, options: options)
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
