internal import CLMDB

/// The one write transaction of an environment. Dropped without a commit, it leaves no trace.
@safe public struct WriteTransaction: ~Copyable, Transaction {
    /// The transaction inside.
    public let handle: TransactionHandle

    init(_ raw: OpaquePointer) { unsafe handle = TransactionHandle(raw: raw) }

    deinit { unsafe mdb_txn_abort(handle.raw) }

    /// Makes everything durable: two waits for the disk.
    ///
    /// After a failure nothing of the transaction is visible. A failure to sync is final for the
    /// environment: close it, verify it, open it anew; never try the commit again.
    consuming func commit() throws(LMDBError) {
        let raw = unsafe handle.raw
        // LMDB frees the transaction whatever the outcome: `deinit` must not abort it again. Where
        // a test makes the call fail in its stead, the transaction is still there to be aborted.
        var reached = false
        defer { if !reached { unsafe mdb_txn_abort(raw) } }
        discard self
        try Calls.run("mdb_txn_commit") {
            reached = true
            return unsafe mdb_txn_commit(raw)
        }
    }

    /// Opens a database, making it if it is not there.
    public mutating func database(_ name: String) throws(LMDBError) -> Database {
        var database = MDB_dbi()
        try Calls.run("mdb_dbi_open") {
            unsafe mdb_dbi_open(handle.raw, name, UInt32(MDB_CREATE), &database)
        }
        return Database(handle: database, name: name)
    }

    /// Sets the value of a key.
    ///
    /// - Parameter appends: the key is above all others: pages are filled whole, and a key out of
    ///   order fails with ``LMDBError/keyExists``.
    /// - Complexity: O(log entries) and a copy of the value.
    public mutating func put(
        _ database: Database, _ key: [UInt8], _ value: [UInt8], appends: Bool = false
    ) throws(LMDBError) {
        try unsafe put(database, key, value.span.bytes, appends: appends)
    }

    /// Sets the value of a key to bytes that lie elsewhere than in this transaction's pages.
    public mutating func put(
        _ database: Database, _ key: [UInt8], _ value: RawSpan, appends: Bool = false
    ) throws(LMDBError) {
        Calls.note(
            Calls.Put(
                database: database.name, key: key,
                value: unsafe value.withUnsafeBytes { unsafe Array($0) }, appends: appends))
        let flags = appends ? UInt32(MDB_APPEND) : 0
        try Calls.run("mdb_put") {
            unsafe key.withUnsafeBufferPointer { keyBuffer in
                unsafe value.withUnsafeBytes { valueBuffer in
                    var key = unsafe MDB_val(
                        mv_size: keyBuffer.count,
                        mv_data: UnsafeMutableRawPointer(mutating: keyBuffer.baseAddress))
                    var value = unsafe MDB_val(
                        mv_size: valueBuffer.count,
                        mv_data: UnsafeMutableRawPointer(mutating: valueBuffer.baseAddress))
                    return unsafe mdb_put(handle.raw, database.handle, &key, &value, flags)
                }
            }
        }
    }

    /// Removes a key; says whether it was there.
    @discardableResult
    public mutating func delete(_ database: Database, _ key: [UInt8]) throws(LMDBError) -> Bool {
        Calls.note(Calls.Put(database: database.name, key: key, value: nil, appends: false))
        var isPresent = true
        try Calls.run("mdb_del") {
            unsafe key.withUnsafeBufferPointer { buffer in
                var key = unsafe MDB_val(
                    mv_size: buffer.count,
                    mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
                let code = unsafe mdb_del(handle.raw, database.handle, &key, nil)
                isPresent = code != MDB_NOTFOUND
                return isPresent ? code : 0
            }
        }
        return isPresent
    }

    /// Removes every entry of a database.
    public mutating func clear(_ database: Database) throws(LMDBError) {
        try Calls.run("mdb_drop") { unsafe mdb_drop(handle.raw, database.handle, 0) }
    }
}

extension Environment {
    /// Runs `body` in the write transaction and commits; a `body` that throws leaves no trace.
    ///
    /// Waits for a writer of another process without a limit: a lock of one's own stands before it.
    ///
    /// - Parameter body: returns its result, and whether there is anything to commit.
    public func write<Result, Failure: Error>(
        _ body: (inout WriteTransaction) throws(Failure) -> (result: Result, commits: Bool),
        orThrow convert: (LMDBError) -> Failure
    ) throws(Failure) -> Result {
        checkProcess()
        var raw: OpaquePointer?
        do throws(LMDBError) {
            try Calls.run("mdb_txn_begin") { unsafe mdb_txn_begin(self.raw, nil, 0, &raw) }
        } catch {
            throw convert(error)
        }
        var transaction = unsafe WriteTransaction(raw!)
        let (result, commits) = try body(&transaction)
        guard commits else { return result }
        do throws(LMDBError) { try transaction.commit() } catch { throw convert(error) }
        return result
    }
}
