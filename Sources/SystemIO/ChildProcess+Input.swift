import Glibc

extension ChildProcess {
    /// Runs a program with bytes on its standard input, and waits for its end.
    ///
    /// The first ``maximumErrors`` bytes of its standard error come back. The program leads a
    /// process group of its own, so that at the limit those that it started are killed with it; a
    /// key pressed in the terminal does not reach them. What it left in the background when it
    /// ended by itself goes on, and is not waited for.
    ///
    /// A program that does not read its input is no error.
    ///
    /// - Parameters:
    ///   - executable: the path of the program.
    ///   - arguments: without the program's name.
    ///   - input: all that it can read.
    ///   - isCaptured: whether its standard output comes back here, or is discarded.
    ///   - limit: how long it may take; then the group is killed.
    /// - Throws: ``SystemError`` if it cannot be started.
    public static func run(
        _ executable: String, _ arguments: [String], input: [UInt8], isCaptured: Bool = false,
        limit: Duration
    ) throws(SystemError) -> Outcome {
        var streams = ChildStreams()
        streams.input = try ChildInput(input)
        if isCaptured {
            streams.output = try ChildOutput(keeping: maximumOutput)
        } else {
            streams.silent = [STDOUT_FILENO]
        }
        streams.errors = try ChildOutput(keeping: maximumErrors)
        return try run(executable, arguments, streams, ownGroup: true, limit: limit)
    }
}
