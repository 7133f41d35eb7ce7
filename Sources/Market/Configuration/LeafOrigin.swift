/// Where the value of a leaf comes from.
public enum LeafOrigin: Equatable, Sendable, CustomStringConvertible {
    /// A preset of the program.
    case preset(String)
    /// A place in a file.
    case file(String)
    /// A variable of the environment.
    case environment(String)
    /// `--set` on the command line.
    case flag
    /// A configuration activated before, by the event at this position.
    case recorded(UInt64)

    /// As `config show --origin` prints it.
    public var description: String {
        switch self {
        case .preset(let name): "preset \(name)"
        case .file(let place): place
        case .environment(let variable): "environment \(variable)"
        case .flag: "flag --set"
        case .recorded(let position): "recorded at position \(position)"
        }
    }

    /// Whom an error of this value concerns.
    var source: ConfigurationError.Source {
        switch self {
        case .file: .file
        case .environment: .environment
        case .preset, .flag, .recorded: .flag
        }
    }
}
