import Glibc

/// Whole files as bytes.
public enum FileBytes {
    /// The name that stands for standard input.
    public static let standardInput = "-"

    /// Most bytes read at once, unless the caller says otherwise: 4 GiB.
    public static let limit = 1 << 32

    /// Reads a whole file, a pipe, or standard input (`-`).
    ///
    /// - Parameter limit: most bytes to hold; a longer input throws `EFBIG`, so that an endless
    ///   pipe cannot eat the machine's memory.
    /// - Throws: ``SystemError``; ``SystemError/isMissing`` if there is no such input.
    /// - Complexity: one copy out of the page cache, about 0.2 ns a byte.
    public static func read(path: String, limit: Int = limit) throws(SystemError) -> [UInt8] {
        if path == standardInput { return try read(0, hint: 0, limit: limit, path: path) }
        let file = try Descriptor(path, O_RDONLY, action: "read")
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else { throw .last("read", path) }
        // Reading a directory fails too, but opening it first and saying so is clearer.
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw SystemError(code: EISDIR, path: path, action: "read")
        }
        let size = Int(status.st_size)
        guard size <= limit else { throw SystemError(code: EFBIG, path: path, action: "read") }
        return try read(file.number, hint: size, limit: limit, path: path)
    }

    private static func read(
        _ descriptor: Int32, hint: Int, limit: Int, path: String
    ) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        // One byte more than the file holds: the read that finds the end then needs no new room.
        bytes.reserveCapacity(hint + 1)
        while true {
            let room = max(bytes.capacity - bytes.count, 1 << 16)
            var received = 0
            bytes.append(addingCapacity: room) { (output: inout OutputSpan<UInt8>) in
                unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                    repeat {
                        received = unsafe Glibc.read(descriptor, buffer.baseAddress!, buffer.count)
                    } while Descriptor.interrupted(received)
                    count = max(received, 0)
                }
            }
            guard received >= 0 else { throw .last("read", path) }
            if received == 0 { return bytes }
            guard bytes.count <= limit else {
                throw SystemError(code: EFBIG, path: path, action: "read")
            }
        }
    }
}
