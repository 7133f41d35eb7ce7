/// The columns that a header line names.
struct CandleHeader {
    /// Which field each column holds, up to the last that holds one.
    let columns: [CandleField?]

    /// Nil if none of the names is known: then the line is no header.
    ///
    /// - Throws: if some are known and others are missing.
    init?(_ names: [String], line: Int) throws(CandleFileError) {
        let known = CandleField.allCases.flatMap(\.names)
        guard names.contains(where: known.contains) else { return nil }
        var columns: [CandleField?] = []
        for field in CandleField.allCases {
            guard let column = field.names.lazy.compactMap(names.firstIndex(of:)).first else {
                let expected = field.names.joined(separator: " or ")
                throw CandleFileError(
                    line: line, message: "the header names no column \(expected)")
            }
            while columns.count <= column { columns.append(nil) }
            columns[column] = field
        }
        self.columns = columns
    }
}
