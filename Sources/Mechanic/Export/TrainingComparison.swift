internal import CanonicalJSON
internal import Labeling
internal import Market

/// The lines of a file beside those of the training set of its basis.
struct TrainingComparison {
    typealias Finding = TrainingCheck.Finding

    let training: TrainingSet
    let format: TrainingFormat
    let text: TrainingText

    private var columns: [TrainingColumn] { training.columns }
    private var interval: Int64 { training.basis.market.timeframe.milliseconds }

    /// The rows found right before the first that is not, and what is wrong with it.
    ///
    /// - Complexity: O(bytes).
    func run() -> (rows: Int, finding: Finding?) {
        let head = training.headLines(format)
        for (index, line) in head.enumerated() {
            guard index < text.lines.count, isLine(index, line) else {
                return (0, headFinding(index, line))
            }
        }
        var expected: [UInt8] = []
        for index in training.rows.indices {
            let line = head.count + index
            guard line < text.lines.count else {
                return (
                    index,
                    finding(
                        .missing, line,
                        "the file ends here, before the row of \(time(entry(index))); the basis has "
                            + "\(training.rows.count) rows")
                )
            }
            expected.removeAll(keepingCapacity: true)
            training.append(index, format, to: &expected)
            guard isLine(line, expected) else { return (index, diagnose(line, index)) }
        }
        let end = head.count + training.rows.count
        guard end < text.lines.count else { return (training.rows.count, nil) }
        return (training.rows.count, diagnose(end, training.rows.count))
    }

    /// Whether a line of the file has these bytes, the end of the line included.
    private func isLine(_ line: Int, _ expected: [UInt8]) -> Bool {
        let range = text.lines[line]
        let isEnded = line < text.lines.count - 1 || text.isEnded
        return isEnded && text.bytes[range].elementsEqual(expected.dropLast())
    }

    private func headFinding(_ index: Int, _ expected: [UInt8]) -> Finding {
        let should = String(decoding: expected.dropLast(), as: UTF8.self)
        if index == 0 {
            return finding(
                .basis, 0,
                "the basis is written otherwise than `mechanic-replay export` does: \(should)")
        }
        let found = index < text.lines.count ? text.text(text.lines[index]) : nil
        return finding(
            .header, index,
            "the columns are \(found.map { "'\($0.prefix(200))'" } ?? "not there"), not '\(should)'"
        )
    }

    /// What is wrong with a line where the row of this index should be.
    private func diagnose(_ line: Int, _ index: Int) -> Finding {
        guard let values = values(line), let entry = Int64(values[0]),
            let known = Int64(values[2])
        else {
            return finding(
                .malformed, line, "this is no row of the \(columns.count) columns of the basis")
        }
        if let early = early(line, entry, known) { return early }
        if index < training.rows.count, entry == self.entry(index) {
            return changed(line, index, values)
        }
        guard let place = row(of: entry) else {
            if training.known.open.contains(entry) {
                return finding(
                    .notYetKnown, line,
                    "the trade of \(time(entry)) is open at the basis: no candle known then "
                        + "decides it")
            }
            return finding(
                .additional, line, "the basis has no row of the entry \(time(entry))")
        }
        if place < index {
            return finding(.additional, line, "the row of \(time(entry)) stood before")
        }
        let isLater = text.lines[(line + 1)...].contains { range in
            self.values(range).map { Int64($0[0]) == self.entry(index) } ?? false
        }
        return finding(
            isLater ? .reordered : .missing, line,
            "the row of \(time(self.entry(index))) should be here, "
                + (isLater ? "it stands later: rows are in entry order" : "it is missing"))
    }

    /// A row that could not be known at the basis.
    private func early(_ line: Int, _ entry: Int64, _ known: Int64) -> Finding? {
        guard let newest = training.known.newestClose else { return nil }
        let (close, overflow) = entry.addingReportingOverflow(interval)
        if overflow || close > newest {
            return finding(
                .futureRow, line,
                "the entry \(time(entry)) lies after the basis, whose newest candle closed at "
                    + time(newest))
        }
        guard known > newest else { return nil }
        return finding(
            .notYetKnown, line,
            "the label of \(time(entry)) is known at \(time(known)), after the basis, whose newest "
                + "candle closed at \(time(newest))")
    }

    /// The first value that is another.
    private func changed(_ line: Int, _ index: Int, _ values: [String]) -> Finding {
        let row = training.rows[index]
        for (column, value) in zip(columns, values) {
            let should = column.value(of: row, interval: interval)
            let text = format == .csv ? should.forCSV : should.forJSON.compactText
            guard text != value else { continue }
            return Finding(
                kind: .changed, line: line + 1, column: column.rawValue,
                message: "the row of \(time(entry(index))) has \(column.rawValue) "
                    + "\(value.isEmpty ? "nothing" : String(value.prefix(60))), the store gives "
                    + (text.isEmpty ? "nothing" : text))
        }
        return finding(
            .changed, line,
            "the row of \(time(entry(index))) has the values of the store, written with other bytes"
        )
    }

    /// The values of a line, as texts; nil if it is no row.
    private func values(_ line: Int) -> [String]? { values(text.lines[line]) }

    private func values(_ line: Range<Int>) -> [String]? {
        guard let text = text.text(line) else { return nil }
        let values: [String]
        switch format {
        case .csv:
            values = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        case .jsonl:
            guard let members = (try? JSONValue(parsing: text))?.members,
                members.map(\.name) == columns.map(\.rawValue)
            else { return nil }
            values = members.map(\.value.compactText)
        }
        return values.count == columns.count ? values : nil
    }

    private func entry(_ index: Int) -> Int64 { training.rows[index].label.entryTime }

    /// The index of the row of an entry; nil if there is none.
    private func row(of entry: Int64) -> Int? {
        var (low, high) = (0, training.rows.count)
        while low < high {
            let middle = (low + high) / 2
            if self.entry(middle) < entry { low = middle + 1 } else { high = middle }
        }
        return low < training.rows.count && self.entry(low) == entry ? low : nil
    }

    private func finding(_ kind: Finding.Kind, _ line: Int, _ message: String) -> Finding {
        Finding(kind: kind, line: line + 1, column: nil, message: message)
    }

    private func time(_ time: Int64) -> String { UTCTime.text(milliseconds: time) }
}
