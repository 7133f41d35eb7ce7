import LMDB
import Testing

/// One file takes another's place under the protocol of LMDB's lock file.
@Suite struct ExclusiveAccessTests {
    let directory = TemporaryDirectory()

    /// Commits so many times, each time the number of the commit.
    private func commit(_ count: Int, in path: String) throws {
        let environment = try Environment(path: path)
        for number in 1...count {
            try environment.update {
                try $0.put(try $0.database("numbers"), [1], [UInt8(number)])
            }
        }
    }

    private func alone() throws -> ExclusiveAccess {
        guard let access = try ExclusiveAccess.acquire(path: directory.path, waiting: .zero) else {
            throw LMDBError(code: 16, call: "somebody has a directory of this test open")
        }
        return access
    }

    private func number(in path: String) throws -> [UInt8]? {
        let environment = try Environment(path: path)
        return try environment.known("numbers").flatMap { try environment.bytes($0, [1]) }
    }

    /// LMDB chooses the meta page by the parity of the transaction that its lock file names: both
    /// parities of the old file's and the new one's must do.
    @Test(arguments: [2, 3], [4, 5]) func theNewFileIsRead(old: Int, new: Int) throws {
        let other = TemporaryDirectory()
        try commit(old, in: directory.path)
        try commit(new, in: other.path)
        let access = try alone()
        #expect(Environment.isOpen(directory.path))
        try access.replaceData(by: "\(other.path)/data.mdb")
        #expect(!Environment.isOpen(directory.path))
        #expect(try number(in: directory.path) == [UInt8(new)])
        try commit(1, in: directory.path)
        #expect(try number(in: directory.path) == [1])
    }

    @Test func whatIsNotThereIsAnErrorAndLeavesTheFile() throws {
        try commit(3, in: directory.path)
        #expect(throws: LMDBError.self) {
            try alone().replaceData(by: "\(directory.path)/nothing")
        }
        #expect(try number(in: directory.path) == [3])
        #expect(throws: LMDBError.self) {
            _ = try ExclusiveAccess.acquire(path: "/no/such/directory", waiting: .zero)
        }
    }

    @Test func takingAnOpenEnvironmentTraps() async {
        await #expect(processExitsWith: .failure) {
            let directory = TemporaryDirectory()
            let environment = try Environment(path: directory.path)
            _ = try ExclusiveAccess.acquire(path: directory.path, waiting: .zero)
            withExtendedLifetime(environment) {}
        }
    }
}
