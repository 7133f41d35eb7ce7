internal import CanonicalJSON
public import Digest
internal import EventFormat
internal import Market

/// How a training set is written.
public enum TrainingFormat: String, CaseIterable, Sendable {
    /// The basis as a comment, the names of the columns, a line for each row.
    case csv
    /// An object `{"basis":{…}}`, then one for each row.
    case jsonl
}

/// A training set as bytes: the same on every machine, under any locale and number of threads.
extension TrainingSet {
    /// What was written.
    public struct Written: Equatable, Sendable {
        /// Rows, without basis and names.
        public let rows: Int
        /// Bytes of it all.
        public let bytes: Int
        /// SHA-256 of all bytes, as `sha256sum` prints it.
        public let digest: Hash256
    }

    /// Writes the whole in pieces of some 64 KiB.
    ///
    /// - Complexity: O(rows).
    public func write(
        _ format: TrainingFormat, to body: ([UInt8]) throws -> Void
    ) rethrows -> Written {
        let hasher = SHA256()
        hasher.begin()
        var buffer: [UInt8] = []
        var count = 0
        func flush() throws {
            hasher.update(buffer.rawSpan)
            try body(buffer)
            count += buffer.count
            buffer.removeAll(keepingCapacity: true)
        }
        for line in headLines(format) { buffer += line }
        for index in rows.indices {
            append(index, format, to: &buffer)
            if buffer.count > 1 << 16 { try flush() }
        }
        try flush()
        return Written(rows: rows.count, bytes: count, digest: hasher.finish())
    }

    /// What stands before the rows.
    func headLines(_ format: TrainingFormat) -> [[UInt8]] {
        let names = columns.map(\.rawValue)
        return switch format {
        case .csv:
            [
                Array("\(TrainingBasis.prefix)\(basis.text)\n".utf8),
                Array("\(names.joined(separator: ","))\n".utf8),
            ]
        case .jsonl:
            [Array("\(JSONValue.object([.init("basis", basis.json)]).compactText)\n".utf8)]
        }
    }

    /// Appends the line of a row.
    func append(_ index: Int, _ format: TrainingFormat, to bytes: inout [UInt8]) {
        let interval = basis.market.timeframe.milliseconds
        let row = rows[index]
        switch format {
        case .csv:
            for (place, column) in columns.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += column.value(of: row, interval: interval).forCSV.utf8
            }
        case .jsonl:
            let members = columns.map {
                JSONValue.Member($0.rawValue, $0.value(of: row, interval: interval).forJSON)
            }
            bytes += JSONValue.object(members).compactText.utf8
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
