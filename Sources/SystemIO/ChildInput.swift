import Glibc

/// Bytes on their way to a child.
struct ChildInput {
    let pipe: Pipe
    private let bytes: [UInt8]
    private var sent = 0

    init(_ bytes: [UInt8]) throws(SystemError) {
        pipe = try Pipe()
        self.bytes = bytes
        _ = fcntl(pipe.writing, F_SETFL, O_NONBLOCK)
        if bytes.isEmpty { pipe.closeWriting() }
    }

    /// Writes what the pipe takes.
    ///
    /// The reading end stays open here too: of a child that does not read, the pipe is full then,
    /// where otherwise SIGPIPE would end this process.
    mutating func send() {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe write(pipe.writing, buffer.baseAddress! + sent, buffer.count - sent)
        }
        if count > 0 { sent += count }
        let isLost = count < 0 && errno != EINTR && errno != EAGAIN
        if isLost || sent == bytes.count { pipe.closeWriting() }
    }
}
