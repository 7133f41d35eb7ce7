/// A decoder of bytes from outside, and what must hold of it whatever the bytes are.
///
/// libFuzzer runs it on bytes it invents (`tools/fuzz`), a test on those it kept.
public struct FuzzTarget: Sendable {
    /// The name: of the directory of kept inputs too.
    public let name: String
    /// Decodes; a refusal of the bytes is no violation.
    public let check: @Sendable ([UInt8]) throws(Violation) -> Void

    /// All of them.
    public static let all: [FuzzTarget] = [
        json, events, skips, tags, folds, drift, records, segments, dataFile, notes, proofs,
        candles, gzip, texts, configurations, toml,
    ]
}

/// A property that does not hold.
public struct Violation: Error, CustomStringConvertible {
    /// Which one, with the values.
    public let description: String
}

/// Throws unless a property holds.
func require(_ holds: Bool, _ property: @autoclosure () -> String) throws(Violation) {
    guard holds else { throw Violation(description: property()) }
}
