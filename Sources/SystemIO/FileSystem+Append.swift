import Glibc

extension FileSystem {
    /// Appends a line to a file that several processes write, and returns when it is on the disk.
    ///
    /// The file is made (mode 0644) if it is not there; its directory must be. The line and its
    /// newline are one write under a lock on the file (flock(2)). A last line that a crash left
    /// without its newline gets one first, so that this line stays one of its own.
    ///
    /// - Parameters:
    ///   - line: without its newline.
    ///   - path: a regular file, or a link to one.
    ///   - waiting: how long another process may hold the lock.
    /// - Precondition: no newline is in the line.
    /// - Complexity: O(line), and a flush of the disk's cache.
    public static func appendLine(
        _ line: [UInt8], to path: String, waiting: Duration
    ) throws(FileLockError) {
        precondition(!line.contains(0x0A), "a line holds no newline")
        let file = try lockedFile(path, waiting: waiting)
        do throws(SystemError) {
            let length = Int(try status(file.number, path).st_size)
            let start: [UInt8] = try isTorn(file, path, length) ? [0x0A] : []
            try append(start + line + [0x0A], file, path, after: length)
            try synchronize(file.number, path)
            // The line is written: a directory that may not be read is no reason to write it again.
            if length == 0 { try? synchronize(directory(of: path)) }
        } catch {
            throw .system(error)
        }
    }

    private static func lockedFile(
        _ path: String, waiting: Duration
    ) throws(FileLockError) -> Descriptor {
        let deadline = SystemClock.deadline(after: waiting)
        repeat {
            let file = try regularFile(path)
            try FileLock.lock(file, path, waiting: waiting)
            // While it waited, the file may have been rotated away or removed.
            if let opened = try? status(file.number, path), let named = try? status(path),
                named.st_dev == opened.st_dev, named.st_ino == opened.st_ino
            {
                return file
            }
        } while SystemClock.monotonicNanoseconds() < deadline
        throw .busy(path: path)
    }

    private static func regularFile(_ path: String) throws(FileLockError) -> Descriptor {
        do throws(SystemError) {
            let file = try Descriptor(
                path, O_RDWR | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK, action: "append")
            guard try status(file.number, path).st_mode & S_IFMT == S_IFREG else {
                throw SystemError(code: ENOTSUP, path: path, action: "append")
            }
            return file
        } catch {
            throw .system(error)
        }
    }

    /// Writes in one call. A part that had no room is taken back, which is possible as long as
    /// nobody wrote past the lock.
    private static func append(
        _ bytes: [UInt8], _ file: borrowing Descriptor, _ path: String, after length: Int
    ) throws(SystemError) {
        let number = file.number
        var count = 0
        repeat {
            count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(number, $0.baseAddress!, $0.count)
            }
        } while Descriptor.interrupted(count)
        if count == bytes.count { return }
        // Only a full disk, or a limit, ends a write to a file early.
        let failure =
            count < 0
            ? SystemError.last("append", path)
            : SystemError(code: ENOSPC, path: path, action: "append")
        if count > 0, try status(number, path).st_size == length + count {
            _ = ftruncate(number, length)
        }
        throw failure
    }

    /// Whether the last line has no newline.
    private static func isTorn(
        _ file: borrowing Descriptor, _ path: String, _ length: Int
    ) throws(SystemError) -> Bool {
        guard length > 0 else { return false }
        var byte: UInt8 = 0
        var count = 0
        repeat {
            count = unsafe pread(file.number, &byte, 1, length - 1)
        } while Descriptor.interrupted(count)
        guard count >= 0 else { throw .last("read", path) }
        return count == 1 && byte != 0x0A
    }

    private static func status(_ number: Int32, _ path: String) throws(SystemError) -> stat {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw .last("examine", path) }
        return status
    }
}
