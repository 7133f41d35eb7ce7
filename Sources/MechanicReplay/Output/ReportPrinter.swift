internal import CanonicalJSON
internal import SystemIO

/// One report: lines of name and value for people, one object for scripts.
struct ReportPrinter {
    private let format: Format
    private var lines: [(name: String, value: String)] = []
    private var members: [JSONValue.Member] = []

    init(format: Format) { self.format = format }

    /// Adds a value that both see.
    mutating func add(_ name: String, _ value: Cell, people: String? = nil) {
        line(title(name), people ?? value.forPeople)
        members.append(.init(name, value.forJSON))
    }

    /// Adds a line that only people see.
    mutating func line(_ name: String, _ value: String) { lines.append((name, value)) }

    /// Adds a member that only scripts see.
    mutating func member(_ name: String, _ value: JSONValue) {
        members.append(.init(name, value))
    }

    /// What scripts see.
    var json: JSONValue { .object(members) }

    /// Prints the report.
    func finish() {
        switch format {
        case .table:
            let width = lines.map(\.name.count).max() ?? 0
            for line in lines {
                let padding = String(repeating: " ", count: width - line.name.count)
                let text = line.value.isEmpty ? line.name : "\(line.name)\(padding)  \(line.value)"
                StandardStream.output.write(text + "\n")
            }
        case .json, .jsonl:
            StandardStream.output.write(JSONValue.object(members).compactText + "\n")
        case .csv:
            let flat = members.filter { $0.value.elements == nil && $0.value.members == nil }
            let values = flat.map { Self.field($0.value) }
            StandardStream.output.write(
                flat.map(\.name).joined(separator: ",") + "\n" + values.joined(separator: ",")
                    + "\n")
        }
    }

    /// A value in CSV: an empty field where there is none, as rows have it.
    private static func field(_ value: JSONValue) -> String {
        if value == .null { return "" }
        return Cell.text(value.text ?? value.compactText).forCSV
    }

    private func title(_ name: String) -> String {
        name == "ms"
            ? "milliseconds"
            : name.split(separator: "_").filter { $0 != "ms" && $0 != "us" }.joined(separator: " ")
    }
}
