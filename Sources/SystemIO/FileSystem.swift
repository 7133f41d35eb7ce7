import Glibc

/// The few operations on files and directories that a store needs.
public enum FileSystem {
    /// Whether something has this name; a link that leads nowhere has not.
    public static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// Makes a directory (mode 0755). One that is there already is no error; its parent must be.
    public static func createDirectory(_ path: String) throws(SystemError) {
        if unsafe mkdir(path, 0o755) == 0 { return }
        let failure = SystemError.last("create the directory", path)
        guard failure.code == EEXIST, try isDirectory(path) else { throw failure }
    }

    /// Whether the path names a directory.
    public static func isDirectory(_ path: String) throws(SystemError) -> Bool {
        try status(path).st_mode & S_IFMT == S_IFDIR
    }

    /// Bytes of disk that a file takes, which for a sparse file is less than its length.
    public static func allocatedBytes(at path: String) throws(SystemError) -> Int {
        // POSIX leaves the unit open; Linux counts in 512 bytes whatever the block size is.
        try Int(status(path).st_blocks) * 512
    }

    /// Gives a file another name; one that has the name already is replaced in the same step.
    public static func rename(_ path: String, to target: String) throws(SystemError) {
        guard unsafe Glibc.rename(path, target) == 0 else {
            throw .last("rename to \(target)", path)
        }
    }

    /// Gives a file a second name, which must be free.
    public static func link(_ path: String, to name: String) throws(SystemError) {
        guard unsafe Glibc.link(path, name) == 0 else { throw .last("link to \(name)", path) }
    }

    /// Removes a file or an empty directory.
    public static func remove(_ path: String) throws(SystemError) {
        guard unsafe Glibc.remove(path) == 0 else { throw .last("remove", path) }
    }

    /// Returns when a file's contents, or a directory's names, have reached the disk.
    ///
    /// A new, renamed or removed file is durable only once its directory is synchronised too.
    ///
    /// - Complexity: one flush of the disk's cache, 0.3 to 5 ms.
    public static func synchronize(_ path: String) throws(SystemError) {
        let file = try Descriptor(path, O_RDONLY, action: "synchronize")
        try synchronize(file.number, path)
    }

    static func synchronize(_ descriptor: Int32, _ path: String) throws(SystemError) {
        var result: Int32 = 0
        repeat { result = fsync(descriptor) } while Descriptor.interrupted(result)
        guard result == 0 else { throw .last("synchronize", path) }
    }

    static func status(_ path: String) throws(SystemError) -> stat {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .last("examine", path) }
        return status
    }
}
