import Glibc
import SystemIO
import Testing

/// Programs that get bytes on their standard input.
@Suite struct ChildInputTests {
    private func shell(
        _ script: String, input: [UInt8] = [], isCaptured: Bool = true,
        limit: Duration = .seconds(30)
    ) throws -> ChildProcess.Outcome {
        try ChildProcess.run(
            "/bin/sh", ["-c", script], input: input, isCaptured: isCaptured, limit: limit)
    }

    /// The time that something took.
    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = SystemClock.monotonicNanoseconds()
        try body()
        return Double(SystemClock.monotonicNanoseconds() - start) / 1e9
    }

    /// Whether a process runs; one that nobody has reaped yet does not.
    private func isAlive(_ process: String) -> Bool {
        guard let status = try? FileBytes.read(path: "/proc/\(process)/stat") else { return false }
        let words = String(decoding: status, as: UTF8.self).split(separator: " ")
        return words.count > 2 && words[2] != "Z" && words[2] != "X"
    }

    @Test(arguments: [0, 1, 65_536, 65_537, 1 << 20])
    func theInputArrives(_ count: Int) throws {
        let input = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
        let outcome = try shell("cat; echo said >&2; exit 3", input: input)
        #expect(outcome.end == .exited(3))
        #expect(outcome.output == input)
        #expect(outcome.errors == Array("said\n".utf8))
    }

    @Test func outputIsDiscardedUnlessItIsCaptured() throws {
        let outcome = try shell("echo lost", isCaptured: false)
        #expect(outcome.end == .exited(0))
        #expect(outcome.output.isEmpty && outcome.errors.isEmpty)
    }

    @Test func endlessErrorsAreBounded() throws {
        let outcome = try shell("head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero")
        #expect(outcome.end == .exited(0))
        #expect(outcome.errors.count == ChildProcess.maximumErrors)
        #expect(outcome.output.count == ChildProcess.maximumOutput)
    }

    @Test(arguments: ["exit 0", "exec 0<&-; sleep 0.2; exit 0", "head -c 70000 >/dev/null"])
    func aChildThatDoesNotReadIsNoTrouble(_ script: String) throws {
        let input = [UInt8](repeating: 0x61, count: 1 << 20)
        for _ in 0..<5 { #expect(try shell(script, input: input).end == .exited(0)) }
    }

    @Test func aChildThatNeitherReadsNorEndsIsKilled() throws {
        let input = [UInt8](repeating: 0x61, count: 1 << 20)
        let outcome = try shell("sleep 1000", input: input, limit: .milliseconds(50))
        #expect(outcome.end == .timedOut)
    }

    @Test func theWholeGroupDiesAtTheLimit() throws {
        var outcome: ChildProcess.Outcome?
        let time = try seconds {
            outcome = try shell(
                "sleep 1000 & echo $!; echo slow >&2; wait", limit: .milliseconds(300))
        }
        #expect(outcome?.end == .timedOut)
        #expect(outcome?.errors == Array("slow\n".utf8))
        #expect(time >= 0.3 && time < 5)
        let grandchild = String(decoding: outcome?.output.dropLast() ?? [], as: UTF8.self)
        #expect(Int(grandchild) != nil)
        let deadline = SystemClock.monotonicNanoseconds() + 5_000_000_000
        while isAlive(grandchild), SystemClock.monotonicNanoseconds() < deadline { usleep(1_000) }
        #expect(!isAlive(grandchild))
    }

    @Test func aGrandchildOutsideTheGroupHoldsThePipesInVain() throws {
        guard FileSystem.exists("/usr/bin/setsid") else { return print("skipped: no setsid(1)") }
        var outcome: ChildProcess.Outcome?
        let time = try seconds {
            outcome = try shell("setsid sleep 20 & wait", limit: .milliseconds(300))
        }
        #expect(outcome?.end == .timedOut)
        #expect(time < 5)
    }

    @Test func whatStaysInTheBackgroundIsNotWaitedFor() throws {
        var outcome: ChildProcess.Outcome?
        let time = try seconds { outcome = try shell("sleep 20 & echo $!; exit 4") }
        #expect(outcome?.end == .exited(4))
        #expect(time < 10)
        let grandchild = String(decoding: outcome?.output.dropLast() ?? [], as: UTF8.self)
        #expect(isAlive(grandchild))
        kill(try #require(pid_t(grandchild)), SIGKILL)
    }

    @Test func aMissingProgramIsAnError() {
        let error = #expect(throws: SystemError.self) {
            try ChildProcess.run("/nonexistent/x", [], input: [1], limit: .seconds(1))
        }
        #expect(error?.isMissing == true)
    }

    @Test func nothingIsLeftOpen() throws {
        for _ in 0..<2_000 {
            _ = try? ChildProcess.run("/nonexistent/x", [], input: [1], limit: .seconds(1))
        }
        #expect(try shell("exit 0").end == .exited(0))
    }

    @Test func manyThreadsRunChildrenAtOnce() async {
        // An end that another thread's child inherited would keep `cat` waiting for its input's end.
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<24 {
                group.addTask {
                    let script = number % 2 == 0 ? "cat" : "cat; sleep 0.1"
                    let input = Array("line \(number)".utf8)
                    let outcome = try? shell(script, input: input, limit: .seconds(60))
                    return outcome?.end == .exited(0) && outcome?.output == input
                }
            }
            for await isGood in group { #expect(isGood) }
        }
    }
}
