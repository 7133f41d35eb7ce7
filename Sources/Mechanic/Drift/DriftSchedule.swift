internal import Digest
public import Market
public import Projections

/// When a drift check is due: by market time and by what was revised, never by a clock.
public enum DriftSchedule {
    /// Why a check of a labelling is due; nil if none is.
    ///
    /// - Parameters:
    ///   - configuration: the one that decides about the labelling.
    ///   - end: the close of the newest candle, milliseconds UTC.
    public static func cause(
        _ state: MarketState, _ configuration: IdentifiedConfiguration, end: Int64
    ) -> DriftCheck.Cause? {
        guard let last = state.drift[configuration.labelsHash] else { return .first }
        let policy = configuration.configuration.drift
        if last.configurationHash != configuration.hash { return .configuration }
        let baseline = state.baselines[configuration.labelsHash]
        let isPinned = baseline?.isPinned ?? false
        if isPinned != last.wasPinned || (isPinned && baseline?.version != last.baseline) {
            return .baseline
        }
        if UTCTime.floor(end, policy.checkInterval) > UTCTime.floor(last.end, policy.checkInterval)
        {
            return .schedule
        }
        return last.revisedMinutes >= policy.checkRows ? .data : nil
    }

    /// The configurations that decide about drift: of the active ones that share a labelling the newest,
    /// in the order in which the labellings became active.
    public static func deciding(_ state: MarketState) -> [IdentifiedConfiguration] {
        var deciding: [IdentifiedConfiguration] = []
        for configuration in state.configuration.active
        where state.labelling(configuration.labelsHash) != nil {
            let known = deciding.firstIndex { $0.labelsHash == configuration.labelsHash }
            if let known {
                deciding[known] = configuration
            } else {
                deciding.append(configuration)
            }
        }
        return deciding
    }
}

extension DriftPolicy {
    /// The current window and the reference period of a check that ends at a moment.
    func periods(endingAt end: Int64) -> (current: Range<Int64>, reference: Range<Int64>) {
        let start = end - currentLength
        return (start..<end, start - baselineLength..<start)
    }
}
