internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections
internal import Spelling
internal import SystemIO

/// Leaves given on the command line.
struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A leaf's value, above all other sources; may be given more than once.",
            valueName: "leaf=value"))
    var settings: [String] = []

    /// What decides leaves here: the project's file and the environment only where no name does.
    func sources(isNamed: Bool, console: Console) throws -> ConfigurationSources {
        guard !isNamed else { return try ConfigurationSources(settings: settings) }
        let environment = ProcessEnvironment.values(prefix: ConfigurationSources.prefix)
        let sources = try ConfigurationSources(
            file: try Self.projectFile(environment[ConfigurationSources.fileVariable] ?? ""),
            environment: environment, settings: settings)
        for name in sources.ignoredVariables {
            console.say("warning: environment \(name): no leaf of this program; ignored")
        }
        return sources
    }

    private static func projectFile(_ named: String) throws -> ConfigurationFile? {
        let variable = ConfigurationSources.fileVariable
        guard named.isEmpty else {
            guard FileSystem.exists(named) else {
                let isPreset = LabelingConfiguration.presets.contains { $0.name == named }
                throw Failure(
                    .noInput,
                    "environment \(variable): no file \(named)"
                        + (isPreset
                            ? "; a preset is named by \(ConfigurationSources.presetVariable)" : ""))
            }
            return try ConfigurationName.file(named)
        }
        let names = ConfigurationSources.fileNames.filter { FileSystem.exists($0) }
        guard names.count < 2 else {
            throw Failure(
                .badData,
                "\(names.joined(separator: " and ")) are both here: remove one, or name the one "
                    + "that counts with \(variable)")
        }
        return try names.first.map { try ConfigurationName.file($0) }
    }
}

/// A configuration named on the command line.
enum ConfigurationName {
    /// Far more than any configuration takes.
    private static let fileLimit = 1 << 20

    /// A preset, or a file with TOML or JSON.
    static func load(_ name: String) throws -> LayeredConfiguration {
        if let preset = LabelingConfiguration.presets.first(where: { $0.name == name }) {
            return LayeredConfiguration(preset)
        }
        guard FileSystem.exists(name) else {
            let names = LabelingConfiguration.presets.map(\.name)
            let near = EditDistance.nearest(to: name, in: names)
            throw Failure(
                .noInput,
                "\(name): no preset (\(names.joined(separator: ", "))), no recorded hash and no file"
                    + (near.map { "; did you mean \($0)?" } ?? ""))
        }
        return try LayeredConfiguration(file(name))
    }

    /// The leaves of a file.
    static func file(_ path: String) throws -> ConfigurationFile {
        try ConfigurationFile(
            name: path, bytes: try FileBytes.read(path: path, limit: fileLimit))
    }

    /// The beginning of a recorded hash, a preset or a file.
    static func load(
        _ name: String, or standings: [ConfigurationStanding]
    ) throws -> LayeredConfiguration {
        let hashes = standings.map { ($0.configuration.hash, $0.configuration.labelsHash) }
        guard let index = try recorded(name, in: hashes) else { return try load(name) }
        return LayeredConfiguration(
            standings[index].configuration.configuration,
            recordedAt: standings[index].position.number)
    }

    /// Why there is no such labelling, as of the state's position, and what to do.
    static func missing(_ name: String?, in state: MarketState) -> String {
        let known = state.labellings.map { String($0.hash.hex.prefix(16)) }
        let what =
            name.map { "no labels under --config \($0)" }
            ?? state.configuration.newest.map {
                "no labels yet under the newest configuration, \($0.hash.hex.prefix(16))"
            } ?? (known.isEmpty ? "no labels" : "no active configuration")
        return "\(state.market) has \(what) as of position \(state.position); "
            + (known.isEmpty
                ? "`mechanic-replay update` labels it"
                : "there are labels by --config \(known.joined(separator: " or ")), and "
                    + "`mechanic-replay update` labels what is active")
    }

    /// The configuration one of whose hashes begins with these four or more hexadecimal digits: an active
    /// one, or that with which a labelling was opened; of a labelling the one that decides about it.
    static func recorded(_ name: String, in state: MarketState) throws -> LabelingConfiguration? {
        let active = state.configuration.active.map { ($0.hash, $0.hash) }
        if let index = try recorded(name, in: active) {
            return state.configuration.active[index].configuration
        }
        let opened = state.labellings.map { ($0.configuration.hash, $0.hash) }
        guard let index = try recorded(name, in: opened) else { return nil }
        let labelling = state.labellings[index]
        // Named by its configuration that one is meant, though others may share its labels.
        if labelling.configuration.hash.hex.hasPrefix(name.lowercased()) {
            return labelling.configuration
        }
        let deciding = DriftSchedule.deciding(state).first { $0.labelsHash == labelling.hash }
        return deciding?.configuration ?? labelling.configuration
    }

    /// Whether a name may be the beginning of a hash: four or more small hexadecimal digits.
    static func isHash(_ name: String) -> Bool {
        name.utf8.count >= 4
            && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func recorded(_ name: String, in hashes: [(Hash256, Hash256)]) throws -> Int? {
        let digits = name.lowercased()
        guard isHash(digits) else { return nil }
        let found = hashes.indices.filter {
            hashes[$0].0.hex.hasPrefix(digits) || hashes[$0].1.hex.hasPrefix(digits)
        }
        guard found.count <= 1 else {
            throw Failure(.usage, "\(name): more than one recorded hash begins so")
        }
        return found.first
    }
}
