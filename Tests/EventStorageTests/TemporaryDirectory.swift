import Glibc

/// A directory of a test's own, removed with the files of a store when the test lets it go.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/store-tests-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let made = unsafe mkdtemp(buffer.baseAddress!) else {
                fatalError("no temporary directory: errno \(errno)")
            }
            return unsafe String(cString: made)
        }
    }

    deinit {
        for name in ["data.mdb", "lock.mdb", "writer.lock", "trusted", "link"] {
            unsafe unlink("\(path)/\(name)")
        }
        unsafe rmdir(path)
    }
}
