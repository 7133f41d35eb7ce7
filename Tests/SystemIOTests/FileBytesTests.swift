import Foundation
import SystemIO
import Testing

struct FileBytesTests {
    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000])
    func wholeFiles(count: Int) throws {
        let directory = try TemporaryDirectory()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131) }
        #expect(try FileBytes.read(path: directory.file("a", bytes)) == bytes)
    }

    /// Their length is said to be 0 until they are read.
    @Test func filesOfTheKernel() throws {
        #expect(try !FileBytes.read(path: "/proc/self/status").isEmpty)
    }

    @Test func pipes() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/pipe"
        let status = unsafe mkfifo(path, 0o600)
        #expect(status == 0)
        let bytes = [UInt8](repeating: 7, count: 300_000)
        let writer = Thread { FileHandle(forWritingAtPath: path)!.write(Data(bytes)) }
        writer.start()
        #expect(try FileBytes.read(path: path) == bytes)
    }

    @Test func aMissingFileIsToldApart() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/none"
        let error = #expect(throws: SystemError.self) { try FileBytes.read(path: path) }
        #expect(error?.isMissing == true)
        #expect(error?.code == ENOENT)
        #expect(
            error?.description
                == "\(path): cannot read: no such file or directory; check the name")
        let file = try directory.file("a", [])
        let below = #expect(throws: SystemError.self) { try FileBytes.read(path: file + "/b") }
        #expect(below?.isMissing == true)
    }

    @Test func aDirectoryIsNoFile() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: SystemError.self) { try FileBytes.read(path: directory.path) }
        #expect(error?.code == EISDIR)
        #expect(error?.isMissing == false)
    }

    @Test func noPermission() throws {
        guard getuid() != 0 else { return print("skipped: root may read everything") }
        let directory = try TemporaryDirectory()
        let path = try directory.file("a", [1])
        unsafe chmod(path, 0)
        let error = #expect(throws: SystemError.self) { try FileBytes.read(path: path) }
        #expect(error?.code == EACCES)
    }

    @Test func endlessInputStopsAtTheLimit() throws {
        let error = #expect(throws: SystemError.self) {
            try FileBytes.read(path: "/dev/zero", limit: 1_000_000)
        }
        #expect(error?.code == EFBIG)
    }
}
