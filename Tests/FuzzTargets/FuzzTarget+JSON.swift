internal import CanonicalJSON

extension FuzzTarget {
    /// JSON: what is read, written canonically and read again is the same text.
    static let json = FuzzTarget(name: "json") { (input) throws(Violation) in
        guard let value = try? JSONValue(parsing: input) else {
            return try require(
                !JSONValue.isPlainCanonical(input), "plain canonical JSON is refused")
        }
        let canonical = value.canonicalBytes
        guard let again = try? JSONValue(parsing: canonical) else {
            throw Violation(description: "canonical JSON does not parse")
        }
        try require(again.canonicalBytes == canonical, "canonical JSON changes when read again")
        try require(
            !JSONValue.isPlainCanonical(input) || canonical == input,
            "canonical JSON is another text than what it was read from")
        let compact = try? JSONValue(parsing: value.compactText)
        try require(compact?.canonicalBytes == canonical, "compact JSON reads as another value")
    }
}
