internal import DataFile
internal import EventFormat
internal import LMDB
internal import SystemIO

extension EventStore {
    /// Checks hashes, ids, chains, positions, payloads, indexes and the Merkle tree of the whole
    /// log.
    ///
    /// Two threads share the work; what comes out does not depend on how. The records of
    /// projections are no part of the log: a replay compares them.
    ///
    /// - Parameters:
    ///   - isDeep: also look up every event by its position.
    ///   - progress: called now and then with the events done and all events.
    /// - Complexity: O(bytes): hashing dominates, each event is hashed for its hash and for its id.
    public func verify(
        isDeep: Bool = false, progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> VerificationReport {
        try read { view in
            var verifier = LogVerifier()
            guard let head = try verifier.noting(nil, { try view.head() }) else {
                return verifier.report
            }
            let skips = try verifier.noting(nil) { try view.skips() } ?? SkipList()
            let checks = EventChecks(
                self, through: head.position, skips: skips, isDeep: isDeep)
            try share(checks) {
                let tell = { progress(checks.taken, head.position.number) }
                try verifier.walk(head, view, progress: tell)
                checks.work(progress: tell)
            }
            let results = try checks.finish()
            try verifier.finish(head, view, keyEntries: results.keyEntries)
            try verifier.checkTags(view)
            var report = verifier.report
            report.merge(results.report)
            for skip in skips.all
            where !report.skipped.contains(where: { $0.decidedAt == skip.position }) {
                report.note(
                    skip.position, "the event to be passed over is not in the log as it was then")
            }
            if report.isClean {
                keepTrust(in: head)
            }
            return report
        }
    }

    /// Runs `body` while a second thread works on the checks, and returns when both are done.
    private func share(_ checks: EventChecks, _ body: () throws -> Void) rethrows {
        // Where the system has no thread left, this one does it all.
        let thread = WorkerThread { checks.work() }
        try body()
        if let thread { thread.join() }
    }

    /// Walks the raw data file of a store with a decoder of its own, page by page.
    ///
    /// For a file that may be damaged, before ``init(path:options:)`` gives it to LMDB, which trusts
    /// its pages and may crash on them. Takes no lock unless others write faster than it walks.
    ///
    /// - Parameter wait: how long to wait for a writer that cannot be outrun.
    /// - Throws: `.storeNotFound`; `.inputOutput`; `.locked` if the file changed too fast to tell.
    /// - Complexity: O(pages in use).
    public static func checkPages(
        path: String, wait: Duration = .seconds(10)
    ) throws(EventStoreError) -> VerificationReport {
        let report: DataFileReport
        do {
            report = try DataFileWalk.run(path: "\(path)/data.mdb", insertOnly: insertOnly) {
                // One who holds the lock all the time may be idle: then the walk settles without.
                let lock = try? FileLock.acquire(path: "\(path)/writer.lock", waiting: wait)
                defer { lock?.close() }
                return try $0()
            }
        } catch {
            throw unreadable(path, error)
        }
        guard report.isSettled || report.isClean else {
            throw EventStoreError(
                .locked,
                "\(path) changes faster than its pages can be read: stop the writer, or check a copy"
            )
        }
        return VerificationReport(report)
    }

    /// Checks the file's two meta pages and its length: what opening it relies on.
    ///
    /// - Throws: `.storeNotFound`; `.inputOutput`.
    /// - Complexity: O(1).
    public static func checkMeta(path: String) throws(EventStoreError) -> VerificationReport {
        do {
            return VerificationReport(try DataFileWalk.checkMeta(path: "\(path)/data.mdb"))
        } catch {
            throw unreadable(path, error)
        }
    }

    /// Whether every page in use is in the file and sound, whatever is missing behind them.
    static func areAllPagesThere(_ path: String) -> Bool {
        let walk = try? DataFileWalk.run(path: "\(path)/data.mdb", insertOnly: insertOnly)
        return walk?.isClean ?? false
    }

    /// The databases that only ever grow; the records of projections come and go.
    package static let insertOnly: Set<String> = [
        Keys.Database.events, Keys.Database.index, Keys.Database.tree, Keys.Database.meta,
    ]

    private static func unreadable(_ path: String, _ error: any Error) -> EventStoreError {
        if let error = error as? SystemError, error.isMissing {
            do throws(EventStoreError) { try requireStore(at: path) } catch { return error }
        }
        return EventStoreError(.inputOutput, "\(error)")
    }
}

extension VerificationReport {
    /// The findings of a walk through the pages.
    init(_ walk: DataFileReport) {
        self.init()
        for finding in walk.findings { note(nil, finding.description) }
        checkedPages = walk.pages
    }
}
