import Glibc

/// The floor under every durable write: appends 4 KiB to a file and waits for the disk.
public final class SyncProbe {
    private let descriptor: Descriptor
    private let path: String
    private let block = [UInt8](repeating: 0x5A, count: 4_096)

    /// Makes the file.
    public init(path: String) throws(SystemError) {
        descriptor = try Descriptor(path, O_WRONLY | O_CREAT | O_APPEND, action: "open the probe")
        self.path = path
    }

    /// One append and one `fdatasync`.
    public func append() throws(SystemError) {
        let written = unsafe block.withUnsafeBytes {
            unsafe write(descriptor.number, $0.baseAddress, $0.count)
        }
        guard written == block.count, fdatasync(descriptor.number) == 0 else {
            throw SystemError.last("append to the probe", path)
        }
    }
}
