public import EventFormat
internal import EventStorage
public import Market
internal import Projections

extension Updater {
    /// How far before the window a later labelling of a market starts: 37 days, the current and the
    /// reference period of a drift check.
    static let laterStart: Int64 = 37 * UTCDay.milliseconds

    /// Makes a configuration the newest active one; the next update labels the market under it.
    ///
    /// - Parameters:
    ///   - isOnly: whether all others are made inactive in the same commit.
    ///   - now: the clock, microseconds UTC.
    /// - Returns: where the log ends, and whether anything changed.
    public func activate(
        _ configuration: LabelingConfiguration, only isOnly: Bool = false, at now: Int64
    ) throws -> (position: GlobalPosition, isNew: Bool) {
        let wanted = IdentifiedConfiguration(configuration)
        let (_, receipt) = try commit(at: now) { commit, warm in
            for other in warm.state.configuration.active where isOnly && other != wanted {
                let change = ConfigurationChange(other.configuration, isActive: false)
                _ = try record(change.event, to: .configuration(market), &commit, &warm)
            }
            guard warm.state.configuration.newest != wanted else { return }
            let change = ConfigurationChange(configuration, isActive: true)
            _ = try record(change.event, to: .configuration(market), &commit, &warm)
        }
        return (receipt.head.position, receipt.newEvents > 0)
    }

    /// Makes a configuration inactive: updates do not carry its labels on. Activated again it finds
    /// them, and only what is new or was revised meanwhile is labelled.
    ///
    /// - Parameter now: the clock, microseconds UTC.
    /// - Returns: where the log ends, and whether anything changed.
    public func deactivate(
        _ configuration: LabelingConfiguration, at now: Int64
    ) throws -> (position: GlobalPosition, isNew: Bool) {
        let unwanted = IdentifiedConfiguration(configuration)
        let (_, receipt) = try commit(at: now) { commit, warm in
            guard warm.state.configuration.contains(unwanted) else { return }
            let change = ConfigurationChange(configuration, isActive: false)
            _ = try record(change.event, to: .configuration(market), &commit, &warm)
        }
        return (receipt.head.position, receipt.newEvents > 0)
    }

    /// The configurations with their hashes; an hourly update asks for the same ones each time.
    func identified(_ configurations: [LabelingConfiguration]) -> [IdentifiedConfiguration] {
        if configurations != known.map(\.configuration) {
            known = configurations.map(IdentifiedConfiguration.init)
        }
        return known
    }

    /// Makes the configurations asked for active and opens their labellings.
    func activate(
        _ request: UpdateRequest, _ commit: inout Commit, _ warm: inout Warm
    ) throws {
        var wanted = identified(request.configurations)
        let hasCandles = warm.state.window.newest != nil
        if wanted.isEmpty, warm.state.isUndecided, hasCandles {
            wanted = identified([.scalp])
        }
        for wanted in warm.state.configuration.activations(of: wanted) {
            let change = ConfigurationChange(wanted.configuration, isActive: true)
            _ = try record(change.event, to: .configuration(market), &commit, &warm)
        }
        // Where labels start is known when there are candles.
        guard hasCandles else { return }
        let isFirst = warm.state.labellings.isEmpty
        for configuration in warm.state.configuration.active {
            let hash = configuration.labelsHash
            guard warm.state.labelling(hash) == nil else { continue }
            // A new labelling reads the whole window, and its start depends on the oldest candle.
            try warm.state.load(commit.view)
            let start = try startOfLabelling(
                isFirst: isFirst, labelFrom: request.labelFrom, commit, warm)
            let opening = LabellingOpening(configuration.configuration, startsAt: start)
            _ = try record(opening.event, to: .labels(market, hash: hash), &commit, &warm)
        }
    }

    private func startOfLabelling(
        isFirst: Bool, labelFrom: Int64?, _ commit: borrowing Commit, _ warm: borrowing Warm
    ) throws -> Int64 {
        let candles = warm.state.window.candles
        return try Self.startOfLabelling(
            isFirst: isFirst, labelFrom: labelFrom, cutoff: warm.state.window.cutoff,
            timeframe: market.timeframe
        ) {
            // Candles of this very commit are in the window only, and late ones may be the oldest.
            let known = try History.oldestCandle(commit.view, market: market)
            return [known, candles.oldest].compactMap { $0 }.min()
        }
    }

    /// Where a labelling starts: a market's first covers everything, a later one starts 37 days
    /// before the window.
    static func startOfLabelling(
        isFirst: Bool, labelFrom: Int64?, cutoff: Int64?, timeframe: Timeframe,
        oldest: () throws -> Int64?
    ) rethrows -> Int64 {
        if let labelFrom { return labelFrom }
        guard !isFirst, let cutoff else { return LabelState.fromTheBeginning }
        return max(try oldest() ?? 0, cutoff - laterStart + timeframe.milliseconds)
    }
}
