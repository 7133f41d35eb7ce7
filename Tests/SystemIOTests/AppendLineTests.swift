import Foundation
import SystemIO
import Testing

/// Lines appended to a file of several writers.
struct AppendLineTests {
    private func append(_ line: String, to path: String) throws {
        try FileSystem.appendLine(Array(line.utf8), to: path, waiting: .seconds(60))
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try FileBytes.read(path: path), as: UTF8.self)
    }

    @Test func aFileIsMadeAndGrows() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/lines"
        try append("one", to: path)
        try append("", to: path)
        try append("two", to: path)
        #expect(try text(path) == "one\n\ntwo\n")
        let mask = umask(0o022)
        umask(mask)
        #expect(try FileSystem.status(at: path).permissions == 0o644 & ~mask)
    }

    @Test func aTornLastLineIsEnded() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("lines", Array("whole\n{\"to".utf8))
        try append("next", to: path)
        try append("last", to: path)
        #expect(try text(path) == "whole\n{\"to\nnext\nlast\n")
    }

    @Test func refusalsAreErrors() throws {
        let directory = try TemporaryDirectory()
        let missing = #expect(throws: FileLockError.self) {
            try append("x", to: "\(directory.path)/no/lines")
        }
        #expect(missing?.description.contains("check the name") == true)
        #expect(throws: FileLockError.self) { try append("x", to: directory.path) }
        // Of a pipe nobody would know whether the line was read.
        let pipe = "\(directory.path)/pipe"
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        let refusal = SystemError(code: ENOTSUP, path: pipe, action: "append")
        #expect(throws: FileLockError.system(refusal)) { try append("x", to: pipe) }
    }

    @Test func aLockThatIsHeldIsWaitedForAndGivenUp() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("lines", [])
        let holder = try FileLock.acquire(path: path)
        #expect(throws: FileLockError.busy(path: path)) {
            try FileSystem.appendLine([0x61], to: path, waiting: .milliseconds(50))
        }
        #expect(try text(path).isEmpty)
        holder.close()
        try append("a", to: path)
        #expect(try text(path) == "a\n")
    }

    @Test func aFileRotatedAwayWhileItWaitedIsLeftAlone() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("lines", Array("old\n".utf8))
        let holder = try FileLock.acquire(path: path)
        Thread.detachNewThread {
            usleep(100_000)
            try? FileSystem.rename(path, to: path + ".1")
            try? FileSystem.writeAtomically(Array("first\n".utf8), to: path)
            holder.close()
        }
        try append("new", to: path)
        #expect(try text(path) == "first\nnew\n")
        #expect(try text(path + ".1") == "old\n")
    }

    @Test func whatHadNoRoomIsTakenBack() throws {
        // The limit of a file's size holds for a whole process: it is set for a short moment, at a
        // length that no other test writes in it.
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/lines"
        _ = try directory.file("lines", [])
        try #require(unsafe truncate(path, 3 << 30) == 0)
        try append("room", to: path)
        let length = (3 << 30) + 6
        #expect(try FileSystem.status(at: path).byteCount == length)
        signal(SIGXFSZ, SIG_IGN)
        var former = rlimit()
        unsafe getrlimit(__rlimit_resource_t(1), &former)
        var tight = rlimit(rlim_cur: rlim_t(length + 3), rlim_max: former.rlim_max)
        unsafe setrlimit(__rlimit_resource_t(1), &tight)
        let error = #expect(throws: FileLockError.self) { try append("no room", to: path) }
        unsafe setrlimit(__rlimit_resource_t(1), &former)
        #expect(error?.description.contains("free some space") == true)
        #expect(try FileSystem.status(at: path).byteCount == length)
    }

    @Test func linesOfManyWritersStayWhole() async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/lines"
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<2 {
                group.addTask {
                    for number in 0..<200 {
                        let filler = String(repeating: "x", count: number * 13 % 700)
                        try? append("\(writer) \(number) \(filler) end", to: path)
                    }
                }
            }
        }
        let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 401 && lines.last?.isEmpty == true)
        var next = [0, 0]
        for line in lines.dropLast() {
            let words = line.split(separator: " ")
            try #require(words.count >= 3)
            let writer = try #require(Int(words[0]))
            #expect(Int(words[1]) == next[writer] && words.last == "end")
            next[writer] += 1
        }
        #expect(next == [200, 200])
    }
}
