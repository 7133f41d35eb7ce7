public import EventFormat
internal import SystemIO

/// A backup written: a segment of the log in one file.
public struct Backup: Sendable {
    /// Where the log ended before the segment's first event.
    public let before: StoreHead
    /// Where it ends with the last.
    public let after: StoreHead
    /// The file's length.
    public let byteCount: Int

    /// How many events it holds.
    public var eventCount: UInt64 { after.position.number - before.position.number }

    /// Where a backup begins.
    public enum Start: Sendable {
        /// With the first event: the backup is a whole store.
        case beginning
        /// After a point in the log.
        case point(TimePoint)
        /// Where an earlier backup of this store ends.
        case end(ofBackup: String)
    }
}

extension EventStore {
    /// Writes the log, or what was added to it since, into one file, while others read and write.
    ///
    /// Ends at the newest commit as of its beginning. The log is only ever added to, so it is read
    /// in pieces under views of their own, and pins no pages that a writer could use again. What was
    /// written is read back from the disk, and its Merkle root compared with the store's, before the
    /// file takes its name.
    ///
    /// - Parameters:
    ///   - path: the file; its permissions are those of the store's.
    ///   - replaces: write over a file of this name.
    ///   - progress: called with the events written or read back, and all of both.
    /// - Throws: `.fileExists`; `.invalidBackup` or `.rootMismatch` where the earlier backup is none
    ///   of this log; `.diskFull`; `.corrupted` where the store is damaged.
    /// - Complexity: O(bytes of the segment) in some megabytes of memory.
    public func backup(
        to path: String, from start: Backup.Start = .beginning, replaces: Bool = false,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Backup {
        do {
            let directory = FileSystem.directory(of: path)
            guard FileSystem.exists(directory) else {
                throw EventStoreError(
                    .cannotCreate, "\(path): there is no directory \(directory): make it first")
            }
            try requireFree(path, replaces)
            let header = try segmentHeader(from: start)
            let room = header.isFull ? usedBytes : 0
            try Self.requireRoom(room, at: directory, for: "the backup")
            let draft = try FileDraft(for: path)
            let total = 2 * header.eventCount
            try write(header, to: draft) { progress($0, total) }
            try draft.finish(mode: Self.permissions(of: header))
            try readBack(draft.path) { done, of in progress(of + done, total) }
            try requireFree(path, replaces)
            try draft.publish()
            return Backup(before: header.before, after: header.after, byteCount: draft.byteCount)
        } catch {
            throw error.inStore(self.path)
        }
    }

    private func requireFree(_ path: String, _ replaces: Bool) throws {
        guard !FileSystem.isSame(FileSystem.directory(of: path), self.path) else {
            throw EventStoreError(
                .fileExists,
                "\(path) lies in the store itself: choose a place outside, best on another disk")
        }
        guard FileSystem.exists(path) else { return }
        guard FileSystem.isRegularFile(path) else {
            throw EventStoreError(.fileExists, "\(path) is no file: choose another name")
        }
        guard replaces else {
            throw EventStoreError(
                .fileExists, "\(path) exists: choose another name, or replace it with --force")
        }
    }

    /// Reads back what was written: a draft that is not what the head promises shows a damaged store.
    private func readBack(
        _ draft: String, progress: (_ done: UInt64, _ of: UInt64) -> Void
    ) throws {
        do {
            var written = try SegmentReader.open(draft)
            try written.verify(progress: progress)
        } catch {
            guard error.code == .invalidBackup || error.code == .rootMismatch else { throw error }
            let place = error.position.map { " at position \($0)" } ?? ""
            throw EventStoreError(
                .corrupted,
                "the log is damaged\(place), no backup was made: run `mechanic-replay verify`, keep "
                    + "the backups you have", position: error.position)
        }
    }

    /// The permissions of the store's file, less what its directory does not let others reach.
    private static func permissions(of header: SegmentHeader) -> UInt32 {
        var permissions = header.filePermissions & 0o666
        if header.directoryPermissions & 0o010 == 0 { permissions &= ~0o070 }
        if header.directoryPermissions & 0o001 == 0 { permissions &= ~0o007 }
        return permissions
    }

    private func segmentHeader(from start: Backup.Start) throws -> SegmentHeader {
        let earlier: SegmentHeader? =
            if case .end(let file) = start { try SegmentReader.open(file).header } else { nil }
        let (before, after) = try read { view in
            let end = try view.head()
            switch start {
            case .beginning: return (try view.head(at: .start), end)
            case .point(let point): return (try view.head(at: try view.resolve(point)), end)
            case .end(let file): return (try follow(earlier!, file, view), end)
            }
        }
        return SegmentHeader(
            identity: identity,
            filePermissions: try FileSystem.status(at: "\(path)/data.mdb").permissions,
            directoryPermissions: try FileSystem.status(at: path).permissions,
            before: before, after: after)
    }

    /// The end of an earlier backup, which must be a beginning of this log.
    private func follow(
        _ earlier: SegmentHeader, _ file: String, _ view: borrowing StoreView
    ) throws -> StoreHead {
        guard earlier.identity == identity else {
            throw EventStoreError(
                .invalidBackup,
                "\(file) is a backup of the store \(earlier.identity.id), this one is "
                    + "\(identity.id): name a backup of this store")
        }
        let end = earlier.after.position
        guard try end <= view.head().position, try view.head(at: end) == earlier.after else {
            throw EventStoreError(
                .rootMismatch,
                "\(file) ends at position \(end) with root \(earlier.after.root), which this log "
                    + "does not have there: the store was replaced or changed since",
                position: end)
        }
        return earlier.after
    }

    /// Writes header, events and checksum.
    private func write(
        _ header: SegmentHeader, to draft: FileDraft, progress: (_ done: UInt64) -> Void
    ) throws {
        var writer = SegmentWriter(draft)
        try writer.write(header)
        let first = header.before.position.number + 1
        try forEachEvent(from: GlobalPosition(first), through: header.after.position) {
            position, event in
            try writer.write(event)
            let done = position.number - first + 1
            if done.isMultiple(of: 256) { progress(done) }
            return true
        }
        try writer.finish()
    }
}
