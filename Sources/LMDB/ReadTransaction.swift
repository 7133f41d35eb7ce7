internal import CLMDB

/// A view of one commit, which later commits do not change.
///
/// Pins the pages of its commit: keep it short, a long scan takes a new one now and then.
@safe public struct ReadTransaction: ~Copyable, Transaction {
    /// The transaction inside.
    public let handle: TransactionHandle

    init(_ raw: OpaquePointer) { unsafe handle = TransactionHandle(raw: raw) }

    deinit { unsafe mdb_txn_abort(handle.raw) }
}

extension Environment {
    /// Opens databases that exist, for the environment's life; nil if one of them does not.
    ///
    /// A handle opened in a transaction lasts only if that transaction commits, a reading one too.
    public func databases(_ names: [String]) throws(LMDBError) -> [Database]? {
        checkProcess()
        var raw: OpaquePointer?
        try unsafe Calls.check(
            "mdb_txn_begin", mdb_txn_begin(self.raw, nil, UInt32(MDB_RDONLY), &raw))
        var databases: [Database] = []
        for name in names {
            var database = MDB_dbi()
            let code = unsafe mdb_dbi_open(raw, name, 0, &database)
            guard code == 0 else {
                unsafe mdb_txn_abort(raw)
                if code == MDB_NOTFOUND { return nil }
                throw LMDBError(code: code, call: "mdb_dbi_open")
            }
            databases.append(Database(handle: database, name: name))
        }
        try unsafe Calls.check("mdb_txn_commit", mdb_txn_commit(raw))
        return databases
    }

    /// Runs `body` on a view of the newest commit.
    ///
    /// - Complexity: about 1 µs beside `body`. Readers wait for nobody.
    public func read<Result: ~Copyable, Failure: Error>(
        _ body: (borrowing ReadTransaction) throws(Failure) -> Result,
        orThrow convert: (LMDBError) -> Failure
    ) throws(Failure) -> Result {
        checkProcess()
        var raw: OpaquePointer?
        let code = unsafe mdb_txn_begin(self.raw, nil, UInt32(MDB_RDONLY), &raw)
        guard code == 0 else { throw convert(LMDBError(code: code, call: "mdb_txn_begin")) }
        let transaction = unsafe ReadTransaction(raw!)
        return try body(transaction)
    }
}
