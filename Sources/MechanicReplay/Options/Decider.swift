internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// A labelling, and the configuration whose policy decides about its drift.
struct Decider {
    let labelling: LabelState
    var configuration: IdentifiedConfiguration
    /// What names it on a command line: the beginning of its hash if that is recorded.
    let name: String

    /// The configuration that a name selects as of a position; the newest activated one where there
    /// is no name.
    ///
    /// A name may be the beginning of a recorded hash. Where it is a labelling's, the configuration
    /// that decides about it is meant.
    static func select(
        _ name: String?, in state: MarketState, _ view: borrowing StoreView,
        _ position: GlobalPosition
    ) throws -> Decider {
        let standings = try ConfigurationStanding.all(
            view, market: state.market, through: position
        ).map(\.configuration)
        let chosen =
            try name.map { try recorded($0, standings, state) ?? loaded($0) }
            ?? state.configuration.newest
        guard let chosen, let index = state.labelling(chosen.labelsHash) else {
            throw Failure(.noInput, ConfigurationName.missing(name, in: state))
        }
        let isRecorded = standings.contains(chosen)
        return Decider(
            labelling: state.labellings[index], configuration: chosen,
            name: isRecorded ? String(chosen.hash.hex.prefix(16)) : name ?? "")
    }

    private static func loaded(_ name: String) throws -> IdentifiedConfiguration {
        IdentifiedConfiguration(try ConfigurationName.load(name).configuration)
    }

    private static func recorded(
        _ name: String, _ standings: [IdentifiedConfiguration], _ state: MarketState
    ) throws -> IdentifiedConfiguration? {
        let digits = name.lowercased()
        guard ConfigurationName.isHash(digits) else { return nil }
        let named = standings.filter { $0.hash.hex.hasPrefix(digits) }
        let labellings = Set(
            standings.map(\.labelsHash).filter { $0.hex.hasPrefix(digits) })
        guard named.count + labellings.count <= 1 else {
            throw Failure(.usage, "\(name): more than one recorded hash begins so")
        }
        guard let hash = labellings.first else { return named.first }
        return DriftSchedule.deciding(state).first { $0.labelsHash == hash }
            ?? standings.last { $0.labelsHash == hash }
    }
}
