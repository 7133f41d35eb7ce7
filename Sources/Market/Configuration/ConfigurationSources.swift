internal import Spelling

/// What may decide a leaf beside `--config`: `--set`, then the environment, then the project's file,
/// then a preset. Read once; nothing here opens a file or asks the process for a variable.
public struct ConfigurationSources: Sendable {
    /// What all variables of the program begin with.
    public static let prefix = "MECHANIC_"
    /// The names that the project's file may have in the current directory.
    public static let fileNames = ["mechanic.toml", "mechanic.json"]
    /// The variable that names another project file.
    public static let fileVariable = "MECHANIC_CONFIG"
    /// The variable that names the preset to start from.
    public static let presetVariable = "MECHANIC_PRESET"
    /// The variable that names a file to which updates append alerts.
    public static let alertFileVariable = "MECHANIC_ALERT_FILE"
    /// The variable that holds a command which updates run for each alert.
    public static let alertCommandVariable = "MECHANIC_ALERT_COMMAND"
    /// Variables of the program and its tools that are no leaves.
    public static let otherVariables = [
        fileVariable, presetVariable, alertFileVariable, alertCommandVariable, "MECHANIC_STORE",
        "MECHANIC_LOG", "MECHANIC_KEY",
        "MECHANIC_FUZZ", "MECHANIC_REPLAY",
    ]

    private let file: ConfigurationFile?
    private let preset: LabelingConfiguration.Preset?
    private let variables: [(leaf: ConfigurationLeaf, text: String)]
    private let settings: [(leaf: ConfigurationLeaf, text: String)]
    /// Variables that begin like ours and mean nothing, to be told to the user.
    public let ignoredVariables: [String]

    /// Sorts what was given; values are read by ``effective()``.
    ///
    /// A variable `MECHANIC_X` that is no leaf is refused where a known name is near, as a mistyped
    /// leaf would silently label otherwise than was meant; others are ignored.
    ///
    /// - Parameters:
    ///   - file: the project's file, if there is one.
    ///   - environment: the variables whose names begin with ``prefix``; an empty one counts as
    ///     not set.
    ///   - settings: `leaf=value` as `--set` has it, each leaf once.
    public init(
        file: ConfigurationFile? = nil, environment: [String: String] = [:],
        settings: [String] = []
    ) throws(ConfigurationError) {
        self.file = file
        var variables: [(leaf: ConfigurationLeaf, text: String)] = []
        var ignored: [String] = []
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where !text.isEmpty {
            if let leaf = ConfigurationLeaf.allCases.first(where: { $0.variable == name }) {
                variables.append((leaf, text))
            } else if !Self.otherVariables.contains(name) {
                try Self.refuseMistyped(name)
                ignored.append(name)
            }
        }
        self.variables = variables
        ignoredVariables = ignored
        let presetName = environment[Self.presetVariable] ?? ""
        preset = presetName.isEmpty ? nil : try Self.preset(presetName)
        self.settings = try Self.parse(settings)
    }

    /// Whether nothing at all was given, so that what is active already stays as it is.
    public var isEmpty: Bool {
        file == nil && preset == nil && variables.isEmpty && settings.isEmpty
    }

    /// The configuration of all layers where no `--config` names one.
    public func effective() throws(ConfigurationError) -> LayeredConfiguration {
        let base = preset ?? file?.preset ?? LabelingConfiguration.presets[0]
        var result = LayeredConfiguration(base)
        if let file { try result.lay(file) }
        for (leaf, text) in variables {
            try result.lay(text, on: leaf, from: .environment(leaf.variable))
        }
        return try adjusted(result)
    }

    /// A configuration with `--set` on top, and nothing else.
    public func adjusted(
        _ named: LayeredConfiguration
    ) throws(ConfigurationError) -> LayeredConfiguration {
        var result = named
        for (leaf, text) in settings { try result.lay(text, on: leaf, from: .flag) }
        try result.validate()
        return result
    }

    private static func refuseMistyped(_ name: String) throws(ConfigurationError) {
        // Without the prefix, which all have in common and which would make everything near.
        func rest(_ name: String) -> String { String(name.dropFirst(prefix.count)) }
        let known = ConfigurationLeaf.allCases.map(\.variable) + otherVariables
        guard let near = EditDistance.nearest(to: rest(name), in: known.map(rest)) else { return }
        throw ConfigurationError(
            .environment,
            "environment \(name): unknown; did you mean \(prefix)\(near)? Unset it if not")
    }

    private static func preset(
        _ name: String
    ) throws(ConfigurationError) -> LabelingConfiguration.Preset {
        do throws(LabelingConfiguration.Invalid) {
            return try ConfigurationDocument.preset(name)
        } catch {
            throw ConfigurationError(
                .environment, "environment \(presetVariable): \(error.message)")
        }
    }

    private static func parse(
        _ settings: [String]
    ) throws(ConfigurationError) -> [(leaf: ConfigurationLeaf, text: String)] {
        var parsed: [(leaf: ConfigurationLeaf, text: String)] = []
        for setting in settings {
            guard let equals = setting.firstIndex(of: "=") else {
                throw ConfigurationError(
                    .flag, "--set \(setting): expected leaf=value, such as take_profit_bps=20")
            }
            let name = String(setting[..<equals])
            guard name != ConfigurationDocument.presetName else {
                throw ConfigurationError(
                    .flag,
                    "--set \(setting): a preset is no leaf; name it with --config, "
                        + "\(presetVariable) or in the project file")
            }
            do throws(LabelingConfiguration.Invalid) {
                let leaf = try ConfigurationDocument.leaf(name)
                guard !parsed.contains(where: { $0.leaf == leaf }) else {
                    throw LabelingConfiguration.Invalid(leaf, "is set twice")
                }
                parsed.append((leaf, String(setting[setting.index(after: equals)...])))
            } catch {
                throw ConfigurationError(.flag, "flag --set: \(error)")
            }
        }
        return parsed
    }
}
