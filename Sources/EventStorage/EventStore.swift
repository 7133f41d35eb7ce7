internal import Digest
public import EventFormat
internal import LMDB
public import Logging
internal import Synchronization
internal import SystemIO

/// An append-only event store in one directory: one writer, any number of reading processes.
///
/// ```swift
/// let store = try EventStore(path: "mechanic.store")
/// try store.append(at: SystemClock.microseconds()) { commit in
///     try commit.append(event, to: stream, expecting: .exactly(version))
/// }
/// try store.read { view in try view.event(at: GlobalPosition(1)) }
/// ```
/// An append acknowledged is on the disk. See `Concurrency` for the rules of `read` and `append`.
public final class EventStore: Sendable {
    /// The directory.
    public let path: String
    /// What the store is.
    public let identity: StoreIdentity
    let environment: Environment
    let databases: Databases
    let options: Options
    let writer: Mutex<WriterState>

    /// How a store is opened.
    public struct Options: Sendable {
        /// How long an append waits for another process that writes.
        public var wait: Duration = .seconds(10)
        /// Append although the clock stands more than five minutes behind the newest event.
        public var acceptsClock = false
        /// Open on a network file system, which LMDB forbids.
        public var allowsNetworkFileSystem = false
        /// Bytes of the disk that appends leave free: an append that would use them is refused.
        public var reservedDiskBytes = 16 << 20
        /// The path of the command `mechanic-replay`, which checks a store in a process of its own
        /// when the machine was started since it was last found good; nil to check in this one,
        /// where a damaged page may crash LMDB.
        public var verifier: String?
        /// Where the store says what it does: commits at `debug`, a map that fills at `warning`.
        public var logger = Logger(label: "EventStorage") { _ in SwiftLogNoOpLogHandler() }
        /// Do not wait for the disk: only for a scratch store that is thrown away.
        package var isVolatile = false
        /// Open without a look at what is known of the file: for a verification, which looks at all.
        package var isTrusted = false
        /// The machine's start; nil to ask the system.
        package var bootID: String?

        /// The defaults.
        public init() {}
    }

    /// The databases of the environment.
    struct Databases: Sendable {
        let events: Database
        let index: Database
        let tree: Database
        let projections: Database
        let meta: Database

        init(_ transaction: inout WriteTransaction) throws(LMDBError) {
            events = try transaction.database(Keys.Database.events)
            index = try transaction.database(Keys.Database.index)
            tree = try transaction.database(Keys.Database.tree)
            projections = try transaction.database(Keys.Database.projections)
            meta = try transaction.database(Keys.Database.meta)
        }

        init?(_ transaction: borrowing ReadTransaction) throws(LMDBError) {
            guard let events = try transaction.database(Keys.Database.events),
                let index = try transaction.database(Keys.Database.index),
                let tree = try transaction.database(Keys.Database.tree),
                let projections = try transaction.database(Keys.Database.projections),
                let meta = try transaction.database(Keys.Database.meta)
            else { return nil }
            self.events = events
            self.index = index
            self.tree = tree
            self.projections = projections
            self.meta = meta
        }
    }

    /// Opens a store that exists.
    ///
    /// - Throws: ``EventStoreError`` `.storeNotFound`, `.unsupportedFormat`, `.corrupted`,
    ///   `.networkFileSystem`, `.inputOutput`.
    /// - Complexity: O(1) while the machine runs; after it was started anew, or without the file
    ///   `trusted`, what came after the record there is checked: see `Concurrency`.
    public init(path: String, options: Options = Options()) throws(EventStoreError) {
        try Self.requireStore(at: path)
        // LMDB would make a new file of an empty one.
        if let length = try? FileReader(path: "\(path)/data.mdb").length(), length == 0 {
            throw EventStoreError(
                .corrupted,
                "\(path)/data.mdb is empty: restore a backup; remove it only if it never held "
                    + "anything")
        }
        try Self.refuseNetwork(path, options)
        var trust = Trust(path: path, options: options)
        if !options.isTrusted, !trust.isCurrent {
            if let verifier = options.verifier {
                try trust.checkApart(verifier, options)
                trust = Trust(path: path, options: options)
            } else {
                try Trust.checkPages(path, options)
            }
        }
        self.path = path
        self.options = options
        environment = try Self.environment(path, options)
        let environment = self.environment
        do {
            (databases, identity) = try environment.read(
                { (transaction) throws in try Self.open(transaction, path: path) },
                orThrow: { EventStoreError($0, path: path) as any Error })
        } catch let error as EventStoreError {
            throw error
        } catch let error as LMDBError {
            // A machine that fails is not a store that is damaged.
            throw EventStoreError(error, path: path)
        } catch {
            throw EventStoreError(.corrupted, "\(path): \(error)")
        }
        writer = Mutex(WriterState())
        do {
            if !options.isTrusted, let head = try read({ try trust.check($0, identity) }) {
                keepTrust(in: head)
            }
        } catch let error as EventStoreError {
            throw error
        } catch {
            throw EventStoreError(.corrupted, "\(path): \(error)")
        }
    }

    /// Makes a store in a directory, which may exist already but holds no store.
    ///
    /// - Parameters:
    ///   - clock: where its time comes from.
    ///   - id: 16 random bytes.
    ///   - now: microseconds UTC.
    public static func create(
        path: String, clock: StoreIdentity.Clock, id: EventID, now: Int64,
        options: Options = Options()
    ) throws(EventStoreError) -> EventStore {
        if FileSystem.exists("\(path)/data.mdb") {
            throw storeExists(path)
        }
        do throws(SystemError) {
            if !FileSystem.exists(path) { try FileSystem.createDirectory(path) }
        } catch {
            throw EventStoreError(.cannotCreate, error.description)
        }
        try refuseNetwork(path, options)
        let environment = try Self.environment(path, options)
        let identity = StoreIdentity(id: id, clock: clock, createdAt: now)
        let head = StoreHead(hasher: SHA256())
        let isNew: Bool
        do throws(LMDBError) {
            isNew = try environment.write(
                { (transaction) throws(LMDBError) in
                    let databases = try Databases(&transaction)
                    // Another process may have made it since the look above.
                    guard try transaction.count(databases.meta) == 0 else { return (false, false) }
                    try transaction.put(databases.meta, Keys.identity, identity.bytes)
                    try transaction.put(databases.meta, Keys.head, head.bytes)
                    return (true, true)
                }, orThrow: { $0 })
        } catch {
            throw EventStoreError(error, path: path)
        }
        guard isNew else { throw storeExists(path) }
        var trust = Trust(path: path, options: options)
        trust.keep(head, identity)
        _ = consume environment
        if !options.isVolatile { try makeNameDurable(path) }
        return try EventStore(path: path, options: options)
    }

    /// LMDB syncs the file, not the names that lead to it: a store acknowledged could be gone.
    private static func makeNameDurable(_ path: String) throws(EventStoreError) {
        do throws(SystemError) {
            try FileSystem.synchronize(path)
            try FileSystem.synchronize("\(path)/..")
        } catch {
            throw EventStoreError(.inputOutput, error.description)
        }
    }

    private static func storeExists(_ path: String) -> EventStoreError {
        EventStoreError(
            .storeExists, "there is a store at \(path) already: choose another --store")
    }

    private static func environment(
        _ path: String, _ options: Options
    ) throws(EventStoreError) -> Environment {
        var settings = Environment.Options()
        settings.isVolatile = options.isVolatile
        // LMDB writes its table of readers through a map: on a full disk that is a SIGBUS.
        if !FileSystem.exists("\(path)/lock.mdb"),
            let free = try? FileSystem.freeBytes(at: path), free < 1 << 18
        {
            throw EventStoreError(
                .diskFull, "\(path): no room on the disk to open a store: free some space")
        }
        do throws(LMDBError) {
            do throws(LMDBError) {
                return try Environment(path: path, options: settings)
            } catch {
                // Pages at the end that a commit took and gave up again were never written.
                settings.acceptsShortFile = error == Environment.shortFile && areAllPagesThere(path)
                guard settings.acceptsShortFile else { throw error }
                return try Environment(path: path, options: settings)
            }
        } catch {
            throw EventStoreError(error, path: path)
        }
    }

    private static func open(
        _ transaction: borrowing ReadTransaction, path: String
    ) throws -> (Databases, StoreIdentity) {
        let missing = EventStoreError(
            .corrupted,
            "\(path): not all parts of a store are there: it is damaged (run `mechanic-replay verify "
                + "--deep`, restore a backup), or its making was interrupted; remove it only if it "
                + "never held anything")
        guard let databases = try Databases(transaction),
            let bytes = try transaction.value(databases.meta, Keys.identity)
        else { throw missing }
        // Formats are counted: a number that no program will reach in our time is damage.
        let isLater =
            bytes.byteCount >= 4
            && (StoreIdentity.formatVersion + 1...0xFFFF).contains(bytes.load(UInt32.self, at: 0))
        do {
            return (databases, try StoreIdentity(bytes))
        } catch {
            throw EventStoreError(isLater ? .unsupportedFormat : .corrupted, "\(path): \(error)")
        }
    }

    private static func refuseNetwork(
        _ path: String, _ options: Options
    ) throws(EventStoreError) {
        guard !options.allowsNetworkFileSystem, let kind = try? FileSystem.kind(at: path),
            kind.isNetwork
        else { return }
        throw EventStoreError(
            .networkFileSystem,
            "\(path) is on a network file system (\(kind)), where LMDB's locks and map do not "
                + "hold: use a local disk, or --allow-network-filesystem at your own risk")
    }
}
