public import EventFormat
internal import LMDB
internal import SystemIO

/// What a restoration did.
public struct Restoration: Sendable {
    /// Where the store's log ends now.
    public let head: StoreHead
    /// How many events it did not have before.
    public let newEvents: UInt64
    /// Where the log ended that was replaced or continued; nil if there was none, or none was read.
    public let earlier: StoreHead?
    /// Where the file lies that was replaced unread.
    public let discarded: String?
    /// The length of the store's file.
    public let byteCount: Int

    /// What may happen to a store that stands where another is to be restored.
    public enum Replacement: Sendable {
        /// Nothing: the path must be free.
        case never
        /// It may be replaced by a log that it is the beginning of: nothing can be lost.
        case byLonger
        /// It may be replaced by anything. It is not even opened, and its file is kept beside.
        case always
    }
}

extension EventStore {
    /// Makes a store of backups: a full one and those that follow it, in their order. Without a full
    /// one, adds what they hold to the store at the path: a standby that is brought up to date.
    ///
    /// A new store is built beside the path, verified whole, on the disk, and only then takes the
    /// name or the place of the old one's file. A crash leaves the old store or the new one, and at
    /// most a directory `.draft` that the next run takes over.
    ///
    /// - Parameters:
    ///   - rebuild: writes the projections, which backups do not hold, before anybody sees the store.
    ///   - progress: called with a title, the events done and all events.
    /// - Throws: `.invalidBackup` for damaged files and broken chains; `.rootMismatch`;
    ///   `.storeExists`; `.inUse`, `.locked`; `.diskFull`.
    /// - Precondition: this process does not have the store open.
    /// - Complexity: O(bytes).
    public static func restore(
        _ files: [String], to path: String, replacing: Restoration.Replacement = .never,
        options: Options = Options(), rebuild: (EventStore) throws -> Void = { _ in },
        progress: (_ title: String, _ done: UInt64, _ of: UInt64) -> Void = { _, _, _ in }
    ) throws -> Restoration {
        precondition(!files.isEmpty, "there is a backup to restore")
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        do {
            let headers = try chain(files)
            let plan = RestorationPlan(
                files: files, headers: headers, path: path, replacing: replacing, options: options)
            return headers[0].isFull
                ? try plan.build(rebuild: rebuild, progress: progress)
                : try plan.extend(rebuild: rebuild, progress: progress)
        } catch {
            throw error.inStore(path)
        }
    }

    /// Reads backups from beginning to end and checks everything that they say, without a store.
    ///
    /// - Parameter files: one backup, or some that follow each other, in their order.
    /// - Returns: what they hold together.
    /// - Throws: `.invalidBackup`, `.rootMismatch`.
    /// - Complexity: O(bytes).
    public static func checkBackups(
        _ files: [String], progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Backup {
        precondition(!files.isEmpty, "there is a backup to check")
        let headers = try chain(files)
        var byteCount = 0
        for file in files {
            var segment = try SegmentReader.open(file)
            try segment.verify(progress: progress)
            byteCount += segment.byteCount
        }
        return Backup(
            before: headers[0].before, after: headers[headers.count - 1].after,
            byteCount: byteCount)
    }

    /// The headers of backups that follow each other.
    private static func chain(_ files: [String]) throws -> [SegmentHeader] {
        var headers: [SegmentHeader] = []
        for file in files {
            let header = try SegmentReader.open(file).header
            if let last = headers.last {
                try requireChain(last, files[headers.count - 1], header, file)
            }
            headers.append(header)
        }
        return headers
    }

    /// Throws where a segment is not the next one.
    private static func requireChain(
        _ last: SegmentHeader, _ lastFile: String, _ next: SegmentHeader, _ file: String
    ) throws(EventStoreError) {
        let (end, start) = (last.after.position, next.before.position)
        guard next.identity == last.identity else {
            throw EventStoreError(
                .invalidBackup,
                "\(file) is of the store \(next.identity.id), \(lastFile) of \(last.identity.id): "
                    + "give backups of one store")
        }
        guard start == end else {
            let what =
                start > end
                ? "the backup between them is missing"
                : "they overlap: give each stretch once, in order"
            throw EventStoreError(
                .invalidBackup,
                "\(file) begins after position \(start), \(lastFile) ends at \(end): \(what)")
        }
        guard next.before == last.after else {
            throw EventStoreError(
                .rootMismatch,
                "\(lastFile) and \(file) meet at position \(end), but with the roots "
                    + "\(last.after.root) and \(next.before.root): they are not one history")
        }
    }
}
