internal import ArgumentParser
internal import SystemIO

/// Who says something that is recorded.
struct OperatorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who says so (default: $USER).", valueName: "name"))
    var by: String?

    /// The user of this process; nil where the system does not say.
    static var user: String? { ProcessEnvironment.value("USER") }

    /// The name; it must be known, as it is recorded for ever.
    func name() throws -> String {
        guard let name = by ?? Self.user else {
            throw Failure(.usage, "--by: say who you are; the variable USER does not")
        }
        return name
    }
}
