/// Bytes that are not what the format says: damage, or a store of a later program.
public struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, with the offset where that helps.
    public let description: String

    /// An error.
    public init(_ description: String) { self.description = description }
}
