import Glibc
import Synchronization

/// A pipe to or from a child process; its ends are −1 once they are closed.
final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    /// Held while a pipe is made and while a child is started: without pipe2(2), which Swift's
    /// Glibc does not show, a child of another thread could inherit an end and keep it open.
    private static let making = Mutex(())

    init() throws(SystemError) {
        var ends: (reading: Int32, writing: Int32) = (-1, -1)
        let failure: SystemError? = Self.making.withLock { _ in
            let status = unsafe withUnsafeMutableBytes(of: &ends) { buffer in
                unsafe pipe(buffer.assumingMemoryBound(to: Int32.self).baseAddress!)
            }
            guard status == 0 else { return .last("make a pipe", "a child's standard streams") }
            for end in [ends.reading, ends.writing] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return nil
        }
        if let failure { throw failure }
        (reading, writing) = ends
    }

    deinit {
        closeReading()
        closeWriting()
    }

    func closeReading() { Self.close(&reading) }

    func closeWriting() { Self.close(&writing) }

    /// Runs what starts a child.
    static func whileNoneIsMade(_ start: () -> Int32) -> Int32 {
        making.withLock { _ in start() }
    }

    private static func close(_ end: inout Int32) {
        if end >= 0 { Glibc.close(end) }
        end = -1
    }
}
