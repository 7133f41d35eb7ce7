internal import ArgumentParser
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections

/// What an update labels, and from where on.
struct LabellingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A preset, a TOML or JSON file or the beginning of a recorded hash to activate; may be "
                + "given more than once.", valueName: "preset|file|hash"))
    var config: [String] = []

    @OptionGroup var setting: SettingOptions

    @Option(
        help: ArgumentHelp(
            "Where a labelling that is opened now starts (default: a market's first covers "
                + "everything, later ones start 37 days before the window).", valueName: "time"))
    var labelFrom: MarketTime?

    /// Reads files and environment, once for all markets.
    func request(_ console: Console) throws -> ConfigurationRequest {
        ConfigurationRequest(
            names: config,
            sources: try setting.sources(isNamed: !config.isEmpty, console: console),
            labelFrom: labelFrom)
    }
}

/// The configurations that an update shall make active: those that `--config` names, else what
/// `--set`, environment and project file say.
struct ConfigurationRequest {
    let names: [String]
    let sources: ConfigurationSources
    let labelFrom: MarketTime?

    /// What a market's update activates; nothing where nobody asked: it goes on with those active.
    ///
    /// A labelling that exists keeps its start: `--label-from` for it would be ignored, and is
    /// refused instead.
    func configurations(for state: MarketState) throws -> [LabelingConfiguration] {
        let configurations = try layered(for: state).map(\.configuration)
        if labelFrom != nil { try refuseStart(of: configurations, in: state) }
        return configurations
    }

    /// What a market's update with these rows is asked to do.
    func update(_ input: CandleInput?, of state: MarketState) throws -> UpdateRequest {
        var request = UpdateRequest(
            candles: input?.candles ?? CandleColumns(), rejected: input?.rejectedCount ?? 0,
            configurations: try configurations(for: state))
        request.labelFrom = labelFrom?.milliseconds
        return request
    }

    private func refuseStart(
        of configurations: [LabelingConfiguration], in state: MarketState
    ) throws {
        let hashes =
            configurations.isEmpty
            ? state.configuration.active.map(\.labelsHash) : configurations.map(\.labelsHash)
        guard !hashes.isEmpty, hashes.allSatisfy({ state.labelling($0) != nil }) else { return }
        throw Failure(
            .usage,
            "--label-from: the labelling exists and keeps the start recorded when it was opened")
    }

    private func layered(for state: MarketState) throws -> [LayeredConfiguration] {
        guard names.isEmpty else {
            return try names.map { name in
                let recorded = try ConfigurationName.recorded(name, in: state).map {
                    LayeredConfiguration($0, recordedAt: state.position.number)
                }
                return try sources.adjusted(try recorded ?? ConfigurationName.load(name))
            }
        }
        return sources.isEmpty ? [] : [try sources.effective()]
    }
}
