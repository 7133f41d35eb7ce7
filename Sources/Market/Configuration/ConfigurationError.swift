/// Why no configuration could be made of files, environment and flags.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// Where the mistake is.
    public enum Source: Sendable {
        /// In a file.
        case file
        /// In a variable of the environment.
        case environment
        /// On the command line.
        case flag
    }

    /// Where the mistake is.
    public let source: Source
    /// Place, leaf and what is wrong with it.
    public let description: String

    init(_ source: Source, _ description: String) {
        self.source = source
        self.description = description
    }
}
