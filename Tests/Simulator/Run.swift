internal import ArgumentParser
internal import StoreModel
internal import SystemIO

/// Runs cases of one mode after the other, each in a process of its own: a crash is a result too.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs cases until the time is over, and prints what was reached.")

    @Argument(help: "What to break: \(Mode.allCases.map(\.rawValue).joined(separator: ", ")).")
    var modes: [Mode] = Mode.allCases
    @Option(help: "Seed of the first case, from which the others follow; the clock's if none.")
    var seed: UInt64?
    @Option(help: "So many cases of each mode, instead of a time.")
    var cases: Int?
    @Option(help: "Time for all modes together, in seconds.")
    var seconds = 60.0
    @Option(help: "Time of a case of mode readers, in seconds; its share of --seconds if none.")
    var readerSeconds: Double?
    @Option(help: "The commit of the sources, to be printed.")
    var commit = "unknown"
    @Option(help: "Where scratch stores go.")
    var scratch = FileSystem.exists("/dev/shm") ? "/dev/shm" : "/tmp"
    @Flag(help: ArgumentHelp("Run one case here, in this process.", visibility: .private))
    var inside = false

    func run() throws {
        let seed = seed ?? UInt64(SystemClock.microseconds())
        if inside { return try runInside(seed) }
        print("seed \(seed), commit \(commit)")
        let share = seconds / Double(modes.count)
        for mode in modes {
            let limit = mode == .readers && cases == nil ? 1 : cases
            try campaign(mode, seed, share: share, limit: limit)
        }
    }

    /// One case; what it reached goes to the parent line by line.
    private func runInside(_ seed: UInt64) throws {
        let directory = try ScratchDirectory(under: scratch)
        var counts = Counts()
        do {
            try modes[0].run(
                Case(seed: seed, directory: directory.path, seconds: readerSeconds ?? 10), &counts)
        } catch {
            print("failed in \(directory.path): \(error)")
            throw ExitCode(3)
        }
        for line in counts.lines { print(line) }
        directory.remove()
    }

    private func campaign(_ mode: Mode, _ seed: UInt64, share: Double, limit: Int?) throws {
        let end = SystemClock.monotonicNanoseconds() + Int64(share * 1e9)
        var generator = SplitMix64(seed: seed)
        var caseSeed = seed
        var counts = Counts()
        var done = 0
        repeat {
            let arguments =
                [mode.rawValue, "--seed", "\(caseSeed)", "--cases", "1"]
                + (mode == .readers ? ["--reader-seconds", "\(readerSeconds ?? share)"] : [])
                + (scratch == "/dev/shm" ? [] : ["--scratch", scratch])
            let child = try ChildProcess(arguments + ["--inside"])
            let ending = child.wait()
            guard ending == .exited(0), counts.add(lines: child.lines) else {
                print("FAILED \(mode.rawValue), \(ending)")
                for line in child.lines.suffix(10) { print("  \(line)") }
                print("commit \(commit), again: simulator \(arguments.joined(separator: " "))")
                throw ExitCode(1)
            }
            done += 1
            caseSeed = generator.next() >> 1
        } while limit.map { done < $0 } ?? (SystemClock.monotonicNanoseconds() < end)
        print("\(mode.rawValue): cases \(done), \(counts.description)")
    }

    private func print(_ line: String) { StandardStream.output.write(line + "\n") }
}
