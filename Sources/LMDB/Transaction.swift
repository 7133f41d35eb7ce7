internal import CLMDB

/// A named database of an environment: a sorted map from bytes to bytes.
public struct Database: Sendable {
    let handle: MDB_dbi
    /// Its name.
    public let name: String
}

/// What a transaction is inside; says nothing outside this room.
@safe public struct TransactionHandle {
    let raw: OpaquePointer
}

/// Reading, as both kinds of transactions do it.
///
/// Spans point into the map: they live no longer than the borrow of the transaction, and writing
/// needs exclusive access to it, so a span can never be seen after the page under it changed.
public protocol Transaction: ~Copyable {
    /// The transaction inside.
    var handle: TransactionHandle { get }
}

extension Transaction where Self: ~Copyable {
    /// The value of a key, in place; nil if there is none.
    ///
    /// - Complexity: O(log entries), no copy.
    @_lifetime(borrow self)
    public func value(_ database: Database, _ key: [UInt8]) throws(LMDBError) -> RawSpan? {
        try value(database, key, orThrow: { $0 })
    }

    /// The value of a key, with an error of the caller's: a `catch` cannot return a span.
    @_lifetime(borrow self)
    public func value<Failure: Error>(
        _ database: Database, _ key: [UInt8], orThrow convert: (LMDBError) -> Failure
    ) throws(Failure) -> RawSpan? {
        var value = unsafe MDB_val()
        let code = unsafe key.withUnsafeBufferPointer { buffer in
            var key = unsafe MDB_val(
                mv_size: buffer.count,
                mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
            return Calls.result(writes: false) {
                unsafe mdb_get(handle.raw, database.handle, &key, &value)
            }
        }
        if code == MDB_NOTFOUND { return nil }
        guard code == 0 else { throw convert(LMDBError(code: code, call: "mdb_get")) }
        let bytes = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        return unsafe _overrideLifetime(bytes.bytes, borrowing: self)
    }

    /// Number of entries.
    public func count(_ database: Database) throws(LMDBError) -> Int {
        var statistics = MDB_stat()
        try Calls.look("mdb_stat") {
            unsafe mdb_stat(handle.raw, database.handle, &statistics)
        }
        return statistics.ms_entries
    }

    /// Number of named databases.
    public func databaseCount() throws(LMDBError) -> Int {
        var main = MDB_dbi()
        try Calls.check("mdb_dbi_open", unsafe mdb_dbi_open(handle.raw, nil, 0, &main))
        return try count(Database(handle: main, name: ""))
    }

    /// Calls `body` with every entry from `key` on, ascending, until it returns false.
    ///
    /// - Complexity: O(log entries) to start, O(1) for each entry.
    public func scan<Failure: Error>(
        _ database: Database, from key: [UInt8],
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(Failure) -> Bool,
        orThrow convert: (LMDBError) -> Failure
    ) throws(Failure) {
        let cursor: OpaquePointer
        do throws(LMDBError) {
            unsafe cursor = try open(database)
        } catch {
            throw convert(error)
        }
        defer { unsafe mdb_cursor_close(cursor) }
        var (found, value) = unsafe (MDB_val(), MDB_val())
        var code = unsafe key.withUnsafeBufferPointer { buffer in
            unsafe found.mv_size = buffer.count
            unsafe found.mv_data = UnsafeMutableRawPointer(mutating: buffer.baseAddress)
            // An empty key is no key to LMDB; it means "from the first entry" here.
            let operation = buffer.isEmpty ? MDB_FIRST : MDB_SET_RANGE
            return Calls.result(writes: false) {
                unsafe mdb_cursor_get(cursor, &found, &value, operation)
            }
        }
        while code == 0 {
            let keyBytes = unsafe UnsafeRawBufferPointer(start: found.mv_data, count: found.mv_size)
            let bytes = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
            guard try unsafe body(keyBytes.bytes, bytes.bytes) else { return }
            code = Calls.result(writes: false) {
                unsafe mdb_cursor_get(cursor, &found, &value, MDB_NEXT)
            }
        }
        if code != MDB_NOTFOUND {
            throw convert(LMDBError(code: code, call: "mdb_cursor_get"))
        }
    }

    /// The last key below `key`; nil if there is none. An empty `key` asks for the very last.
    ///
    /// - Complexity: O(log entries).
    public func lastKey(_ database: Database, below key: [UInt8]) throws(LMDBError) -> [UInt8]? {
        let cursor = unsafe try open(database)
        defer { unsafe mdb_cursor_close(cursor) }
        var (found, value) = unsafe (MDB_val(), MDB_val())
        var code = unsafe key.withUnsafeBufferPointer { buffer in
            unsafe found.mv_size = buffer.count
            unsafe found.mv_data = UnsafeMutableRawPointer(mutating: buffer.baseAddress)
            let operation = buffer.isEmpty ? MDB_LAST : MDB_SET_RANGE
            return Calls.result(writes: false) {
                unsafe mdb_cursor_get(cursor, &found, &value, operation)
            }
        }
        if !key.isEmpty {
            // After a hit one step back; after a miss every key is below.
            let operation = code == MDB_NOTFOUND ? MDB_LAST : MDB_PREV
            if code == 0 || code == MDB_NOTFOUND {
                code = Calls.result(writes: false) {
                    unsafe mdb_cursor_get(cursor, &found, &value, operation)
                }
            }
        }
        if code == MDB_NOTFOUND { return nil }
        try Calls.check("mdb_cursor_get", code)
        return unsafe Array(UnsafeRawBufferPointer(start: found.mv_data, count: found.mv_size))
    }

    private func open(_ database: Database) throws(LMDBError) -> OpaquePointer {
        var cursor: OpaquePointer?
        try Calls.look("mdb_cursor_open") {
            unsafe mdb_cursor_open(handle.raw, database.handle, &cursor)
        }
        return unsafe cursor!
    }
}
