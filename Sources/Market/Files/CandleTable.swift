/// Reads CSV line by line: plain rows by the fast kernel, all others with care.
struct CandleTable {
    /// Where the next line begins.
    var at: Int
    /// Lines begun so far.
    var line = 0
    var rows: CandleRows
    var delimiter = UInt8(ascii: ",")
    /// Which field each column holds; nil for columns that do not matter. Ends with the last field.
    var columns: [CandleField?] = CandleField.allCases

    /// Most lines looked at for the delimiter and the columns.
    private static let modelLimit = 100

    init(timeframe: Timeframe, start: Int) {
        at = start
        rows = CandleRows(timeframe: timeframe, layout: .ohlcv)
    }

    /// Finds the delimiter and the columns from the first line that looks like a table's.
    ///
    /// Some exporters put a title or an address above the header. Nothing is passed here: such
    /// lines are rejected, and headers known, when all lines are read.
    mutating func readModel(
        _ bytes: Span<UInt8>, layout: CandleLayout
    ) throws(CandleFileError) {
        guard let (content, modelLine) = modelLine(bytes) else { return }
        delimiter = CSVLine.delimiter(bytes, content)
        let fields = CSVLine.all(bytes, content, delimiter: delimiter)
        rows.batch.layout = layout != .auto ? layout : fields.count == 12 ? .binance : .ohlcv
        rows.batch.candles.reserveCapacity((bytes.count - at) / max(content.count, 20) + 16)
        let names = fields.map { CSVLine.name(bytes, $0) }
        if let header = try CandleHeader(names, line: modelLine) { columns = header.columns }
    }

    /// The first line of at least six columns, or else the first that is not blank.
    private func modelLine(_ bytes: Span<UInt8>) -> (content: Range<Int>, line: Int)? {
        var at = at
        var first: (Range<Int>, Int)?
        for line in 1...Self.modelLimit where at < bytes.count {
            let content = CSVLine.content(bytes, from: at)
            at = CSVLine.end(bytes, from: content.upperBound) + 1
            guard !CSVLine.isBlank(bytes, content) else { continue }
            let delimiter = CSVLine.delimiter(bytes, content)
            let fields = CSVLine.all(bytes, content, delimiter: delimiter)
            if fields.count >= columns.count { return (content, line) }
            first = first ?? (content, line)
        }
        return first
    }

    /// Reads all lines from `at` on.
    mutating func read(_ bytes: Span<UInt8>) {
        let isPositional = columns == CandleField.allCases
        // The kernel reads without bounds checks where this many bytes follow the row's first.
        let lastPlain = isPositional ? bytes.count - Self.plainReach : -1
        while at < bytes.count {
            if at <= lastPlain, readPlainRow(bytes) { continue }
            readLine(bytes)
        }
    }

    /// Reads a line with care: quotes, spaces, every order of columns, and a reason if it is bad.
    private mutating func readLine(_ bytes: Span<UInt8>) {
        line += 1
        let content = CSVLine.content(bytes, from: at)
        at = CSVLine.end(bytes, from: content.upperBound) + 1
        guard !CSVLine.isBlank(bytes, content) else { return }
        do throws(RowDefect) {
            guard content.count <= CandleFile.lineLimit else { throw .overlong }
            try rows.take(bytes, fields(bytes, content))
        } catch {
            // Files joined end to end have headers in their middle too.
            if case .notTime = error, isHeader(bytes, content) { return }
            rows.batch.reject(line: line) { error.reason(in: bytes) }
        }
    }

    private func fields(
        _ bytes: Span<UInt8>, _ content: Range<Int>
    ) throws(RowDefect) -> InlineArray<6, Range<Int>> {
        var result = InlineArray<6, Range<Int>>(repeating: 0..<0)
        var next: Int? = content.lowerBound
        for (column, field) in columns.enumerated() {
            guard let start = next else {
                let missing = columns[column...].lazy.compactMap { $0 }.first!
                throw .missing(missing, columns: column)
            }
            let (range, isSound) = CSVLine.field(
                bytes, start..<content.upperBound, delimiter: delimiter, next: &next)
            guard let field else { continue }
            guard isSound else { throw .quote(field) }
            result[field.rawValue] = range
        }
        return result
    }

    private func isHeader(_ bytes: Span<UInt8>, _ content: Range<Int>) -> Bool {
        guard content.count < 4_096 else { return false }
        let fields = CSVLine.all(bytes, content, delimiter: delimiter)
        let names = fields.map { CSVLine.name(bytes, $0) }
        return (try? CandleHeader(names, line: line))??.columns == columns
    }
}
