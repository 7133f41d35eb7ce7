import Glibc

/// A new file on its way: written beside its name, and on the disk before it takes the name.
///
/// A draft that is let go leaves nothing behind. One whose process was killed stays under
/// `NAME.draft`, takes no name, and is written over by the next draft for the same name.
public final class FileDraft {
    /// Where the draft lies until it is published.
    public let path: String
    /// How many bytes were written.
    public private(set) var byteCount = 0
    private let target: String
    private let file: Descriptor
    private var buffer: [UInt8] = []
    private var isPublished = false

    /// Bytes that are gathered before the system is called.
    private static let bufferSize = 1 << 20

    /// Begins a file, which only its owner can read until it is finished.
    ///
    /// - Throws: ``SystemError`` with `EBUSY` if another process writes a draft for this name.
    public init(for target: String) throws(SystemError) {
        self.target = target
        path = "\(target).draft"
        file = try Self.claim(path, for: target)
        buffer.reserveCapacity(Self.bufferSize)
    }

    deinit {
        if !isPublished { unsafe unlink(path) }
    }

    /// Opens the draft and locks it against others; one that a killed process left is emptied.
    private static func claim(_ path: String, for target: String) throws(SystemError) -> Descriptor
    {
        while true {
            let file = try Descriptor(path, O_RDWR | O_CREAT, mode: 0o600, action: "write")
            guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
                throw SystemError(code: EBUSY, path: target, action: "write")
            }
            // Between opening and locking its owner may have published it: then this is not the
            // draft any more but the file.
            var (opened, named) = (stat(), stat())
            guard unsafe fstat(file.number, &opened) == 0 else { throw .last("write", path) }
            if unsafe stat(path, &named) != 0 || named.st_ino != opened.st_ino { continue }
            guard ftruncate(file.number, 0) == 0, fchmod(file.number, 0o600) == 0 else {
                throw .last("write", path)
            }
            return file
        }
    }

    /// Appends bytes.
    public func write(_ bytes: RawSpan) throws(SystemError) {
        if buffer.count + bytes.byteCount > Self.bufferSize { try flush() }
        unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
        byteCount += bytes.byteCount
    }

    private func flush() throws(SystemError) {
        try FileSystem.write(buffer, to: file.number, target)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Gives the file its permissions and returns when all of it is on the disk.
    ///
    /// The page cache is asked to forget it, so that who reads the draft to check it reads the disk.
    public func finish(mode: UInt32) throws(SystemError) {
        try flush()
        guard fchmod(file.number, mode) == 0 else { throw .last("set the permissions", target) }
        try FileSystem.synchronize(file.number, target)
        _ = posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
    }

    /// Takes over the name, from a file that has it already too, and makes that durable.
    ///
    /// - Precondition: ``finish(mode:)`` returned.
    public func publish() throws(SystemError) {
        precondition(buffer.isEmpty, "the draft is finished")
        try FileSystem.rename(path, to: target)
        isPublished = true
        try FileSystem.synchronize(FileSystem.directory(of: target))
    }
}
