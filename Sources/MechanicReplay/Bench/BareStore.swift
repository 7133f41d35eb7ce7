internal import LMDB
internal import SystemIO

/// LMDB and nothing else: recorded puts, one durable commit each.
final class BareStore {
    private let environment: Environment
    private var databases: [String: Database] = [:]

    init(_ path: String, _ base: [Calls.Put]) throws {
        try FileSystem.createDirectory(path)
        environment = try Environment(path: path)
        let names = Set(base.map(\.database))
        databases = try environment.write(
            { (transaction) throws in
                var databases: [String: Database] = [:]
                for name in names.sorted() { databases[name] = try transaction.database(name) }
                return (databases, true)
            }, orThrow: { $0 as any Error })
        try commit(base)
    }

    func commit(_ puts: [Calls.Put]) throws {
        try environment.write(
            { (transaction) throws in
                for put in puts {
                    let database = databases[put.database]!
                    if let value = put.value {
                        try transaction.put(database, put.key, value, appends: put.appends)
                    } else {
                        try transaction.delete(database, put.key)
                    }
                }
                return ((), true)
            }, orThrow: { $0 as any Error })
    }
}
