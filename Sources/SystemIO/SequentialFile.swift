import Glibc

/// Reads a file from its beginning to its end, piece by piece, in bounded memory.
public struct SequentialFile: ~Copyable {
    /// The file's name.
    public let path: String
    /// How long the file was when it was opened.
    public let byteCount: Int
    /// How many bytes were read.
    public private(set) var offset = 0
    private let file: Descriptor
    private var buffer: [UInt8] = []
    /// The piece read last, in the buffer.
    private var piece = 0..<0

    /// Bytes asked of the system at once.
    private static let bufferSize = 1 << 20

    /// Opens a file.
    ///
    /// - Throws: ``SystemError``; `EINVAL` for what is no regular file, whose length none knows.
    public init(path: String) throws(SystemError) {
        let file = try Descriptor(path, O_RDONLY, action: "read")
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else { throw .last("read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let code = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
            throw SystemError(code: code, path: path, action: "read")
        }
        self.file = file
        self.path = path
        byteCount = Int(status.st_size)
    }

    /// How many bytes are left.
    public var remaining: Int { byteCount - offset }

    /// The piece read last.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { unsafe buffer.span.bytes.extracting(piece) }
    }

    /// Reads the next `count` bytes; false if the file ends before.
    ///
    /// - Complexity: O(count); memory for the longest piece, which the file's length bounds.
    public mutating func read(_ count: Int) throws(SystemError) -> Bool {
        guard count >= 0, count <= remaining else { return false }
        if piece.upperBound + count > buffer.count {
            buffer.removeSubrange(0..<piece.upperBound)
            piece = 0..<0
            while buffer.count < count {
                guard try fill(max(count - buffer.count, Self.bufferSize)) else { return false }
            }
        }
        piece = piece.upperBound..<piece.upperBound + count
        offset += count
        return true
    }

    /// Reads up to `room` bytes more; false at the end of the file.
    private mutating func fill(_ room: Int) throws(SystemError) -> Bool {
        var received = 0
        let number = file.number
        buffer.append(addingCapacity: room) { (output: inout OutputSpan<UInt8>) in
            unsafe output.withUnsafeMutableBufferPointer { target, count in
                repeat {
                    received = unsafe Glibc.read(number, target.baseAddress!, room)
                } while Descriptor.interrupted(received)
                count = max(received, 0)
            }
        }
        guard received >= 0 else { throw .last("read", path) }
        return received > 0
    }
}
