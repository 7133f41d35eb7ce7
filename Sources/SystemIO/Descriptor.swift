import Glibc

/// An open file, closed when the value goes out of scope.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Opens a file; it is not inherited by child processes.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o644, action: String) throws(SystemError) {
        var number: Int32 = -1
        repeat {
            number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
        } while Self.interrupted(number)
        guard number >= 0 else { throw .last(action, path) }
        self.init(owning: number)
    }

    /// Takes over an open descriptor.
    init(owning number: Int32) { self.number = number }

    deinit { Glibc.close(number) }

    /// Gives the descriptor away, open.
    consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    /// Whether a call failed only because a signal came in, and is to be made again.
    static func interrupted(_ result: some SignedInteger) -> Bool { result == -1 && errno == EINTR }
}
