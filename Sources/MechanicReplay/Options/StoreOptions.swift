internal import ArgumentParser
internal import EventStorage
internal import Logging
internal import SystemIO

/// Where the store is, and how it is opened.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The store's directory (default: $MECHANIC_STORE, else ./mechanic.store).",
            valueName: "path"))
    var store: String?

    @Option(help: ArgumentHelp("How long to wait for another writer.", valueName: "duration"))
    var wait = Span("10s")!

    @Flag(help: "Append although the clock is more than 5 minutes behind the newest event.")
    var acceptClock = false

    @Flag(help: "Open a store on a network file system, which LMDB forbids.")
    var allowNetworkFilesystem = false

    /// The directory.
    var path: String { store ?? ProcessEnvironment.value("MECHANIC_STORE") ?? "./mechanic.store" }

    /// How it is opened.
    var options: EventStore.Options {
        var options = EventStore.Options()
        options.wait = .milliseconds(wait.milliseconds)
        options.acceptsClock = acceptClock
        options.allowsNetworkFileSystem = allowNetworkFilesystem
        options.logger = Self.logger
        // Without it a damaged page would crash this process instead of a child.
        options.verifier = try? ChildProcess.currentExecutable()
        return options
    }

    /// Warnings on standard error; `MECHANIC_LOG=debug` also tells of every commit.
    private static var logger: Logger {
        var logger = Logger(label: "mechanic-replay") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel =
            ProcessEnvironment.value("MECHANIC_LOG").flatMap { Logger.Level(rawValue: $0) }
            ?? .warning
        return logger
    }

    /// Opens the store.
    ///
    /// - Parameters:
    ///   - checksApart: whether a store that is not trusted is checked in a process of its own.
    ///   - isTrusted: whether it is not checked at all.
    func open(checksApart: Bool = true, isTrusted: Bool = false) throws -> EventStore {
        var options = options
        if !checksApart { options.verifier = nil }
        options.isTrusted = isTrusted
        return try EventStore(path: path, options: options)
    }
}

/// A length of time on the command line: `90s`, `30m`, `1h`, `7d`.
struct Span: ExpressibleByArgument, CustomStringConvertible {
    let milliseconds: Int64
    private let text: String

    init?(_ text: String) {
        guard let microseconds = TimePoint.microseconds(text) else { return nil }
        milliseconds = microseconds / 1_000
        self.text = text
    }

    init?(argument: String) { self.init(argument) }

    var description: String { text }
    var defaultValueDescription: String { text }
}
