internal import ArgumentParser
internal import EventFormat
internal import EventStorage
internal import SystemIO

/// `init`: a new store.
struct Initialize: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a new store.",
        discussion: """
            EXAMPLES
              mechanic-replay init
              mechanic-replay init --store btc.store --clock simulated

            A simulated clock takes its time from the data: choose it to backfill history
            or to test. A store keeps its clock for life, and every status says which it
            is.
            """)

    @Option(help: ArgumentHelp("Where time comes from.", valueName: "clock"))
    var clock = Clock.real

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if FileSystem.exists(store.path), !(try FileSystem.isDirectory(store.path)) {
            throw Failure(
                .cannotCreate,
                "\(store.path) is a file, and a store is a directory: choose another --store")
        }
        var random = SystemRandomNumberGenerator()
        var id: [UInt8] = []
        id.append(littleEndian: random.next())
        id.append(littleEndian: random.next())
        let store = try EventStore.create(
            path: store.path, clock: clock.clock, id: EventID(id.rawSpan),
            now: SystemClock.microseconds(), options: store.options)
        var report = output.report
        report.add("store_id", .text(store.identity.id.description))
        report.add("path", .text(store.path))
        report.add("clock", .text(store.identity.clock.name))
        report.finish()
    }
}

/// Where a store's time comes from, on the command line.
enum Clock: String, CaseIterable, ExpressibleByArgument {
    case real, simulated

    var clock: StoreIdentity.Clock { self == .real ? .real : .simulated }
}
