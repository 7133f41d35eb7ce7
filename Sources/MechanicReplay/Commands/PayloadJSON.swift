internal import CanonicalJSON
internal import EventFormat

/// A payload as JSON, for people: never stored.
enum PayloadJSON {
    /// The payload of an event: its JSON, or one object for each row of columns.
    static func value(of event: RecordedEvent) throws -> JSONValue {
        guard let type = event.type else { return .string(event.payload.hexadecimal) }
        switch type.encoding {
        case .json: return try JSONValue(parsing: event.payload)
        case .columns(let layout):
            let columns = try ColumnPayload(event.payload.rawSpan, layout: layout)
            var rows: [JSONValue] = []
            for row in 0..<columns.rows { rows.append(object(columns, layout, row)) }
            return .array(rows)
        }
    }

    private static func object(
        _ columns: borrowing ColumnPayload, _ layout: ColumnLayout, _ row: Int
    ) -> JSONValue {
        var members: [JSONValue.Member] = []
        for (index, word) in layout.words.enumerated() {
            let value: JSONValue =
                word.kind == .time
                ? .integer(columns.integer(index, row))
                : Cell.number(columns.number(index, row)).forJSON
            members.append(.init(word.kind == .time ? "\(word.name)_ms" : word.name, value))
        }
        for (index, name) in layout.bytes.enumerated() {
            members.append(.init(name, .integer(columns.byte(index, row))))
        }
        return .object(members)
    }
}
