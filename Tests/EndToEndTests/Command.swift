import CanonicalJSON
import Foundation

/// What a run of the command left behind.
struct Outcome {
    /// The exit code; for a run ended by a signal its number, negative.
    let code: Int32
    let output: String
    let messages: String

    /// Lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// Standard output as one JSON document; anything else on it is an error.
    func json() throws -> JSONValue { try JSONValue(parsing: Array(output.utf8)) }

    /// Standard output as JSON, one document a line.
    func jsonLines() throws -> [JSONValue] {
        try lines.map { try JSONValue(parsing: Array($0.utf8)) }
    }
}

/// The built command, run as a user runs it: a process, its streams and its exit code.
enum Command {
    /// Why the command could not be run at all.
    struct NotRun: Error, CustomStringConvertible {
        let description: String
    }

    /// The binary beside the test bundle.
    ///
    /// Not to find it must fail loudly: a suite that skips itself tests nothing.
    static let path: String = {
        let starts = [
            Bundle.main.executablePath, CommandLine.arguments.first,
            CommandLine.arguments.first { $0.hasSuffix(".xctest") },
        ]
        for start in starts {
            guard let start else { continue }
            var directory = URL(fileURLWithPath: start).deletingLastPathComponent()
            while directory.path != "/" {
                let candidate = directory.appendingPathComponent("mechanic-replay").path
                var isDirectory: ObjCBool = false
                if unsafe FileManager.default.fileExists(
                    atPath: candidate, isDirectory: &isDirectory), !isDirectory.boolValue,
                    FileManager.default.isExecutableFile(atPath: candidate)
                {
                    return candidate
                }
                directory.deleteLastPathComponent()
            }
        }
        fatalError("no mechanic-replay beside the test bundle: run `swift build` first")
    }()

    /// The environment of every run: nothing of the caller's leaks in.
    static let environment = [
        "PATH": "/usr/bin:/bin", "TZ": "America/St_Johns", "LANG": "tr_TR.UTF-8",
        "LC_ALL": "tr_TR.UTF-8", "NO_COLOR": "1", "HOME": "/nonexistent",
    ]

    /// A run that is under way, its streams going to files.
    final class Running {
        let process = Process()
        private let output: URL
        private let messages: URL

        init(
            _ arguments: [String], in scratch: Scratch, input: URL? = nil,
            environment extra: [String: String] = [:]
        ) throws {
            let name = UUID().uuidString
            output = scratch.url(name + ".out")
            messages = scratch.url(name + ".err")
            process.executableURL = URL(fileURLWithPath: Command.path)
            process.arguments = arguments
            process.environment = Command.environment.merging(extra) { $1 }
            process.currentDirectoryURL = scratch.directory
            process.standardInput =
                try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
            process.standardOutput = try Self.created(output)
            process.standardError = try Self.created(messages)
            try Self.withoutBlockedSignals { try process.run() }
        }

        /// Threads of a pool block signals, and children inherit that: an interrupt would never
        /// reach them.
        private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
            var none = sigset_t()
            var before = sigset_t()
            unsafe sigemptyset(&none)
            unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
            defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
            try body()
        }

        private static func created(_ url: URL) throws -> FileHandle {
            try Data().write(to: url)
            return try FileHandle(forWritingTo: url)
        }

        /// What standard output holds so far.
        var written: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

        func signal(_ number: Int32) { kill(process.processIdentifier, number) }

        /// Waits for the end, but not for ever.
        func wait(limit: Double = 120) throws -> Outcome {
            let deadline = Date(timeIntervalSinceNow: limit)
            while process.isRunning {
                guard Date() < deadline else {
                    kill(process.processIdentifier, SIGKILL)
                    throw NotRun(
                        description: "no end after \(limit) s: \(process.arguments ?? [])")
                }
                usleep(2_000)
            }
            let status = process.terminationStatus
            return Outcome(
                code: process.terminationReason == .uncaughtSignal ? -status : status,
                output: try String(contentsOf: output, encoding: .utf8),
                messages: try String(contentsOf: messages, encoding: .utf8))
        }
    }
}
