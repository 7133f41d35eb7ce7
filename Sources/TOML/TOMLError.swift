/// Why a text is not TOML, and where.
public struct TOMLError: Error, Equatable, CustomStringConvertible {
    /// What was wrong.
    public let message: String
    /// The line, from 1.
    public let line: Int

    /// The message with its place.
    public var description: String { "line \(line): \(message)" }
}
