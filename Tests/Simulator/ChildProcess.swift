internal import Glibc
internal import StoreModel
internal import SystemIO

/// This program once more, with other arguments, its standard output coming here.
final class ChildProcess {
    /// How it ended.
    enum Ending: Equatable { case exited(Int32), killed(signal: Int32) }

    /// The process.
    let identifier: pid_t
    private let output: Int32
    private var received: [UInt8] = []
    /// Whether more may come.
    private(set) var isOpen = true

    init(_ arguments: [String]) throws {
        var ends: [Int32] = [-1, -1]
        let piped = unsafe ends.withUnsafeMutableBufferPointer {
            unsafe pipe($0.baseAddress!)
        }
        try require(piped == 0, "no pipe: errno \(errno)")
        // Other children must not keep the writing end open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        output = ends[0]
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        var words = unsafe (["simulator"] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var identifier = pid_t()
        let status = unsafe posix_spawn(
            &identifier, "/proc/self/exe", &actions, nil, &words, environ)
        close(ends[1])
        self.identifier = identifier
        if status != 0 { close(output) }
        try require(status == 0, "cannot start a worker: errno \(status)")
    }

    deinit { close(output) }

    /// The complete lines received so far.
    var lines: [String] {
        let whole = received.lastIndex(of: UInt8(ascii: "\n")).map { received[...$0] } ?? []
        return String(decoding: whole, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Listens until a time has passed or the child closed its output.
    func listen(microseconds: Int64) {
        let end = SystemClock.monotonicNanoseconds() + microseconds * 1_000
        while isOpen {
            let left = max(0, (end - SystemClock.monotonicNanoseconds()) / 1_000)
            var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            // poll counts in milliseconds: the rest is slept.
            if unsafe poll(&descriptor, 1, Int32(left / 1_000)) > 0 {
                receive()
            } else if left < 1_000 {
                usleep(UInt32(left))
                return
            }
        }
    }

    /// Ends it as a power button would.
    func kill() { Glibc.kill(identifier, SIGKILL) }

    /// Listens to the end, and waits for it.
    func wait() -> Ending {
        while isOpen { receive() }
        var status: Int32 = 0
        while unsafe waitpid(identifier, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
    }

    private func receive() {
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        let count = unsafe chunk.withUnsafeMutableBytes {
            unsafe read(output, $0.baseAddress, $0.count)
        }
        if count > 0 {
            received += chunk[..<count]
        } else if count == 0 || errno != EINTR {
            isOpen = false
        }
    }
}
