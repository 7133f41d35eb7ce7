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
        /// The first bytes that it wrote to standard error, if that was captured.
        public let errors: [UInt8]
    }

    /// Most bytes of output that are kept; the rest is read and dropped.
    public static let maximumOutput = 1 << 20

    /// Most bytes of standard error that are kept: enough to say why something failed.
    public static let maximumErrors = 4_096

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
        var streams = ChildStreams()
        if isCaptured {
            streams.silent = [STDIN_FILENO]
            streams.output = try ChildOutput(keeping: maximumOutput)
        }
        return try run(executable, arguments, streams, ownGroup: false, limit: limit)
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
