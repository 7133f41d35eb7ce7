internal import ArgumentParser
internal import SystemIO

/// How data is printed.
enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, json, jsonl, csv

    /// The format asked for; else a table on a terminal and `other` in a pipe.
    static func resolve(_ asked: Format?, inPipe other: Format) -> Format {
        asked ?? (Terminal.output.isTerminal ? .table : other)
    }
}
