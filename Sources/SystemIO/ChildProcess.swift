import Glibc

/// A program run to its end in a process of its own, so that its crash is a value here.
public enum ChildProcess {
    /// How a child ended.
    public enum End: Equatable, Sendable {
        /// With an exit code.
        case exited(Int32)
        /// By a signal: a crash, or somebody's kill.
        case signalled(Int32)
        /// It had not ended by its time, and was killed.
        case timedOut
    }

    /// What a child left behind.
    public struct Outcome: Sendable {
        /// How it ended.
        public let end: End
        /// What it wrote to standard output, if that was captured.
        public let output: [UInt8]
    }

    /// Most bytes of output that are kept; the rest is read and dropped.
    public static let maximumOutput = 1 << 20

    /// Runs a program and waits for its end. Its standard error is the caller's.
    ///
    /// - Parameters:
    ///   - executable: the path of the program.
    ///   - arguments: without the program's name.
    ///   - isCaptured: whether its standard output comes back here, and its standard input is
    ///     empty, or both are the caller's.
    ///   - limit: how long it may take; then it is killed.
    /// - Throws: ``SystemError`` if it cannot be started.
    public static func run(
        _ executable: String, _ arguments: [String], isCaptured: Bool, limit: Duration
    ) throws(SystemError) -> Outcome {
        let deadline = SystemClock.monotonicNanoseconds() + nanoseconds(limit)
        guard isCaptured else {
            let child = try unsafe spawn(executable, arguments, output: nil)
            return Outcome(end: wait(for: child, until: deadline), output: [])
        }
        var ends: (read: Int32, write: Int32) = (-1, -1)
        let status = unsafe withUnsafeMutableBytes(of: &ends) { buffer in
            unsafe pipe(buffer.assumingMemoryBound(to: Int32.self).baseAddress!)
        }
        guard status == 0 else { throw .last("make a pipe", executable) }
        for end in [ends.read, ends.write] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let source = Descriptor(owning: ends.read)
        let child: pid_t
        do {
            let sink = Descriptor(owning: ends.write)
            child = try unsafe spawn(executable, arguments, output: sink.number)
        }
        let output = read(source, until: deadline)
        return Outcome(end: wait(for: child, until: deadline), output: output)
    }

    /// The path of the running program itself.
    public static func currentExecutable() throws(SystemError) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe readlink(
                "/proc/self/exe", bytes.assumingMemoryBound(to: CChar.self).baseAddress!,
                bytes.count)
        }
        guard count > 0 else { throw .last("find the running program", "/proc/self/exe") }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        // Thirty years are enough for anybody, and do not overflow.
        let seconds = min(max(duration.components.seconds, 0), 1_000_000_000)
        return seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    }

    @unsafe private static func spawn(
        _ executable: String, _ arguments: [String], output: Int32?
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let output {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        }
        // Threads of a pool block signals, and a child inherits that.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = unsafe ([executable] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var child: pid_t = 0
        let code = unsafe posix_spawn(&child, executable, &actions, &attributes, &words, environ)
        guard code == 0 else {
            throw SystemError(code: code, path: executable, action: "start the program")
        }
        return child
    }

    private static func read(_ source: borrowing Descriptor, until deadline: Int64) -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let left = deadline - SystemClock.monotonicNanoseconds()
            guard left > 0 else { return output }
            var state = pollfd(fd: source.number, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&state, 1, Int32(min(left / 1_000_000 + 1, 60_000)))
            if ready == 0 || Descriptor.interrupted(ready) { continue }
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(source.number, $0.baseAddress!, $0.count)
            }
            if Descriptor.interrupted(count) { continue }
            guard count > 0 else { return output }
            output.append(contentsOf: buffer[..<min(count, maximumOutput - output.count)])
        }
    }

    private static func wait(for child: pid_t, until deadline: Int64) -> End {
        var isKilled = false
        while true {
            var status: Int32 = 0
            let result = unsafe waitpid(child, &status, isKilled ? 0 : WNOHANG)
            if result == child {
                if isKilled { return .timedOut }
                let signal = status & 0x7F
                return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
            }
            // Somebody else waited for it: how it ended is not known, which is not success.
            if result < 0, errno != EINTR { return .signalled(0) }
            if !isKilled, SystemClock.monotonicNanoseconds() >= deadline {
                kill(child, SIGKILL)
                isKilled = true
            } else if !isKilled {
                usleep(500)
            }
        }
    }
}

extension ChildProcess.End: CustomStringConvertible {
    /// In words: `SIGSEGV`, `exit code 2`.
    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let number): Self.names[number] ?? "signal \(number)"
        case .timedOut: "no end in time"
        }
    }

    private static let names: [Int32: String] = [
        SIGSEGV: "SIGSEGV", SIGBUS: "SIGBUS", SIGABRT: "SIGABRT", SIGILL: "SIGILL",
        SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGTERM: "SIGTERM", SIGTRAP: "SIGTRAP",
    ]
}
