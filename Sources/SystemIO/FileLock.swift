import Glibc
import Synchronization

/// Why a lock was not given.
public enum FileLockError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process held the lock until the deadline.
    case busy(path: String)
    /// The lock file cannot be opened or locked at all.
    case system(SystemError)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .busy(let path):
            "\(path): another process holds the lock; wait for it, or find it with fuser \(path)"
        case .system(let error): error.description
        }
    }
}

/// An exclusive lock between processes, on a file made for it (flock(2)).
///
/// It stands before LMDB's own writer lock, which waits for ever. The kernel gives it back when the
/// process ends, however it ends; the file stays. Two locks on one path exclude each other inside
/// one process too.
public final class FileLock: Sendable {
    /// The open descriptor, or −1 once closed.
    private let descriptor: Atomic<Int32>

    private init(_ descriptor: consuming Descriptor) {
        self.descriptor = Atomic(descriptor.release())
    }

    deinit { close() }

    /// Takes the lock, looking every 10 ms whether it is free, until `waiting` has passed.
    ///
    /// - Throws: ``FileLockError/busy(path:)`` at the deadline.
    public static func acquire(
        path: String, waiting: Duration = .zero
    ) throws(FileLockError) -> FileLock {
        let file = try open(path)
        try lock(file, path, waiting: waiting)
        return FileLock(file)
    }

    /// Locks an open file; the lock goes with the descriptor.
    static func lock(
        _ file: borrowing Descriptor, _ path: String, waiting: Duration
    ) throws(FileLockError) {
        let deadline = SystemClock.deadline(after: waiting)
        while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else {
                throw .system(SystemError(code: code, path: path, action: "lock"))
            }
            guard SystemClock.monotonicNanoseconds() < deadline else { throw .busy(path: path) }
            usleep(10_000)
        }
    }

    /// Gives the lock back; doing so twice is harmless.
    public func close() {
        let number = descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        if number >= 0 { Glibc.close(number) }
    }

    private static func open(_ path: String) throws(FileLockError) -> Descriptor {
        do throws(SystemError) {
            return try Descriptor(path, O_RDWR | O_CREAT, action: "open the lock file")
        } catch {
            throw .system(error)
        }
    }
}
