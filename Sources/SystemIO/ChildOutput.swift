import Glibc

/// Bytes that come from a child.
struct ChildOutput {
    let pipe: Pipe
    private let limit: Int
    /// The first of them.
    private(set) var bytes: [UInt8] = []

    init(keeping limit: Int) throws(SystemError) {
        pipe = try Pipe()
        self.limit = limit
    }

    /// Reads what there is; the pipe must have something, or be at its end.
    mutating func receive() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe read(pipe.reading, $0.baseAddress!, $0.count)
        }
        if Descriptor.interrupted(count) { return }
        guard count > 0 else { return pipe.closeReading() }
        bytes.append(contentsOf: buffer[..<min(count, limit - bytes.count)])
    }
}
