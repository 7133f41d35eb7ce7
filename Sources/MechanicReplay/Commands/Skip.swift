internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Mechanic
internal import SystemIO

/// `skip`: an event that no fold can take is passed over.
struct Skip: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record that an event which no fold can take is passed over.",
        discussion: """
            EXAMPLES
              mechanic-replay skip 4711 --reason "written by a test build, see ticket 12"
              mechanic-replay skip 4711 --reason "type of a later version" --by ada

            Only for an event of an unknown type or version, one whose payload cannot be
            read, or one that contradicts the events before it. The decision is an event
            itself and cannot be taken back; `verify` lists it. An event that folds take
            and an event with damaged bytes are refused (exit 2).
            """)

    @Argument(help: ArgumentHelp("The event's position.", valueName: "position"))
    var position: UInt64

    @Option(help: ArgumentHelp("Why, at most 1,000 bytes.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("Who decides.", valueName: "name"))
    var by: String?

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard reason.contains(where: { !$0.isWhitespace }),
            reason.utf8.count <= SkippedEvent.maximumReasonBytes
        else {
            throw ValidationError(
                "--reason: say why, in 1 to \(SkippedEvent.maximumReasonBytes) bytes")
        }
    }

    func run() throws {
        let store = try store.open()
        // A simulated clock stands where the log ends.
        let now =
            store.identity.clock == .simulated
            ? max(0, try store.head().appendedAt) : SystemClock.microseconds()
        let done = try Skipping.record(
            store, position: GlobalPosition(position), reason: reason, by: by, at: now)
        var printer = output.report
        printer.add("skipped", .integer(Int64(position)))
        printer.add("stream", .text(done.skip.stream.description))
        printer.add("stream_version", .integer(Int64(done.skip.version.number)))
        printer.add("event_hash", .text(done.skip.eventHash.hex))
        printer.add("reason", .text(done.skip.reason))
        printer.add("defect", .text(done.defect))
        printer.member("is_new", .bool(done.isNew))
        printer.add("position", .integer(Int64(done.position.number)))
        printer.finish()
        if !done.isNew {
            output.console.say("the event was passed over already: nothing was added")
        }
    }
}
