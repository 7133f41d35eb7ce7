import Glibc

extension FileSystem {
    /// What the system knows of a file.
    public struct Status: Equatable, Sendable {
        /// The permissions: the lowest twelve bits of the mode.
        public let permissions: UInt32
        /// The user who owns it.
        public let user: UInt32
        /// The group that owns it.
        public let group: UInt32
        /// Its length in bytes.
        public let byteCount: Int
        /// Its number on its device: another file under the same name has another one.
        public let number: UInt64
        /// When its contents changed last, nanoseconds since 1970 UTC.
        public let changedAt: Int64
    }

    /// Examines a file or directory.
    public static func status(at path: String) throws(SystemError) -> Status {
        let status = try status(path)
        return Status(
            permissions: UInt32(status.st_mode) & 0o7777, user: status.st_uid,
            group: status.st_gid, byteCount: Int(status.st_size), number: UInt64(status.st_ino),
            changedAt: Int64(status.st_mtim.tv_sec) &* 1_000_000_000
                &+ Int64(status.st_mtim.tv_nsec))
    }

    /// Whether the name itself is a file: no directory, device, pipe or link.
    public static func isRegularFile(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether two paths lead to the same file or directory.
    public static func isSame(_ path: String, _ other: String) -> Bool {
        guard let first = try? status(path), let second = try? status(other) else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// Gives a file or directory its permissions.
    public static func setPermissions(_ permissions: UInt32, at path: String) throws(SystemError) {
        guard unsafe chmod(path, permissions) == 0 else {
            throw .last("set the permissions", path)
        }
    }

    /// Gives a file to a user and a group, where it is not theirs already.
    ///
    /// - Throws: ``SystemError`` `EPERM` where only root may.
    public static func setOwner(
        user: UInt32, group: UInt32, at path: String
    ) throws(SystemError) {
        let known = try status(at: path)
        if known.user == user, known.group == group { return }
        guard unsafe chown(path, user, group) == 0 else { throw .last("give away", path) }
    }
}
