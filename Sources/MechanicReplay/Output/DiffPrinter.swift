internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import Market
internal import Mechanic
internal import SystemIO

/// What changed between two points: a summary, then a row for each change.
struct DiffPrinter {
    private let diff: StateDiff
    private let limit: Int
    private let format: Format
    private let output: OutputOptions

    static let columns = [
        "market", "part", "change", "hash", "time_ms", "name", "old", "new", "events", "position",
        "type", "recorded_at_us", "first_position",
    ]

    /// Rows of a table unless told otherwise.
    private static let tableRows = 40

    init(_ diff: StateDiff, limit: Int?, _ output: OutputOptions) {
        self.diff = diff
        self.output = output
        format = .resolve(output.format, inPipe: .csv)
        self.limit = limit ?? (format == .table ? Self.tableRows : .max)
    }

    func print() {
        switch format {
        case .table: printTable()
        case .json: StandardStream.output.write(json.compactText + "\n")
        case .csv, .jsonl:
            for count in diff.counts { output.console.say(Self.text(count)) }
            if diff.counts.isEmpty { output.console.say("nothing changed") }
            printRows()
        }
        let left = diff.changes.count - limit
        if left > 0, limit > 0 {
            output.console.say("\(Number.grouped(left)) more rows: --limit \(diff.changes.count)")
        }
    }

    private func printTable() {
        guard !diff.changes.isEmpty else {
            return StandardStream.output.write("nothing changed\n")
        }
        var summary = RowPrinter(
            columns: ["market", "part", "change", "things", "touches"], format: .table)
        for count in diff.counts {
            summary.add([
                .text(count.market?.description), .text(count.part.rawValue),
                .text(count.kind.rawValue), .integer(Int64(count.things)),
                .integer(Int64(count.touches)),
            ])
        }
        summary.finish()
        guard limit > 0 else { return }
        StandardStream.output.write("\n")
        printRows()
    }

    private func printRows() {
        if format == .jsonl {
            for change in diff.changes.prefix(limit) {
                StandardStream.output.write(Self.json(change).compactText + "\n")
            }
            return
        }
        var printer = RowPrinter(columns: Self.columns, format: format)
        for change in diff.changes.prefix(limit) {
            printer.add(cells(change))
        }
        printer.finish()
    }

    private func cells(_ change: StateChange) -> [Cell] {
        let isTable = format == .table
        let hash = change.hash?.hex
        let row = ChangeText(change)
        return [
            .text(change.market?.description), .text(change.part.rawValue),
            .text(change.kind.rawValue),
            .text(isTable ? hash.map { String($0.prefix(8)) } : hash),
            row.time.map { .time($0) } ?? .none, .text(row.name), .text(row.old), .text(row.new),
            .integer(Int64(change.touch.events)), .position(change.touch.position),
            .text(change.touch.type), .recorded(change.touch.recordedAt),
            .position(change.touch.first),
        ]
    }

    private static func text(_ count: StateDiff.Count) -> String {
        "\(count.market?.description ?? "store"): \(count.part.rawValue) \(count.kind.rawValue) "
            + "\(Number.grouped(count.things)), touched "
            + (count.touches == 1 ? "once" : "\(Number.grouped(count.touches)) times")
    }

    private var json: JSONValue {
        func end(_ end: StateDiff.End) -> JSONValue {
            [
                "position": .integer(end.position.number),
                "appended_at_us": end.time.map { .integer($0) } ?? .null,
            ]
        }
        return [
            "from": end(diff.from), "to": end(diff.to), "reversed": .bool(diff.isReversed),
            "events": .integer(diff.events), "same": .bool(diff.isSame),
            "summary": .array(
                diff.counts.map { count in
                    [
                        "market": count.market.map { .string($0.description) } ?? .null,
                        "part": .string(count.part.rawValue),
                        "change": .string(count.kind.rawValue), "things": .integer(count.things),
                        "touches": .integer(count.touches),
                    ]
                }),
            "changes": .array(diff.changes.prefix(limit).map(Self.json)),
        ]
    }

    private static func json(_ change: StateChange) -> JSONValue {
        let row = ChangeText(change)
        let (old, new) = ChangeJSON.values(change.subject)
        return [
            "market": change.market.map { .string($0.description) } ?? .null,
            "part": .string(change.part.rawValue), "change": .string(change.kind.rawValue),
            "hash": change.hash.map { .string($0.hex) } ?? .null,
            "time_ms": row.time.map { .integer($0) } ?? .null,
            "name": row.name.map { .string($0) } ?? .null, "old": old, "new": new,
            "events": .integer(change.touch.events),
            "position": .integer(change.touch.position.number),
            "type": .string(change.touch.type),
            "recorded_at_us": .integer(change.touch.recordedAt),
            "first_position": .integer(change.touch.first.number),
        ]
    }
}
