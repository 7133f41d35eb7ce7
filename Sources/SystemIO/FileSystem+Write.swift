import Glibc

extension FileSystem {
    /// Writes a file so that a reader, or a crash, sees the old contents or the new, never a part.
    ///
    /// The bytes go to a new file beside it, which takes over the name once it is on the disk.
    ///
    /// - Complexity: O(bytes), and two flushes of the disk's cache.
    /// - Parameter isDurable: whether the bytes are on the disk on return. Where they need not be,
    ///   a crash of the machine may leave an empty file, and nothing is waited for.
    public static func writeAtomically(
        _ bytes: [UInt8], to path: String, isDurable: Bool = true
    ) throws(SystemError) {
        let moment = SystemClock.monotonicNanoseconds()
        let draft = "\(path).\(getpid()).\(moment).draft"
        do throws(SystemError) {
            let file = try Descriptor(draft, O_WRONLY | O_CREAT | O_EXCL, action: "write")
            try write(bytes, to: file.number, path)
            if isDurable { try synchronize(file.number, path) }
            try rename(draft, to: path)
        } catch {
            unsafe unlink(draft)
            throw SystemError(code: error.code, path: path, action: "write")
        }
        if isDurable { try synchronize(directory(of: path)) }
    }

    static func write(
        _ bytes: [UInt8], to descriptor: Int32, _ path: String
    ) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let result = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            if Descriptor.interrupted(result) { continue }
            guard result >= 0 else { throw .last("write", path) }
            written += result
        }
    }

    /// The directory that holds a path's last part.
    public static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension FileSystem {
    /// Removes a directory and the files in it, two levels deep at most: scratch stores.
    public static func removeTree(_ path: String) throws(SystemError) {
        for name in try names(in: path) {
            let inner = "\(path)/\(name)"
            if try isDirectory(inner) {
                for file in try names(in: inner) { try remove("\(inner)/\(file)") }
            }
            try remove(inner)
        }
        try remove(path)
    }

    /// The names in a directory, without `.` and `..`.
    public static func names(in path: String) throws(SystemError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            throw SystemError.last("read the directory", path)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
