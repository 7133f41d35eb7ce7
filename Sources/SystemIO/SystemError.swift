import Glibc

/// A refusal of the operating system, as a person can act on it.
public struct SystemError: Error, Equatable, Sendable {
    /// The error number: `ENOENT`, `EACCES`, …
    public let code: Int32
    /// The file or directory; `-` is standard input.
    public let path: String
    /// What was tried: `read`, `create the directory`.
    public let action: String

    /// An error with a known number.
    public init(code: Int32, path: String, action: String) {
        self.code = code
        self.path = path
        self.action = action
    }

    /// The error that the last call of this thread left in `errno`.
    static func last(_ action: String, _ path: String) -> SystemError {
        SystemError(code: errno, path: path, action: action)
    }

    /// Whether the named file does not exist: a wrong name, where others are a broken machine.
    public var isMissing: Bool { code == ENOENT || code == ENOTDIR }

    /// Whether there is no room left, on the disk or in the user's share of it.
    public var isFull: Bool { code == ENOSPC || code == EDQUOT }
}

extension SystemError: CustomStringConvertible {
    /// What happened to which path, and what to do about it.
    public var description: String {
        "\(path): cannot \(action): \(reason)" + (remedy.map { "; \($0)" } ?? "")
    }

    private var reason: String {
        unsafe String(cString: strerror(code)).lowercased()
    }

    private var remedy: String? {
        switch code {
        case ENOENT: "check the name"
        case ENOTDIR: "a part of the path is a file: check the name"
        case EACCES, EPERM: "check the owner and the permissions (ls -l)"
        case EISDIR: "name a file inside it"
        case ENOSPC, EDQUOT: "free some space and try again"
        case EROFS: "choose a directory on a writable file system"
        case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
        case EFBIG: "split the file"
        case EIO: "the disk may be failing: look at dmesg"
        default: nil
        }
    }
}
