import Glibc

/// Where a program's output goes: to a person's terminal, or to a file or pipe.
public enum Terminal: Sendable {
    /// Standard output.
    case output
    /// Standard error.
    case error

    private var descriptor: Int32 {
        switch self {
        case .output: STDOUT_FILENO
        case .error: STDERR_FILENO
        }
    }

    /// Whether a terminal shows it.
    public var isTerminal: Bool { isatty(descriptor) == 1 }

    /// The terminal's width in characters; nil if there is no terminal or it does not say.
    public var width: Int? {
        var size = winsize()
        let status = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size)
        return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }
}
