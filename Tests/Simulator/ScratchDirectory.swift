internal import Glibc
internal import StoreModel
internal import SystemIO

/// A directory of a case's own.
///
/// Kept when the case fails: what is in it is the evidence.
struct ScratchDirectory {
    let path: String

    init(under parent: String) throws {
        var template = Array("\(parent)/simulator-XXXXXX".utf8CString)
        path = try unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let made = unsafe mkdtemp(buffer.baseAddress!) else {
                throw Violation("no directory under \(parent): errno \(errno)")
            }
            return unsafe String(cString: made)
        }
    }

    /// Removes it with everything in it.
    func remove() { try? FileSystem.removeTree(path) }
}

extension FileSystem {
    /// Writes a file of a scratch store, without waiting for the disk.
    static func writeScratch(_ bytes: [UInt8], to path: String) throws {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try require(file >= 0, "\(path): errno \(errno)")
        defer { close(file) }
        let written = unsafe bytes.withUnsafeBytes {
            unsafe write(file, $0.baseAddress, $0.count)
        }
        try require(written == bytes.count, "\(path): \(written) of \(bytes.count) bytes written")
    }
}
