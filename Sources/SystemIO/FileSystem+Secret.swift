import Glibc

/// Files that must not be lost or read by others: keys.
extension FileSystem {
    /// Writes a new file; one that has the name already is never touched.
    ///
    /// - Parameter mode: the rights, of which the process's umask takes some away.
    /// - Throws: ``SystemError`` with `EEXIST` if something has the name. A file that could not be
    ///   written whole is removed again.
    /// - Complexity: O(bytes), and two flushes of the disk's cache.
    public static func writeNew(
        _ bytes: [UInt8], to path: String, mode: UInt32
    ) throws(SystemError) {
        let file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode, action: "write")
        do throws(SystemError) {
            try write(bytes, to: file.number, path)
            try synchronize(file.number, path)
            try synchronize(directory(of: path))
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Whether users other than the owner have any right to a file.
    public static func isOpenToOthers(_ path: String) throws(SystemError) -> Bool {
        try status(path).st_mode & (S_IRWXG | S_IRWXO) != 0
    }
}
