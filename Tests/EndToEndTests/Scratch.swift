import Foundation

/// A directory of one test's own, removed at its end, in which it runs the command.
final class Scratch {
    let directory: URL
    /// The store that runs use unless told otherwise.
    var store: String

    init() throws {
        directory = URL(fileURLWithPath: NSTemporaryDirectory())
            .appendingPathComponent("mechanic-endtoend-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true)
        store = directory.appendingPathComponent("store").path
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func url(_ name: String) -> URL { directory.appendingPathComponent(name) }

    /// Writes a file and returns its path.
    @discardableResult
    func file(_ name: String, _ text: String) throws -> String {
        try file(name, Array(text.utf8))
    }

    @discardableResult
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: url(name))
        return url(name).path
    }

    /// Runs the command on this scratch's store and waits for its end.
    @discardableResult
    func run(
        _ arguments: String..., input: String? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        try run(arguments, input: input, environment: environment)
    }

    @discardableResult
    func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        try start(arguments, input: input, environment: environment).wait()
    }

    /// Starts the command on this scratch's store.
    func start(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
    ) throws -> Command.Running {
        let source = try input.map { text in
            URL(fileURLWithPath: try file("\(UUID().uuidString).in", text))
        }
        return try Command.Running(
            arguments, in: self, input: source,
            environment: ["MECHANIC_STORE": store].merging(environment) { $1 })
    }

    /// Makes a store, with a simulated clock unless told otherwise.
    func makeStore(clock: String = "simulated") throws {
        let made = try run("init", "--clock", clock)
        guard made.code == 0 else { throw Command.NotRun(description: made.messages) }
    }
}

extension Scratch {
    /// Goes on with another store, still empty.
    func makeOther() throws {
        store = url("other").path
        try makeStore()
    }
}

/// Files of the repository.
enum Fixtures {
    static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    /// Whether snapshot files are written anew instead of compared.
    static let isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"

    /// The recorded text of a snapshot; the new one while recording.
    static func snapshot(_ name: String, of text: String) throws -> String {
        guard isRecording else { return try self.text(name) }
        let url = directory.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return text
    }
}
