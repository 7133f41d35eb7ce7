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
        let deadline = SystemClock.monotonicNanoseconds().addingReportingOverflow(
            nanoseconds(waiting))
        let file = try open(path)
        while true {
            let status = flock(file.number, LOCK_EX | LOCK_NB)
            if status == 0 { return FileLock(file) }
            let code = errno
            guard code == EWOULDBLOCK || code == EINTR else {
                throw .system(SystemError(code: code, path: path, action: "lock"))
            }
            let now = SystemClock.monotonicNanoseconds()
            guard deadline.overflow || now < deadline.partialValue else { throw .busy(path: path) }
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

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return whole.overflow ? .max : whole.partialValue + attoseconds / 1_000_000_000
    }
}
