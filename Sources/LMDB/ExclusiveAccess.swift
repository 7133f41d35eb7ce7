internal import CLMDB
internal import Glibc

/// The certainty that nobody has an environment open, in this process or another, while it lasts.
///
/// LMDB has no such call; its protocol has the means. A process that opens an environment for
/// writing locks the first byte of `lock.mdb` (fcntl) before it opens `data.mdb`, shared, until it
/// closes it (`mdb_env_setup_locks` and `mdb_env_excl_lock` in LMDB 0.9.24's mdb.c). Who gets that
/// lock exclusively is alone, and who comes then waits in LMDB's own `F_SETLKW`.
///
/// These locks belong to the process: closing any descriptor of `lock.mdb` gives them all back.
/// Nothing else here may open that file meanwhile, so the directory counts as open.
@safe public struct ExclusiveAccess: ~Copyable {
    /// The directory.
    public let path: String
    private let lock: CInt
    private let identity: String

    private init(path: String, lock: CInt, identity: String) {
        self.path = path
        self.lock = lock
        self.identity = identity
    }

    deinit {
        close(lock)
        Environment.unregister(identity)
    }

    /// Waits until nobody has the environment open, looking every 10 ms; nil if that did not come
    /// to pass in time.
    ///
    /// - Precondition: this process does not have it open itself.
    public static func acquire(
        path: String, waiting: Duration
    ) throws(LMDBError) -> ExclusiveAccess? {
        let identity = try Environment.register(path)
        let lock = unsafe open("\(path)/lock.mdb", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else {
            let error = LMDBError(code: errno, call: "open lock.mdb")
            Environment.unregister(identity)
            throw error
        }
        let access = ExclusiveAccess(path: path, lock: lock, identity: identity)
        let deadline = ContinuousClock.now + waiting
        while true {
            var range = flock()
            range.l_type = Int16(F_WRLCK)
            range.l_whence = Int16(SEEK_SET)
            range.l_len = 1
            if unsafe fcntl(lock, F_SETLK, &range) == 0 { return access }
            guard errno == EACCES || errno == EAGAIN || errno == EINTR else {
                throw LMDBError(code: errno, call: "fcntl lock.mdb")
            }
            guard ContinuousClock.now < deadline else { return nil }
            usleep(10_000)
        }
    }

    /// Puts another file in the place of `data.mdb`, durably, then lets those in who wait.
    ///
    /// `lock.mdb` names the newest transaction of the file that it was made for, and a process that
    /// waits would take that for the new file's: it would read a wrong meta page and overwrite the
    /// right one. So the lock file is emptied first, and made anew for the new file by opening it
    /// before the lock is given back. Who gets in between because this process was killed finds an
    /// empty lock file, and opening fails without harm.
    ///
    /// - Parameter file: beside the environment, on the same file system, and on the disk already.
    public consuming func replaceData(by file: String) throws(LMDBError) {
        guard ftruncate(lock, 0) == 0 else {
            throw LMDBError(code: errno, call: "ftruncate lock.mdb")
        }
        try Calls.run("rename data.mdb") {
            unsafe rename(file, "\(path)/data.mdb") == 0 ? 0 : errno
        }
        let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(directory) }
        guard directory >= 0, fsync(directory) == 0 else {
            throw LMDBError(code: errno, call: "fsync \(path)")
        }
        let opened = unsafe try Environment.open(path: path, options: Environment.Options())
        unsafe mdb_env_close(opened.raw)
    }
}
