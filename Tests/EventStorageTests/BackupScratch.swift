import Digest
import EventFormat
import EventStorage
import Glibc
import LMDB
import SystemIO
import Testing

/// A directory for stores and backups of one test, removed at its end.
final class BackupScratch {
    let path: String

    init() {
        var template = Array("/tmp/backup-tests-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let made = unsafe mkdtemp(buffer.baseAddress!) else {
                fatalError("no temporary directory: errno \(errno)")
            }
            return unsafe String(cString: made)
        }
    }

    deinit { try? FileSystem.removeTree(path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// What lies in the directory, but for stores and backups that were asked for.
    func leftovers(besides known: [String]) throws -> [String] {
        try FileSystem.names(in: path).filter { !known.contains($0) }
    }

    /// Makes a store; two of one id are the same store as far as anybody can tell.
    func create(_ name: String, id: UInt8 = 0x5A) throws -> EventStore {
        try EventStore.create(
            path: file(name), clock: .simulated,
            id: EventID([UInt8](repeating: id, count: 16).rawSpan), now: someTime,
            options: TemporaryDirectory.options())
    }

    func open(_ name: String) throws -> EventStore {
        try EventStore(path: file(name), options: TemporaryDirectory.options())
    }

    /// Restores backups to a store.
    @discardableResult
    func restore(
        _ names: [String], to store: String, _ replacing: Restoration.Replacement = .never
    ) throws -> Restoration {
        try EventStore.restore(
            names.map(file), to: file(store), replacing: replacing,
            options: TemporaryDirectory.options())
    }

    /// What restoring fails with; it must fail.
    func refusal(
        _ names: [String], to store: String, _ replacing: Restoration.Replacement = .never
    ) -> EventStoreError? {
        do {
            try restore(names, to: store, replacing)
            return nil
        } catch {
            return error as? EventStoreError
        }
    }

    func read(_ name: String) throws -> [UInt8] { try FileBytes.read(path: file(name)) }

    /// Writes a file without waiting for the disk: thousands of them are written.
    func write(_ bytes: [UInt8], to name: String) throws {
        let descriptor = unsafe Glibc.open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let written = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        #expect(written == bytes.count)
    }

    /// All entries of a closed store's databases but those of projections.
    func entries(_ name: String) throws -> [String: [[UInt8]]] {
        var options = Environment.Options()
        options.isVolatile = true
        let names = [
            Keys.Database.events, Keys.Database.index, Keys.Database.tree, Keys.Database.meta,
        ]
        return try Environment(path: file(name), options: options).read(
            { (transaction) throws in
                var all: [String: [[UInt8]]] = [:]
                for name in names {
                    guard let database = try transaction.database(name) else { continue }
                    try transaction.scan(
                        database, from: [],
                        { (key, value) throws in
                            all[name, default: []].append(key.copy() + [0xFF] + value.copy())
                            return true
                        }, orThrow: { $0 as any Error })
                }
                return all
            }, orThrow: { $0 as any Error })
    }
}

/// Appends commits of one to four events of all kinds: JSON, keys, columns of several days.
func fillLog(_ store: EventStore, commits: Range<Int>, seed: UInt64 = 1) throws -> [StoreHead] {
    var heads: [StoreHead] = []
    for number in commits {
        var random = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(number))
        heads.append(
            try store.append(at: someTime + Int64(number)) { commit in
                for index in 0...Int.random(in: 0..<4, using: &random) {
                    let stream = Make.stream(["a", "b", "c"].randomElement(using: &random)!)
                    let event =
                        switch Int.random(in: 0..<3, using: &random) {
                        case 0: Make.json(number * 10 + index)
                        case 1:
                            Make.json(
                                number,
                                key: [UInt8(number & 0xFF), UInt8(number >> 8), UInt8(index)])
                        default:
                            Make.candles(
                                day: Int32.random(in: -4...4, using: &random),
                                rows: Int.random(in: 1...9, using: &random), first: number)
                        }
                    try commit.append(event, to: stream, expecting: .any)
                }
            }.receipt.head)
    }
    return heads
}
