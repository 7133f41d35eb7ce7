internal import CanonicalJSON
internal import SystemIO

/// Rows of one shape in the format asked for, on standard output.
struct RowPrinter {
    private let columns: [String]
    private let format: Format
    private var rows: [[Cell]] = []
    private var buffer: [UInt8] = []
    private var count = 0
    /// The widths of the columns of a table that prints each row at once; nil for one that waits.
    private let widths: [Int]?

    /// A printer.
    ///
    /// - Parameter widths: for a stream without an end: each row is printed at once, in columns of
    ///   these widths where it is a table. A longer text moves what is behind it.
    init(columns: [String], format: Format, widths: [Int]? = nil) {
        precondition(widths == nil || format != .json, "an array has an end")
        self.columns = columns
        self.format = format
        self.widths = widths
        if format == .csv { buffer += Array((columns.joined(separator: ",") + "\n").utf8) }
    }

    /// Prints a row, or keeps it until all widths are known.
    ///
    /// - Precondition: as many cells as columns.
    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "a row fits its columns")
        switch format {
        case .table where widths != nil: addLine(cells)
        case .table: rows.append(cells)
        case .csv:
            buffer += Array((cells.map(\.forCSV).joined(separator: ",") + "\n").utf8)
        case .json:
            buffer += Array(((count == 0 ? "[" : ",\n ") + json(cells)).utf8)
        case .jsonl: buffer += Array((json(cells) + "\n").utf8)
        }
        count += 1
        if buffer.count > 1 << 16 || widths != nil { flush() }
    }

    /// Prints the head of a table or of CSV at once, before the first row comes.
    mutating func begin() {
        if format == .table, widths != nil { addLine(columns.map { .text(Self.title($0)) }) }
        flush()
    }

    private mutating func addLine(_ cells: [Cell]) {
        var line = ""
        for (cell, width) in zip(cells, widths!) {
            if !line.isEmpty { line += "  " }
            let text = cell.forPeople
            let padding = String(repeating: " ", count: max(0, width - text.count))
            line += cell.isNumeric ? padding + text : text + padding
        }
        while line.last == " " { line.removeLast() }
        buffer += Array((line + "\n").utf8)
    }

    /// Prints what is left.
    mutating func finish() {
        switch format {
        case .table where widths != nil: break
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
