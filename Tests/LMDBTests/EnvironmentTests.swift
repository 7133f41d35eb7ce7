import Glibc
import LMDB
import Testing

/// Opening, closing, copying, and the rules whose breach traps.
@Suite struct EnvironmentTests {
    let directory = TemporaryDirectory()

    @Test func aMissingDirectoryIsAnErrorWithItsCode() {
        let error = #expect(throws: LMDBError.self) {
            _ = try Environment(path: "/tmp/there/is/no/such/directory")
        }
        #expect(error?.code == ENOENT)
        #expect(error?.description.contains("open") == true)
    }

    @Test func aFileThatIsNotOursIsAnErrorAndLeavesThePathFree() throws {
        let file = unsafe fopen("\(directory.path)/data.mdb", "w")
        for byte in 0..<Int32(20_000) { unsafe fputc(byte & 0xFF, file!) }
        unsafe fclose(file!)
        for _ in 0..<2 {
            let error = #expect(throws: LMDBError.self) {
                _ = try Environment(path: directory.path)
            }
            #expect(error?.code == LMDBError.invalid)
        }
        #expect(!Environment.isOpen(directory.path))
    }

    @Test func openIsKnownByDirectoryNotByPath() throws {
        #expect(!Environment.isOpen(directory.path))
        do {
            let environment = try Environment(path: directory.path)
            #expect(Environment.isOpen(directory.path + "/./"))
            #expect(environment.mapSize <= Environment.preferredMapSize)
            #expect(!environment.isReadOnly)
            _ = environment
        }
        #expect(!Environment.isOpen(directory.path))
        _ = try Environment(path: directory.path)
    }

    /// The system gives the number of a removed directory to the next one, but not while it is open.
    @Test func aNewDirectoryIsNotTakenForOneThatWasRemoved() throws {
        let first = try Environment(path: directory.path)
        for name in ["data.mdb", "lock.mdb"] { unsafe unlink("\(directory.path)/\(name)") }
        try #require(unsafe rmdir(directory.path) == 0)
        for _ in 0..<20 {
            let other = TemporaryDirectory()
            #expect(!Environment.isOpen(other.path))
            _ = try Environment(path: other.path)
        }
        _ = first.mapSize
    }

    @Test func openingTwiceTraps() async {
        await #expect(processExitsWith: .failure) {
            let directory = TemporaryDirectory()
            let first = try Environment(path: directory.path)
            _ = try Environment(path: directory.path)
            _ = first
        }
    }

    @Test func openingTwiceThroughALinkTraps() async {
        await #expect(processExitsWith: .failure) {
            let directory = TemporaryDirectory()
            let other = TemporaryDirectory()
            guard unsafe symlink(directory.path, "\(other.path)/link") == 0 else { return }
            let first = try Environment(path: directory.path)
            _ = try Environment(path: "\(other.path)/link")
            _ = first
        }
    }

    @Test func useAfterForkTraps() async {
        await #expect(processExitsWith: .success) {
            typealias Fork = @convention(c) () -> pid_t
            let directory = TemporaryDirectory()
            let environment = try Environment(path: directory.path)
            // Swift hides fork(2), rightly; a C library in the same process may call it all the same.
            let fork = unsafe unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)
            let child = fork()
            if child == 0 {
                _ = try? environment.look { _ in }
                _exit(0)
            }
            var status: Int32 = 0
            unsafe waitpid(child, &status, 0)
            // The low seven bits are the signal that ended the child.
            #expect(status & 0x7F != 0)
            _ = try environment.look { try $0.database("table") }
        }
    }

    @Test func aReadOnlyEnvironmentReadsAndDoesNotWrite() throws {
        try Environment(path: directory.path).update { (transaction) throws in
            try transaction.put(try transaction.database("table"), [1], [2])
        }
        var options = Environment.Options()
        options.isReadOnly = true
        let environment = try Environment(path: directory.path, options: options)
        let table = try #require(try environment.known("table"))
        #expect(try environment.bytes(table, [1]) == [2])
        #expect(throws: LMDBError.self) { try environment.update { _ in } }
    }

    @Test func aCopyHoldsTheSame() throws {
        let target = TemporaryDirectory()
        var options = Environment.Options()
        options.isVolatile = true
        let environment = try Environment(path: directory.path, options: options)
        let table = try environment.table()
        let before = environment.usedBytes
        try environment.update { (transaction) throws in
            for key in 0..<UInt8(200) {
                try transaction.put(table, [key], [UInt8](repeating: key, count: 500))
            }
        }
        #expect(environment.usedBytes > before + 100_000)
        try environment.sync()
        try environment.copy(to: target.path)
        let copy = try Environment(path: target.path)
        let copied = try #require(try copy.known("table"))
        let expected = try environment.entries(table)
        #expect(try copy.entries(copied) == expected)
    }

    @Test func theVersionIsThreeNumbers() {
        #expect(Environment.version.split(separator: ".").compactMap { Int($0) }.count == 3)
        #expect(Environment.version.hasPrefix("0.9."))
    }
}
