import Glibc

/// Writes whole buffers to standard output and error.
public enum StandardStream: Sendable {
    /// Where data goes.
    case output
    /// Where messages and progress go.
    case error

    /// Writes all bytes at once; a reader that went away ends the program, as pipes do.
    public func write(_ bytes: [UInt8]) {
        let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var start = 0
            while start < buffer.count {
                let count = unsafe Glibc.write(
                    descriptor, buffer.baseAddress! + start, buffer.count - start)
                if count > 0 {
                    start += count
                } else if errno != EINTR {
                    let reason = SystemError(
                        code: errno, path: "standard output", action: "write")
                    // Of standard error nobody can be told: it is what one tells people with.
                    if self == .output { Self.error.write("error: \(reason)\n") }
                    exit(74)
                }
            }
        }
    }

    /// Writes a text.
    public func write(_ text: String) { write(Array(text.utf8)) }
}

/// What an interrupt from the keyboard does.
public enum Interrupt {
    /// Makes a file that may not grow (`ulimit -f`) an error of the write, not the program's end.
    public static func fileSizeLimitIsAnError() {
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Ends the program with code 130. LMDB drops an unfinished commit; the last acknowledged one
    /// is on the disk.
    public static func exitsWith130() {
        signal(SIGINT) { _ in _exit(130) }
    }
}

/// The environment of the process.
public enum ProcessEnvironment {
    /// A variable's value; nil where it is not set or empty.
    public static func value(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// The variables whose names begin with a text.
    public static func values(prefix: String) -> [String: String] {
        var values: [String: String] = [:]
        var entry = unsafe environ
        while let pair = unsafe entry.pointee {
            let text = unsafe String(cString: pair)
            if text.hasPrefix(prefix), let equals = text.firstIndex(of: "=") {
                values[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return values
    }
}
