import Glibc

/// A directory of a test's own, removed with the files of an environment when the test lets it go.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/datafile-tests-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let made = unsafe mkdtemp(buffer.baseAddress!) else {
                fatalError("no temporary directory: errno \(errno)")
            }
            return unsafe String(cString: made)
        }
    }

    deinit {
        let names = [
            "data.mdb", "lock.mdb", "copy/data.mdb", "copy/lock.mdb", "copy",
        ]
        for name in names {
            unsafe remove("\(path)/\(name)")
        }
        unsafe rmdir(path)
    }
}
