internal import CLMDB

/// A view of one commit, which later commits do not change.
///
/// Pins the pages of its commit: keep it short, a long scan takes a new one now and then.
@safe public struct ReadTransaction: ~Copyable, Transaction {
    /// The transaction inside.
    public let handle: TransactionHandle

    init(_ raw: OpaquePointer) { unsafe handle = TransactionHandle(raw: raw) }

    /// Ends with a commit, which writes nothing: an abort would close the databases opened in it,
    /// and every later use of their handles would fail with EINVAL.
    deinit { _ = unsafe mdb_txn_commit(handle.raw) }

    /// A database that exists; nil if it does not.
    public func database(_ name: String) throws(LMDBError) -> Database? {
        var database = MDB_dbi()
        let code = Calls.result(writes: false) {
            unsafe mdb_dbi_open(handle.raw, name, 0, &database)
        }
        if code == MDB_NOTFOUND { return nil }
        try Calls.check("mdb_dbi_open", code)
        return Database(handle: database, name: name)
    }
}

extension Environment {
    /// Runs `body` on a view of the newest commit.
    ///
    /// - Complexity: about 1 µs beside `body`. Readers wait for nobody.
    public func read<Result: ~Copyable, Failure: Error>(
        _ body: (borrowing ReadTransaction) throws(Failure) -> Result,
        orThrow convert: (LMDBError) -> Failure
    ) throws(Failure) -> Result {
        checkProcess()
        var raw: OpaquePointer?
        var code = unsafe begin(&raw)
        // Readers that were killed keep their slots until somebody looks.
        if code == MDB_READERS_FULL, reapReaders() > 0 {
            code = unsafe begin(&raw)
        }
        guard code == 0 else { throw convert(LMDBError(code: code, call: "mdb_txn_begin")) }
        let transaction = unsafe ReadTransaction(raw!)
        return try body(transaction)
    }

    private func begin(_ raw: inout OpaquePointer?) -> CInt {
        Calls.result(writes: false) {
            unsafe mdb_txn_begin(self.raw, nil, UInt32(MDB_RDONLY), &raw)
        }
    }
}
