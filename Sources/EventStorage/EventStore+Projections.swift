internal import Digest
internal import EventFormat
internal import LMDB

extension EventStore {
    /// Writes records of projections without an event: they follow from the log, which stays as it is.
    ///
    /// - Throws: `.locked`, `.diskFull`, what `body` throws; then nothing was written.
    /// - Precondition: `body` appends no event.
    package func writeProjections(_ body: (inout Commit) throws -> Void) throws {
        try withWriter { _ in
            try environment.write(
                { (transaction) throws in
                    let view = StoreView(
                        handle: transaction.handle, databases: databases, path: path)
                    let head = try view.head()
                    var commit = Commit(
                        view: view, now: head.appendedAt, head: head, streams: [:],
                        hasher: SHA256())
                    try body(&commit)
                    precondition(commit.eventCount == 0, "projections are written without events")
                    try commit.writeRecords(to: databases.projections, &transaction)
                    return ((), true)
                }, orThrow: { EventStoreError($0, path: path) as any Error })
        }
    }
}

extension Commit {
    /// Writes the records of projections that were set, in the order in which they were.
    func writeRecords(
        to database: Database, _ transaction: inout WriteTransaction
    ) throws(LMDBError) {
        for record in records {
            if let value = record.value {
                try transaction.put(database, record.key, value)
            } else {
                try transaction.delete(database, record.key)
            }
        }
    }
}
