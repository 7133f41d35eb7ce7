import LMDB

/// The calls of the tests, without the conversion of errors.
extension Environment {
    /// Runs `body` in a write transaction and commits.
    @discardableResult
    func update<Result>(_ body: (inout WriteTransaction) throws -> Result) throws -> Result {
        try write(
            { (transaction) throws in (result: try body(&transaction), commits: true) },
            orThrow: { $0 as any Error })
    }

    /// Runs `body` on a view of the newest commit.
    func look<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        try read({ (transaction) throws in try body(transaction) }, orThrow: { $0 as any Error })
    }

    /// A database that is there.
    func known(_ name: String) throws -> Database? { try look { try $0.database(name) } }

    /// Whether a database is there.
    func holds(_ name: String) throws -> Bool { try known(name) != nil }

    /// A copy of a value.
    func bytes(_ table: Database, _ key: [UInt8]) throws -> [UInt8]? {
        try look { try $0.bytes(table, key) }
    }

    /// All entries.
    func entries(_ table: Database) throws -> [Entry] { try look { try $0.entries(table) } }

    /// Number of entries.
    func count(_ table: Database) throws -> Int { try look { try $0.count(table) } }

    /// A database that is made if it is not there.
    func table(_ name: String = "table") throws -> Database {
        try update { try $0.database(name) }
    }
}

extension Transaction where Self: ~Copyable {
    /// A copy of a value.
    func bytes(_ database: Database, _ key: [UInt8]) throws(LMDBError) -> [UInt8]? {
        guard let span = try value(database, key) else { return nil }
        return copy(span)
    }

    /// All entries from a key on.
    func entries(_ database: Database, from key: [UInt8] = []) throws -> [Entry] {
        var found: [Entry] = []
        try scan(
            database, from: key,
            { (key, value) throws in
                found.append(Entry(key: copy(key), value: copy(value)))
                return true
            }, orThrow: { $0 as any Error })
        return found
    }
}

/// A key and its value.
struct Entry: Equatable {
    var key: [UInt8]
    var value: [UInt8]
}

/// The bytes of a span.
func copy(_ span: RawSpan) -> [UInt8] { unsafe span.withUnsafeBytes { unsafe Array($0) } }
