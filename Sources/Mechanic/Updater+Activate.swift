public import EventFormat
internal import EventStorage
public import Market
internal import Projections

extension Updater {
    /// Makes a configuration the newest active one; the next update labels the market under it.
    ///
    /// - Parameter now: the clock, microseconds UTC.
    /// - Returns: where the log ends, and whether anything changed.
    public func activate(
        _ configuration: LabelingConfiguration, at now: Int64
    ) throws -> (position: GlobalPosition, isNew: Bool) {
        let wanted = IdentifiedConfiguration(configuration)
        let (_, receipt) = try commit(at: now) { commit, warm in
            guard warm.state.configuration.newest != wanted else { return }
            let change = ConfigurationChange(configuration, isActive: true)
            _ = try record(change.event, to: .configuration(market), &commit, &warm)
        }
        return (receipt.head.position, receipt.newEvents > 0)
    }
}
