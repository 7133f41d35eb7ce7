import Foundation
import SystemIO
import Testing

struct FileLockTests {
    @Test func twoDescriptorsExcludeEachOther() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/lock"
        let first = try FileLock.acquire(path: path)
        #expect(throws: FileLockError.busy(path: path)) { try FileLock.acquire(path: path) }
        first.close()
        first.close()
        let second = try FileLock.acquire(path: path)
        withExtendedLifetime(second) {}
    }

    @Test func deinitGivesItBack() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/lock"
        do {
            let lock = try FileLock.acquire(path: path)
            withExtendedLifetime(lock) {}
        }
        #expect(throws: Never.self) { try FileLock.acquire(path: path) }
    }

    @Test func waitingEndsAtTheDeadline() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/lock"
        let holder = try FileLock.acquire(path: path)
        let start = SystemClock.monotonicNanoseconds()
        #expect(throws: FileLockError.busy(path: path)) {
            try FileLock.acquire(path: path, waiting: .milliseconds(80))
        }
        let waited = SystemClock.monotonicNanoseconds() - start
        #expect(waited >= 80_000_000)
        #expect(waited < 10_000_000_000)
        holder.close()
    }

    @Test func waitingSucceedsOnceItIsFree() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/lock"
        let holder = try FileLock.acquire(path: path)
        Thread.detachNewThread {
            usleep(50_000)
            holder.close()
        }
        let lock = try FileLock.acquire(path: path, waiting: .seconds(60))
        withExtendedLifetime(lock) {}
    }

    @Test func aProcessThatDiesGivesItBack() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/lock"
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/flock") else {
            return print("skipped: no flock(1)")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = ["--no-fork", path, "sleep", "600"]
        try process.run()
        // Busy as soon as the other process has it.
        while (try? FileLock.acquire(path: path)) != nil { usleep(1_000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let lock = try FileLock.acquire(path: path, waiting: .seconds(60))
        withExtendedLifetime(lock) {}
    }

    @Test func aMissingDirectoryIsASystemError() {
        let error = #expect(throws: FileLockError.self) {
            try FileLock.acquire(path: "/nonexistent/lock")
        }
        guard case .system(let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.isMissing)
    }
}
