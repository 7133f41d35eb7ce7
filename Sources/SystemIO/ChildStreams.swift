import Glibc

/// The standard streams of a child; one that is not named here is the caller's.
struct ChildStreams {
    /// Standard descriptors that lead to `/dev/null`.
    var silent: [Int32] = []
    var input: ChildInput?
    var output: ChildOutput?
    var errors: ChildOutput?

    /// The child's ends of the pipes, and their numbers there.
    var farEnds: [(end: Int32, number: Int32)] {
        [
            (input?.pipe.reading, STDIN_FILENO), (output?.pipe.writing, STDOUT_FILENO),
            (errors?.pipe.writing, STDERR_FILENO),
        ].compactMap { end, number in end.map { ($0, number) } }
    }

    /// Whether bytes may still go either way.
    var isOpen: Bool { nearEnds.contains { $0 >= 0 } }

    private var nearEnds: [Int32] {
        [input?.pipe.writing ?? -1, output?.pipe.reading ?? -1, errors?.pipe.reading ?? -1]
    }

    /// Lets go of what only the child needs, once it has it: the end of its output is seen then.
    func closeFarEnds() {
        output?.pipe.closeWriting()
        errors?.pipe.closeWriting()
    }

    /// Moves what can be moved, and waits for it if that is nothing yet.
    mutating func exchange(milliseconds: Int64) {
        var states = nearEnds.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        states[0].events = Int16(POLLOUT)
        // poll(2) passes over negative numbers.
        let ready = unsafe states.withUnsafeMutableBufferPointer {
            unsafe poll($0.baseAddress!, nfds_t($0.count), Int32(milliseconds))
        }
        guard ready > 0 else { return }
        if states[0].revents != 0 { input?.send() }
        if states[1].revents != 0 { output?.receive() }
        if states[2].revents != 0 { errors?.receive() }
    }

    /// Reads what the pipes hold now.
    mutating func drain() {
        input?.pipe.closeWriting()
        // A pipe holds 64 KiB, and a mebibyte if a user enlarges it (pipe(7)).
        for _ in 0..<16 where isOpen { exchange(milliseconds: 0) }
    }
}
