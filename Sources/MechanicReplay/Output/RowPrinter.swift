internal import CanonicalJSON
internal import SystemIO

/// Rows of one shape in the format asked for, on standard output.
struct RowPrinter {
    private let columns: [String]
    private let format: Format
    private var rows: [[Cell]] = []
    private var buffer: [UInt8] = []
    private var count = 0

    init(columns: [String], format: Format) {
        self.columns = columns
        self.format = format
        if format == .csv { buffer += Array((columns.joined(separator: ",") + "\n").utf8) }
    }

    /// Prints a row, or keeps it until all widths are known.
    ///
    /// - Precondition: as many cells as columns.
    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "a row fits its columns")
        switch format {
        case .table: rows.append(cells)
        case .csv:
            buffer += Array((cells.map(\.forCSV).joined(separator: ",") + "\n").utf8)
        case .json:
            buffer += Array(((count == 0 ? "[" : ",\n ") + json(cells)).utf8)
        case .jsonl: buffer += Array((json(cells) + "\n").utf8)
        }
        count += 1
        if buffer.count > 1 << 16 { flush() }
    }

    /// Prints what is left.
    mutating func finish() {
        switch format {
        case .table: printTable()
        case .json: buffer += Array((count == 0 ? "[]\n" : "]\n").utf8)
        case .csv, .jsonl: break
        }
        flush()
    }

    private func json(_ cells: [Cell]) -> String {
        JSONValue.object(
            zip(columns, cells).map { JSONValue.Member($0, $1.forJSON) }
        ).compactText
    }

    private mutating func flush() {
        StandardStream.output.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func printTable() {
        let titles = columns.map(Self.title)
        let texts = rows.map { $0.map(\.forPeople) }
        let widths = columns.indices.map { column in
            texts.reduce(titles[column].count) { max($0, $1[column].count) }
        }
        func line(_ cells: [String], right: (Int) -> Bool) -> String {
            var line = ""
            for (column, text) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - text.count)
                let isLast = column == cells.count - 1
                line += right(column) ? padding + text : text + (isLast ? "" : padding)
                if !isLast { line += "  " }
            }
            return line + "\n"
        }
        let numeric = columns.indices.map { column in
            rows.contains { $0[column].isNumeric }
        }
        buffer += Array(line(titles) { numeric[$0] }.utf8)
        for text in texts { buffer += Array(line(text) { numeric[$0] }.utf8) }
    }

    /// A column's name over a table: without the unit that tables do not show.
    private static func title(_ column: String) -> String {
        for suffix in ["_ms", "_us"] where column.hasSuffix(suffix) {
            return String(column.dropLast(suffix.count))
        }
        return column
    }
}
