public import ArgumentParser
internal import CanonicalJSON
internal import Digest
public import EventFormat
internal import EventStorage
internal import Mechanic
internal import SystemIO

/// `tag`: names for the ends of commits.
struct TagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Name the end of a commit, or list the names.",
        discussion: """
            EXAMPLES
              mechanic-replay tag before-retrain --by ada
              mechanic-replay tag incident-12 2025-10-10T21:20Z --by ada --note "no feed"
              mechanic-replay labels --symbol BTC/USDT:USDT --as-of @before-retrain
              mechanic-replay tag
              mechanic-replay tag before-retrain --move --by ada
              mechanic-replay tag before-retrain --delete --by ada

            @NAME is a point wherever one is asked for. Without a point the newest commit
            is named; without a name the tags are listed. A name has 1 to 64 letters,
            digits, '.', '_' and '-', not digits alone. One that is taken is moved only
            with --move.

            A tag is an event: it names the last event of the commit by stream, version and
            hash. Who set, moved or deleted one stays in the log.
            """)

    @Argument(help: ArgumentHelp("The name.", valueName: "name"))
    var name: TagName?

    @Argument(
        help: ArgumentHelp(
            "What it names: a position, an RFC 3339 time, -6h, HEAD~n or another @tag (default: the "
                + "newest commit).", valueName: "point"))
    var point: Point?

    @Flag(help: "List the tags; so does a call without a name.")
    var list = false

    @Flag(help: "The name is taken: move it.")
    var move = false

    @Flag(help: "Give the name up.")
    var delete = false

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var note: String?

    @OptionGroup var person: OperatorOptions
    @OptionGroup var asOf: AsOfOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard let name else {
            if move || delete || note != nil {
                throw ValidationError("which tag? give its name: `mechanic-replay tag NAME`")
            }
            return
        }
        if list { throw ValidationError("--list lists all tags: leave out the name \(name)") }
        if asOf.asOf != nil {
            throw ValidationError(
                "--as-of is for the list: give the point itself, `mechanic-replay tag \(name) POINT`"
            )
        }
        if delete, move || point != nil {
            throw ValidationError("--delete gives the name up: leave out --move and the point")
        }
    }

    func run() throws {
        guard let name else { return try printList() }
        let by = try person.name()
        let store = try store.open()
        // A simulated clock stands where the log ends.
        let now =
            store.identity.clock == .simulated
            ? max(0, try store.head().appendedAt) : SystemClock.microseconds()
        let done =
            delete
            ? try Tagging.delete(store, name, by: by, note: note, now: now)
            : try Tagging.set(
                store, name, at: point?.point ?? .head, by: by, note: note, moves: move, now: now)
        print(done)
    }

    private func print(_ done: Tagging) {
        let change = done.change
        var printer = output.report
        printer.add("tag", .text(change.name.description), people: "@\(change.name)")
        printer.add("names", change.target == nil ? .none : .position(done.position))
        printer.add("previous", done.previous.map { .position($0) } ?? .none)
        printer.add("stream", .text(change.target?.stream.description))
        printer.add("stream_version", .count(change.target?.version.number))
        printer.add("event_hash", .text(change.target?.eventHash.hex))
        printer.add("by", .text(change.by))
        printer.add("note", .text(change.note))
        printer.member("is_new", .bool(done.isNew))
        printer.add("position", .position(done.end))
        printer.finish()
        if !done.isNew { output.console.say("the tag stands there already: nothing was added") }
    }

    static let columns = [
        "name", "position", "recorded_at_us", "by", "note", "tagged_at_us", "stream",
        "stream_version", "event_hash",
    ]

    /// The tags by name; of one that names an event of another log the position is empty.
    private func printList() throws {
        let store = try store.open()
        var printer = output.rows(Self.columns)
        let position = try store.read { view in
            let last = try view.resolve(asOf.point)
            for tag in try view.tags(through: last).all {
                let position = try? view.position(of: tag)
                let time = try position.map { try view.frame(at: $0).appendedAt }
                printer.add([
                    .text(tag.name.description), position.map { .position($0) } ?? .none,
                    time.map { .recorded($0) } ?? .none, .text(tag.change.by),
                    .text(tag.change.note), .recorded(tag.recordedAt),
                    .text(tag.target.stream.description), .count(tag.target.version.number),
                    .text(tag.target.eventHash.hex),
                ])
            }
            return last
        }
        output.console.say(asOf: position, asOf.point, store)
        printer.finish()
    }
}

extension TagName: ExpressibleByArgument {
    /// Reads a name from the command line, with or without the `@` of a point.
    public init?(argument: String) {
        self.init(argument.hasPrefix("@") ? String(argument.dropFirst()) : argument)
    }
}

extension Cell {
    /// A position.
    static func position(_ position: GlobalPosition) -> Cell { .count(position.number) }

    /// A count; none where there is none.
    static func count(_ count: UInt64?) -> Cell {
        count.map { .integer(Int64(clamping: $0)) } ?? .none
    }
}
