internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market

/// `show`: one event.
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one event.",
        discussion: """
            EXAMPLES
              mechanic-replay show 1
              mechanic-replay show HEAD --bytes
              mechanic-replay show 2025-10-10T21:20Z --format json

            Payloads are printed as they are stored. Of labels, reason is 1 tp, 2 sl,
            3 timeout; flags are the sum of 1 meta, 2 ambiguous, 4 crosses_gap. Of revised
            candles, kind is 1 changed, 2 late. --bytes names them.
            """)

    @Argument(
        help: ArgumentHelp(
            "A position, a time (the newest event recorded by then, also inside a commit), HEAD or @tag.",
            valueName: "point"))
    var point: Point

    @Flag(help: "Every byte with its offset, its field and its value.")
    var bytes = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try store.open()
        let event = try store.read { view in
            let position = try view.event(upTo: point.point)
            guard let event = try view.event(at: position) else {
                throw Failure(.usage, "there is no event at position \(position)")
            }
            return try event.recorded()
        }
        if bytes {
            var printer = output.rows(["offset", "length", "bytes", "field", "value"])
            for field in try EventBytes.fields(of: event) {
                printer.add([
                    .integer(Int64(field.offset)), .integer(Int64(field.length)), .text(field.hex),
                    .text(field.name), .text(field.value),
                ])
            }
            return printer.finish()
        }
        try print(event)
    }

    private func print(_ event: RecordedEvent) throws {
        let (frame, envelope) = (event.frame, event.envelope)
        var printer = output.report
        printer.add("position", .integer(Int64(frame.position.number)))
        printer.add("type", .text(event.type?.name ?? "type \(envelope.typeNumber)"))
        printer.add("schema_version", .integer(Int64(envelope.schemaVersion)))
        printer.add("stream", .text(envelope.stream.description))
        printer.add("stream_version", .integer(Int64(envelope.streamVersion.number)))
        printer.add("recorded_at_us", .recorded(envelope.recordedAt))
        printer.add("commit", .integer(Int64(frame.commit)))
        printer.add("index_in_commit", .integer(Int64(frame.indexInCommit)))
        printer.add("events_in_commit", .integer(Int64(frame.eventsInCommit)))
        printer.add("id", .text(envelope.id.description))
        printer.add("causation", .text(envelope.causation.description))
        printer.add("correlation", .text(envelope.correlation.description))
        printer.add("hash", .text(frame.eventHash.hex))
        printer.add("previous_hash", .text(envelope.previousHash.hex))
        let payload = try PayloadJSON.value(of: event)
        printer.member("payload", payload)
        if let rows = payload.elements {
            printer.line("rows", Number.grouped(rows.count))
            for row in rows.prefix(5) { printer.line("", row.compactText) }
            if rows.count > 5 { printer.line("", "… (all of them with --format json)") }
        } else {
            printer.line("payload", payload.canonicalText)
        }
        printer.finish()
    }
}
