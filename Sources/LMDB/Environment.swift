internal import CLMDB
internal import Glibc
internal import Synchronization

/// One LMDB file: a directory with `data.mdb` and `lock.mdb`.
///
/// Rules that LMDB sets and this type keeps:
/// - a file is opened once in a process: a second opening would break the first one's locks, and
///   traps;
/// - nothing is used after `fork`: it traps;
/// - read transactions are tied to their objects, not to threads (`MDB_NOTLS`);
/// - a write transaction begins and ends on one thread, which a synchronous closure ensures.
@safe public final class Environment: @unchecked Sendable {
    let raw: OpaquePointer
    /// The directory.
    public let path: String
    /// Whether only reading is possible.
    public let isReadOnly: Bool
    /// Bytes of address space reserved for the file; the file itself grows as needed.
    public let mapSize: Int
    private let process = getpid()
    private let identity: String

    /// The address space asked for first: every process asks for the same.
    public static let preferredMapSize = 1 << 40

    /// How an environment is opened.
    public struct Options: Sendable {
        /// Open for reading only.
        public var isReadOnly = false
        /// Do not wait for the disk. Only for a scratch file that is synced before it is used.
        public var isVolatile = false
        /// Open a file that is shorter than the pages it counts. Only where the missing ones are
        /// known to be free: LMDB does not write pages that a commit took and gave up again.
        public var acceptsShortFile = false
        /// Most named databases.
        public var databases: UInt32 = 8
        /// Most reading transactions at a time, over all processes.
        public var readers: UInt32 = 1_024

        /// The defaults: durable, for writing.
        public init() {}
    }

    /// Opens a directory that exists; makes the files in it if they do not.
    ///
    /// - Throws: ``LMDBError`` with LMDB's or the system's code.
    public convenience init(path: String, options: Options = Options()) throws(LMDBError) {
        let identity = try Self.register(path)
        do throws(LMDBError) {
            let (raw, mapSize) = try unsafe Self.open(path: path, options: options)
            unsafe self.init(
                adopting: raw, path: path, mapSize: mapSize, identity: identity,
                isReadOnly: options.isReadOnly)
        } catch {
            Self.unregister(identity)
            throw error
        }
        // Reading beyond the end of a file that was cut would be a SIGBUS.
        guard options.acceptsShortFile || !isCut else { throw Self.shortFile }
        if !options.isReadOnly { reapReaders() }
    }

    private init(
        adopting raw: OpaquePointer, path: String, mapSize: Int, identity: String, isReadOnly: Bool
    ) {
        unsafe self.raw = raw
        self.path = path
        self.mapSize = mapSize
        self.identity = identity
        self.isReadOnly = isReadOnly
    }

    deinit {
        // A forked child must not touch its parent's locks.
        guard getpid() == process else { return }
        unsafe mdb_env_close(raw)
        Self.unregister(identity)
    }

    static func open(
        path: String, options: Options
    ) throws(LMDBError) -> (raw: OpaquePointer, mapSize: Int) {
        var mapSize = preferredMapSize
        while true {
            do throws(LMDBError) {
                return try unsafe (open(path: path, options: options, mapSize: mapSize), mapSize)
            } catch {
                // Address space may be limited (containers, `ulimit -v`): take what there is.
                guard error.code == ENOMEM, mapSize > 1 << 30 else { throw error }
                mapSize /= 4
            }
        }
    }

    private static func open(
        path: String, options: Options, mapSize: Int
    ) throws(LMDBError) -> OpaquePointer {
        var raw: OpaquePointer?
        try Calls.look("mdb_env_create") { unsafe mdb_env_create(&raw) }
        var flags = UInt32(MDB_NOTLS)
        if options.isReadOnly { flags |= UInt32(MDB_RDONLY) }
        if options.isVolatile { flags |= UInt32(MDB_NOSYNC) }
        do throws(LMDBError) {
            try Calls.look("mdb_env_set_mapsize") { unsafe mdb_env_set_mapsize(raw, mapSize) }
            try Calls.look("mdb_env_set_maxreaders") {
                unsafe mdb_env_set_maxreaders(raw, options.readers)
            }
            try Calls.look("mdb_env_set_maxdbs") {
                unsafe mdb_env_set_maxdbs(raw, options.databases)
            }
            try Calls.look("mdb_env_open") { unsafe mdb_env_open(raw, path, flags, 0o644) }
        } catch {
            unsafe mdb_env_close(raw)
            throw error
        }
        return unsafe raw!
    }

    /// The error of a file that is shorter than the pages it counts.
    public static let shortFile = LMDBError(code: MDB_CORRUPTED, call: "stat data.mdb")

    /// Whether the file is shorter than the pages that its newest commit counts.
    private var isCut: Bool {
        // First the pages, then the length: a writer may be adding both meanwhile.
        let used = usedBytes
        var status = stat()
        guard unsafe stat("\(path)/data.mdb", &status) == 0 else { return true }
        // A new file holds its two meta pages only, which `usedBytes` counts.
        return Int(status.st_size) < used
    }

    func checkProcess() {
        precondition(
            getpid() == process, "the store \(path) was opened before fork and used after it")
    }
}

extension Environment {
    /// The directories that are open, and a descriptor of each: while one is held, the system gives
    /// the number of a directory that was removed to no new one.
    private static let opened = Mutex<[String: Int32]>([:])

    /// Enters a directory into the list of open ones, by device and inode: paths may differ.
    static func register(_ path: String) throws(LMDBError) -> String {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBError(code: errno, call: "open") }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw LMDBError(code: code, call: "stat")
        }
        let identity = "\(status.st_dev):\(status.st_ino)"
        opened.withLock { opened in
            precondition(
                opened[identity] == nil, "the store \(path) is open in this process already")
            opened[identity] = descriptor
        }
        return identity
    }

    static func unregister(_ identity: String) {
        let descriptor = opened.withLock { $0.removeValue(forKey: identity) }
        if let descriptor { close(descriptor) }
    }

    /// Whether a directory is open in this process.
    public static func isOpen(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        let identity = "\(status.st_dev):\(status.st_ino)"
        return opened.withLock { $0[identity] != nil }
    }

    /// LMDB's version, as loaded: `0.9.24`.
    public static var version: String {
        var (major, minor, patch): (CInt, CInt, CInt) = (0, 0, 0)
        _ = unsafe mdb_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }

    /// Bytes of the map in use.
    public var usedBytes: Int {
        checkProcess()
        var info = unsafe MDB_envinfo()
        var statistics = MDB_stat()
        // Neither can fail on an environment that is open.
        guard unsafe mdb_env_info(raw, &info) == 0, unsafe mdb_env_stat(raw, &statistics) == 0
        else { return 0 }
        return unsafe (info.me_last_pgno + 1) * Int(statistics.ms_psize)
    }

    /// Frees the slots of readers whose processes died: they would pin old pages for ever.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func reapReaders() -> Int {
        checkProcess()
        var count: CInt = 0
        // A failure leaves the slots as they are: the next look finds them.
        _ = Calls.result(writes: false) { unsafe mdb_reader_check(raw, &count) }
        return Int(count)
    }

    /// Writes everything to the disk; needed only for a volatile environment.
    public func sync() throws(LMDBError) {
        checkProcess()
        try Calls.run("mdb_env_sync") { unsafe mdb_env_sync(raw, 1) }
    }

    /// Copies the file, as of now, into the directory `path`, without its free pages.
    public func copy(to path: String) throws(LMDBError) {
        checkProcess()
        try Calls.run("mdb_env_copy2") { unsafe mdb_env_copy2(raw, path, UInt32(MDB_CP_COMPACT)) }
    }
}
