internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import Market
internal import Mechanic
internal import SystemIO

/// Prints a blame: a tree for people, one object or rows of events for scripts.
struct BlamePrinter {
    private let blame: any Blame
    private let kind: String
    private let output: OutputOptions
    /// Why the events do not give the result; nil if they do.
    private let failure: String?

    init(_ blame: any Blame, kind: String, _ output: OutputOptions) {
        self.blame = blame
        self.kind = kind
        self.output = output
        failure = blame.failure
    }

    static let columns = [
        "position", "type", "stream", "version", "role", "minutes", "from_ms", "through_ms", "hash",
        "recorded_at_us",
    ]

    /// Prints, and fails where the events do not give the result.
    ///
    /// - Parameters:
    ///   - members: what scripts see of the result itself.
    ///   - tree: what people see.
    func print(_ members: [JSONValue.Member], _ tree: Tree) throws {
        switch Format.resolve(output.format, inPipe: .json) {
        case .table:
            var lines = tree.lines(isPlain: output.isPlain)
            lines.append(
                failure.map { "reproduced: NO: \($0)" }
                    ?? "reproduced: yes, from "
                    + (blame.history.isEmpty
                        ? "these \(Number.grouped(blame.events.count)) events alone"
                        : "\(Number.grouped(blame.events.count)) of these events alone; the others are "
                            + "history")
            )
            StandardStream.output.write(lines.map { $0 + "\n" }.joined())
        case .json:
            var printer = output.report
            add(members, to: &printer)
            printer.finish()
        case .jsonl, .csv:
            var printer = output.rows(Self.columns)
            for event in blame.events { printer.add(cells(event)) }
            printer.finish()
        }
        guard let failure else { return }
        throw Failure(.difference, "the events do not give the \(kind): \(failure)")
    }

    private func add(_ members: [JSONValue.Member], to printer: inout ReportPrinter) {
        printer.member("kind", .string(kind))
        printer.member("market", .string(blame.market.description))
        for member in members { printer.member(member.name, member.value) }
        printer.member("position", .integer(blame.position.number))
        printer.member("program", .string(blame.program))
        printer.member("config_hash", .string(blame.configurationHash.hex))
        printer.member("labels_hash", .string(blame.labelsHash.hex))
        printer.member(
            "label_algorithm", .integer(LabelingConfiguration.labelAlgorithm))
        printer.member("reproduced", .bool(failure == nil))
        printer.member("difference", failure.map { .string($0) } ?? .null)
        printer.member("events", .array(blame.events.map(json)))
        printer.member("history", .array(blame.history.map(json)))
    }

    private func json(_ event: BlamedEvent) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("position", .integer(event.position.number)),
            .init("type", .string(event.typeName)),
            .init("stream", .string(event.event.envelope.stream.description)),
            .init("version", .integer(event.event.envelope.streamVersion.number)),
            .init("hash", .string(event.event.frame.eventHash.hex)),
            .init("role", .string(event.role)),
            .init("recorded_at_us", .integer(event.event.envelope.recordedAt)),
        ]
        if !event.stamps.isEmpty {
            members.append(
                .init("minutes", StampRuns(event.stamps, blame.market.timeframe).json))
        }
        return .object(members)
    }

    private func cells(_ event: BlamedEvent) -> [Cell] {
        let (first, last) = (event.stamps.first, event.stamps.last)
        return [
            .integer(Int64(event.position.number)), .text(event.typeName),
            .text(event.event.envelope.stream.description),
            .integer(Int64(event.event.envelope.streamVersion.number)), .text(event.role),
            event.stamps.isEmpty ? .none : .integer(Int64(event.stamps.count)),
            first.map { .time($0) } ?? .none, last.map { .time($0) } ?? .none,
            .text(event.event.frame.eventHash.hex), .recorded(event.event.envelope.recordedAt),
        ]
    }
}

extension BlamedEvent {
    /// The name of its type.
    var typeName: String { event.type?.name ?? "type \(event.envelope.typeNumber)" }

    /// What it is for the result, in one word where it is one thing.
    var role: String { roles.map(\.rawValue).joined(separator: "+") }

    /// `candles.recorded, position 12 (2025-10-10T14:00:00Z)`: to the second, the position is exact.
    var place: String {
        let seconds = UTCTime.floor(event.envelope.recordedAt / 1_000, 1_000)
        return "\(typeName), position \(position) (\(UTCTime.text(milliseconds: seconds)))"
    }
}

extension Blame {
    /// The events that have a role.
    func events(_ role: BlamedEvent.Role) -> [BlamedEvent] {
        events.filter { $0.roles.contains(role) }
    }

    /// The events of a role as lines.
    func lines(_ role: BlamedEvent.Role, _ words: String) -> [Tree] {
        events(role).map { Tree("\(words)\($0.place)") }
    }

    /// The configuration and what has it.
    var configurationTree: Tree {
        Tree(
            "configuration \(configurationHash.hex.prefix(16)), labels "
                + "\(labelsHash.hex.prefix(16))",
            lines(.configuration, "activated by ") + lines(.labelling, "labelled by "))
    }
}
