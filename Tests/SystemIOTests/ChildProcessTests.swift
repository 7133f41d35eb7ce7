import SystemIO
import Testing

/// Programs run in processes of their own.
@Suite struct ChildProcessTests {
    private func shell(
        _ script: String, isCaptured: Bool = true, limit: Duration = .seconds(30)
    ) throws -> ChildProcess.Outcome {
        try ChildProcess.run("/bin/sh", ["-c", script], isCaptured: isCaptured, limit: limit)
    }

    @Test func theOutputAndTheExitCodeComeBack() throws {
        let outcome = try shell("printf 'a\\nb'; exit 7")
        #expect(outcome.end == .exited(7))
        #expect(outcome.output == Array("a\nb".utf8))
        #expect(try shell("exit 0", isCaptured: false).end == .exited(0))
    }

    @Test(arguments: [(Int32(11), "SIGSEGV"), (7, "SIGBUS"), (6, "SIGABRT"), (9, "SIGKILL")])
    func aSignalIsNamed(_ number: Int32, _ name: String) throws {
        let end = try shell("kill -\(number) $$").end
        #expect(end == .signalled(number))
        #expect(end.description == name)
    }

    @Test func aHangEndsAtItsTime() throws {
        #expect(try shell("exec sleep 1000", limit: .milliseconds(50)).end == .timedOut)
        #expect(
            try shell("exec sleep 1000", isCaptured: false, limit: .milliseconds(50)).end
                == .timedOut)
    }

    @Test func endlessOutputIsBounded() throws {
        let outcome = try shell("head -c 5000000 /dev/zero")
        #expect(outcome.end == .exited(0))
        #expect(outcome.output.count == ChildProcess.maximumOutput)
    }

    @Test func aMissingProgramIsAnError() {
        let error = #expect(throws: SystemError.self) {
            try ChildProcess.run("/nonexistent/x", [], isCaptured: true, limit: .seconds(1))
        }
        #expect(error?.isMissing == true)
    }

    @Test func theRunningProgramKnowsItsPath() throws {
        let path = try ChildProcess.currentExecutable()
        #expect(path.hasPrefix("/") && FileSystem.exists(path))
        #expect(BootID.current()?.utf8.count == 36)
    }
}
