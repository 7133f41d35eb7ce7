internal import ArgumentParser
internal import CanonicalJSON
internal import Digest
internal import Market
internal import Projections
internal import SystemIO

/// A configuration named on the command line.
enum ConfigurationName {
    /// A preset, or a file with JSON.
    static func load(_ name: String) throws -> LabelingConfiguration {
        if let preset = LabelingConfiguration.presets.first(where: { $0.name == name }) {
            return preset.configuration
        }
        guard FileSystem.exists(name) else {
            let names = LabelingConfiguration.presets.map(\.name)
            let near = EditDistance.nearest(to: name, in: names)
            throw Failure(
                .noInput,
                "--config \(name): no preset (\(names.joined(separator: ", "))) and no file"
                    + (near.map { "; did you mean \($0)?" } ?? ""))
        }
        do {
            let json = try JSONValue(parsing: try FileBytes.read(path: name))
            return try LabelingConfiguration(json: json)
        } catch let error as JSONError {
            throw Failure(.badData, "\(name): \(error)")
        } catch let error as LabelingConfiguration.Invalid {
            throw Failure(.badData, "\(name): \(error)")
        }
    }

    /// What an update is to activate: presets, files with JSON, or beginnings of recorded hashes.
    ///
    /// A labelling that exists keeps its start: `--label-from` for it would be ignored, and is
    /// refused instead.
    static func load(
        _ names: [String], labelFrom: MarketTime?, for state: MarketState
    ) throws -> [LabelingConfiguration] {
        let configurations = try names.map {
            try recorded($0, in: state)?.configuration ?? load($0)
        }
        let hashes =
            names.isEmpty
            ? state.configuration.active.map(\.labelsHash) : configurations.map(\.labelsHash)
        if labelFrom != nil, !hashes.isEmpty, hashes.allSatisfy({ state.labelling($0) != nil }) {
            throw Failure(
                .usage,
                "--label-from: the labelling exists and keeps the start recorded when it was opened"
            )
        }
        return configurations
    }

    /// The labelling that a name selects; the newest activated one where there is no name.
    ///
    /// A name may also be the beginning of a recorded hash, of four digits at least.
    static func select(_ name: String?, in state: MarketState) throws -> LabelState {
        let wanted: LabelState?
        if let name {
            wanted = try labelling(name, in: state)
        } else {
            wanted = state.configuration.newest.flatMap { newest in
                state.labellings.first { $0.hash == newest.labelsHash }
            }
        }
        guard let wanted else {
            throw Failure(
                .noInput,
                "\(state.market) has no labels" + (name.map { " under --config \($0)" } ?? "")
                    + "; label it with `mechanic-replay update`")
        }
        return wanted
    }

    private static func labelling(_ name: String, in state: MarketState) throws -> LabelState? {
        if let recorded = try recorded(name, in: state) { return recorded }
        let configuration = try load(name)
        return state.labellings.first { $0.hash == configuration.labelsHash }
    }

    /// The labelling one of whose hashes begins with these four or more hexadecimal digits.
    private static func recorded(_ name: String, in state: MarketState) throws -> LabelState? {
        let digits = name.lowercased()
        guard digits.utf8.count >= 4,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        let found = state.labellings.filter {
            $0.hash.hex.hasPrefix(digits) || $0.configuration.hash.hex.hasPrefix(digits)
        }
        guard found.count <= 1 else {
            throw Failure(.usage, "--config \(name): more than one begins so")
        }
        return found.first
    }
}
