import Glibc

extension ChildProcess {
    /// Starts a program, exchanges bytes with it until it ends or its time is over, and reaps it.
    static func run(
        _ executable: String, _ arguments: [String], _ streams: ChildStreams, ownGroup: Bool,
        limit: Duration
    ) throws(SystemError) -> Outcome {
        var streams = streams
        let deadline = SystemClock.deadline(after: limit)
        let child = try unsafe start(executable, arguments, streams, ownGroup: ownGroup)
        streams.closeFarEnds()
        let end = attend(child, &streams, until: deadline, ownGroup: ownGroup)
        return Outcome(
            end: end, output: streams.output?.bytes ?? [], errors: streams.errors?.bytes ?? [])
    }

    @unsafe private static func start(
        _ executable: String, _ arguments: [String], _ streams: ChildStreams, ownGroup: Bool
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (end, number) in streams.farEnds {
            unsafe posix_spawn_file_actions_adddup2(&actions, end, number)
        }
        for number in streams.silent {
            unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Threads of a pool block signals, and a child inherits that.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        // Group 0 is one with the child's own number.
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | (ownGroup ? POSIX_SPAWN_SETPGROUP : 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var words = unsafe ([executable] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var child: pid_t = 0
        let code = Pipe.whileNoneIsMade {
            unsafe posix_spawn(&child, executable, &actions, &attributes, &words, environ)
        }
        guard code == 0 else {
            throw SystemError(code: code, path: executable, action: "start the program")
        }
        return child
    }

    private static func attend(
        _ child: pid_t, _ streams: inout ChildStreams, until deadline: Int64, ownGroup: Bool
    ) -> End {
        while true {
            if let end = end(of: child) {
                // Not to the end of the pipes: a grandchild may hold them for ever.
                streams.drain()
                return end
            }
            let left = deadline - SystemClock.monotonicNanoseconds()
            guard left > 0 else { break }
            streams.exchange(milliseconds: min(left / 1_000_000 + 1, streams.isOpen ? 5 : 1))
        }
        // The child is not reaped yet: its number, and its group's, are still its own.
        kill(ownGroup ? -child : child, SIGKILL)
        // One that hangs inside the kernel, on a dead file server, does not end even so.
        let patience = SystemClock.deadline(after: .seconds(1))
        while end(of: child) == nil, SystemClock.monotonicNanoseconds() < patience { usleep(500) }
        streams.drain()
        return .timedOut
    }

    /// How a child ended; nil while it runs.
    private static func end(of child: pid_t) -> End? {
        var status: Int32 = 0
        let result = unsafe waitpid(child, &status, WNOHANG)
        if result == child {
            let signal = status & 0x7F
            return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
        }
        // Somebody else waited for it: how it ended is not known, which is not success.
        return result < 0 && errno != EINTR ? .signalled(0) : nil
    }
}
