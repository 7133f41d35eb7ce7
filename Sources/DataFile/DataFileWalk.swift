public import SystemIO

/// Reads LMDB's file with a decoder of its own, without LMDB, which may crash on a damaged one.
///
/// Walked are both meta pages, every page of the newest commit's trees and the free list: page
/// numbers, flags, bounds, places and lengths of entries, order of keys, separators, overflow runs,
/// counts, and that every page is in use or free exactly once. Outside the promise, because LMDB
/// itself does not define them: free pages, the room between the bounds of a page, pads, the tail
/// of overflow runs, and the trees of the older meta page.
public enum DataFileWalk {
    /// Walks a file that others may write meanwhile.
    ///
    /// LMDB uses the pages of commit N again from commit N + 3 on (`mdb_find_oldest`: nothing that
    /// the commit before the newest still shows). A walk is settled if the newest commit at its end
    /// is N or N + 1. Findings of a walk that is not settled say nothing: it is made again, up to
    /// `attempts` times, the last time inside `quietly`. No findings are a result at any time.
    ///
    /// - Parameters:
    ///   - insertOnly: trees whose entries are never deleted; there a separator must be the first
    ///     key behind it, and a value's run as short as it can be.
    ///   - quietly: runs the last attempt, with the writer's lock held if it can be had.
    /// - Throws: ``SystemError`` if there is no such file or no right to read it; what `quietly`
    ///   throws.
    /// - Complexity: O(pages in use), each read once, of values on pages of their own the header;
    ///   memory for one path through a tree and a bit a page.
    public static func run(
        path: String, insertOnly: Set<String> = [], attempts: Int = 3,
        quietly: (_ walk: () throws -> DataFileReport) throws -> DataFileReport = { try $0() }
    ) throws -> DataFileReport {
        let file = try FileReader(path: path)
        for _ in 1..<max(attempts, 1) {
            let report = try walk(file, insertOnly)
            if report.isClean || report.isSettled { return report }
        }
        return try quietly { try walk(file, insertOnly) }
    }

    /// Checks the meta pages and that the roots of the trees lie inside the file.
    ///
    /// - Complexity: O(1).
    public static func checkMeta(path: String) throws(SystemError) -> DataFileReport {
        let file = try FileReader(path: path)
        var heads = try Heads(file)
        // A commit may be writing its page just now: damage stays as it is.
        for _ in 0..<100 where heads.newest == nil {
            let again = try Heads(file)
            if again.bytes == heads.bytes { break }
            heads = again
        }
        return report(heads)
    }

    /// What the meta pages alone say.
    private static func report(_ heads: Heads) -> DataFileReport {
        var report = DataFileReport()
        if let defect = heads.defect { report.note(defect.page, defect.message) }
        report.transaction = heads.newest?.transaction ?? 0
        report.pages = heads.newest == nil ? 0 : 2
        report.bytes = report.pages * heads.pageBytes
        return report
    }

    /// Where the bytes lie that somebody answers for. The file must be sound and at rest.
    package static func liveRanges(
        path: String, insertOnly: Set<String>
    ) throws -> [LiveRange] {
        let file = try FileReader(path: path)
        let heads = try Heads(file)
        guard let meta = heads.newest else { return [] }
        var walker = Walker(file, heads, meta: meta, insertOnly: insertOnly)
        walker.live = []
        walker.noteLive(newest: meta.transaction)
        walker.run(meta)
        return walker.live ?? []
    }

    /// One attempt.
    private static func walk(
        _ file: FileReader, _ insertOnly: Set<String>
    ) throws(SystemError) -> DataFileReport {
        let heads = try Heads(file)
        var report = report(heads)
        guard let meta = heads.newest else {
            report.isSettled = try Heads(file).bytes == heads.bytes
            return report
        }
        var walker = Walker(file, heads, meta: meta, insertOnly: insertOnly)
        walker.report = report
        walker.run(meta)
        report = walker.report
        let end = try Heads(file)
        report.isSettled =
            end.bytes == heads.bytes
            || end.newest.map { $0.transaction &- meta.transaction <= 1 } ?? false
        return report
    }
}
