public import CanonicalJSON

extension JSONDocument {
    /// Reads one TOML 1.0 document as the JSON value that says the same, so that a file means one
    /// thing in either format. Dates and times become the strings they are written as.
    ///
    /// Refuses what JSON has no value for: `inf`, `nan`, whole numbers beyond ±2^53; and documents
    /// nested deeper than 64, so that no input exhausts the stack.
    ///
    /// - Complexity: O(length).
    public init(toml text: [UInt8]) throws(TOMLError) {
        var reader = try TOMLReader(text)
        self = try reader.document()
    }
}
