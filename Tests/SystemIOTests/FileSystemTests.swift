import Foundation
import SystemIO
import Testing

struct FileSystemTests {
    @Test func directories() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/store"
        #expect(!FileSystem.exists(path))
        try FileSystem.createDirectory(path)
        try FileSystem.createDirectory(path)
        #expect(FileSystem.exists(path))
        #expect(try FileSystem.isDirectory(path))
        let file = try directory.file("a", [1])
        let error = #expect(throws: SystemError.self) { try FileSystem.createDirectory(file) }
        #expect(error?.code == EEXIST)
        let orphan = #expect(throws: SystemError.self) {
            try FileSystem.createDirectory("\(directory.path)/x/y")
        }
        #expect(orphan?.isMissing == true)
    }

    @Test func renameAndRemove() throws {
        let directory = try TemporaryDirectory()
        let first = try directory.file("a", [1])
        let second = try directory.file("b", [2])
        try FileSystem.rename(first, to: second)
        #expect(!FileSystem.exists(first))
        #expect(try FileBytes.read(path: second) == [1])
        try FileSystem.remove(second)
        #expect(throws: SystemError.self) { try FileSystem.remove(second) }
        #expect(throws: SystemError.self) { try FileSystem.rename(second, to: first) }
    }

    /// A key's file: new or not at all, and for its owner.
    @Test func newFilesAreNeverOldOnes() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/key"
        try FileSystem.writeNew([1, 2], to: path, mode: 0o600)
        #expect(try FileBytes.read(path: path) == [1, 2])
        #expect(try !FileSystem.isOpenToOthers(path))
        let again = #expect(throws: SystemError.self) {
            try FileSystem.writeNew([3], to: path, mode: 0o600)
        }
        #expect(again?.code == EEXIST)
        #expect(try FileBytes.read(path: path) == [1, 2])
        for mode in [0o640, 0o604, 0o610, 0o601] as [mode_t] {
            #expect(unsafe chmod(path, mode) == 0)
            #expect(try FileSystem.isOpenToOthers(path), "\(String(mode, radix: 8))")
        }
        // A name that is taken is not followed either.
        let link = "\(directory.path)/link"
        #expect(unsafe symlink("\(directory.path)/elsewhere", link) == 0)
        #expect(throws: SystemError.self) {
            try FileSystem.writeNew([3], to: link, mode: 0o600)
        }
        #expect(!FileSystem.exists("\(directory.path)/elsewhere"))
    }

    @Test func synchronize() throws {
        let directory = try TemporaryDirectory()
        try FileSystem.synchronize(directory.file("a", [1]))
        try FileSystem.synchronize(directory.path)
        #expect(throws: SystemError.self) { try FileSystem.synchronize("\(directory.path)/b") }
    }

    @Test func writeAtomically() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/a"
        for bytes in [[1, 2, 3], [], [UInt8](repeating: 9, count: 1_000_000)] as [[UInt8]] {
            try FileSystem.writeAtomically(bytes, to: path)
            #expect(try FileBytes.read(path: path) == bytes)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a"])
        // A directory cannot be replaced by a file; nothing is left behind.
        try FileSystem.createDirectory("\(directory.path)/d")
        let error = #expect(throws: SystemError.self) {
            try FileSystem.writeAtomically([1], to: "\(directory.path)/d")
        }
        #expect(error?.path == "\(directory.path)/d")
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: directory.path)) == ["a", "d"])
    }

    @Test func sparseFilesTakeLittle() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("a", [UInt8](repeating: 1, count: 8_192))
        try FileSystem.synchronize(path)
        let full = try FileSystem.allocatedBytes(at: path)
        let status = unsafe truncate(path, 1 << 30)
        #expect(status == 0)
        #expect(try FileSystem.allocatedBytes(at: path) < full + (1 << 20))
    }

    @Test func volumes() throws {
        #expect(try FileSystem.freeBytes(at: "/") > 0)
        #expect(try FileSystem.kind(at: "/proc").magic == 0x9FA0)
        #expect(try !FileSystem.kind(at: "/proc").isNetwork)
        #expect(throws: SystemError.self) { try FileSystem.freeBytes(at: "/nonexistent") }
    }

    @Test(
        arguments: [
            (0x6969, true, "nfs"), (0xFF53_4D42, true, "cifs"), (0xFE53_4D42, true, "smb2"),
            (0x517B, true, "smb"), (0x0102_1997, true, "9p"), (0x6573_5546, true, "fuse"),
            (0xEF53, false, "ext4"), (0x0102_1994, false, "tmpfs"), (0x1234, false, "0x1234"),
        ] as [(UInt32, Bool, String)])
    func kinds(magic: UInt32, isNetwork: Bool, name: String) {
        let kind = FileSystem.Kind(magic: magic)
        #expect(kind.isNetwork == isNetwork)
        #expect(kind.description == name)
    }
}
