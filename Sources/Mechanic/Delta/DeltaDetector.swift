internal import Digest
internal import EventFormat
public import EventStorage
internal import Labeling
public import Market
public import Projections

/// Says what an update would do, without doing it: reads only, commits nothing.
///
/// The rows are compared by the update's own rules, so that the counts are those that it will
/// report, if nobody writes in between.
public enum DeltaDetector {
    /// What the next update of a market will do.
    ///
    /// - Parameter now: the clock, microseconds UTC, as the update will have it.
    /// - Complexity: O(rows) beside loading the state; a labelling that is new or far behind counts
    ///   the candles of the log.
    public static func detect(
        _ store: EventStore, _ market: MarketID, _ request: UpdateRequest, at now: Int64
    ) throws -> Delta {
        try store.read { view in
            let state = try MarketState.load(view, market: market).state
            return try detect(view, state, request, at: now)
        }
    }

    /// As ``detect(_:_:_:at:)``, where the market's newest state is at hand.
    public static func detect(
        _ view: borrowing StoreView, _ state: MarketState, _ request: UpdateRequest, at now: Int64
    ) throws -> Delta {
        let market = state.market
        var archive = CandleArchive()
        let candles = try CandleDelta(
            request.candles.sortedByTime(), rejected: request.rejected, at: now, market: market,
            view, window: state.window, archive: &archive)
        let activated = activated(request, state, candles)
        var census = CandleCensus(state: state, delta: candles)
        let labellings = try labellings(request, activated, state, &census, view)
        let lastUpdate = try History.lastUpdate(view, market: market)
        return Delta(
            market: market, rows: candles.rows,
            recorded: candles.recorded.first.map { $0.time...candles.recorded.last!.time },
            gaps: candles.gaps, labellings: labellings,
            required: required(labellings, activated, state, census),
            lastUpdate: lastUpdate,
            sinceLastUpdate: lastUpdate.map { Delta.milliseconds(since: $0, to: now) },
            position: try view.head().position)
    }

    /// The configurations that the update makes active.
    private static func activated(
        _ request: UpdateRequest, _ state: MarketState, _ candles: CandleDelta
    ) -> [IdentifiedConfiguration] {
        var wanted = request.configurations.map(IdentifiedConfiguration.init)
        let hasCandles = state.window.newest != nil || !candles.recorded.isEmpty
        if wanted.isEmpty, state.isUndecided, hasCandles {
            wanted = [IdentifiedConfiguration(.scalp)]
        }
        return state.configuration.activations(of: wanted)
    }

    /// Nothing is to do where no row, no configuration and no labelling left behind asks for it.
    private static func required(
        _ labellings: [Delta.Labelling], _ activated: [IdentifiedConfiguration],
        _ state: MarketState, _ census: CandleCensus
    ) -> Delta.Requirement {
        if labellings.contains(where: \.isOpened) { return .fullRelabel }
        guard let newest = census.newest else { return activated.isEmpty ? .nothing : .incremental }
        let hashes = Set(labellings.map(\.labelsHash))
        let isBehind = state.labellings.contains {
            hashes.contains($0.hash)
                && ($0.through != newest || $0.candlesVersion != state.candlesVersion)
        }
        let isQuiet = activated.isEmpty && census.delta.rows.changes == 0 && !isBehind
        return isQuiet ? .nothing : .incremental
    }

    /// The labellings of all configurations that will be active; several may share one.
    private static func labellings(
        _ request: UpdateRequest, _ activated: [IdentifiedConfiguration], _ state: MarketState,
        _ census: inout CandleCensus, _ view: borrowing StoreView
    ) throws -> [Delta.Labelling] {
        var labellings: [Delta.Labelling] = []
        let kept = state.configuration.active.filter { !activated.contains($0) }
        for configuration in kept + activated {
            let isActivated = activated.contains(configuration)
            let hash = configuration.labelsHash
            if let known = labellings.firstIndex(where: { $0.labelsHash == hash }) {
                labellings[known].isActivated = labellings[known].isActivated || isActivated
                continue
            }
            var labelling: Delta.Labelling
            if let index = state.labelling(hash) {
                labelling = try carriedOn(
                    state.labellings[index], configuration, state, &census, view)
            } else {
                labelling = try opened(configuration, request, state, &census, view)
            }
            labelling.isActivated = isActivated
            labellings.append(labelling)
        }
        return labellings
    }

    private static func opened(
        _ configuration: IdentifiedConfiguration, _ request: UpdateRequest, _ state: MarketState,
        _ census: inout CandleCensus, _ view: borrowing StoreView
    ) throws -> Delta.Labelling {
        let start = try Updater.startOfLabelling(
            isFirst: state.labellings.isEmpty, labelFrom: request.labelFrom,
            cutoff: census.newest.map { $0 - RollingWindow.length },
            timeframe: state.market.timeframe
        ) { try census.oldest(view) }
        return Delta.Labelling(
            configurationHash: configuration.hash, labelsHash: configuration.labelsHash,
            isActivated: false, isOpened: census.newest != nil, open: 0, behind: 0,
            newEntries: try census.count(from: start, view), touchedEntries: 0,
            windowEntries: census.windowCount(from: start))
    }

    private static func carriedOn(
        _ labelling: LabelState, _ configuration: IdentifiedConfiguration, _ state: MarketState,
        _ census: inout CandleCensus, _ view: borrowing StoreView
    ) throws -> Delta.Labelling {
        let next = max(labelling.startsAt, labelling.through.map { $0 + 1 } ?? .min)
        return Delta.Labelling(
            configurationHash: configuration.hash, labelsHash: configuration.labelsHash,
            isActivated: false, isOpened: false,
            open: labelling.openEntries(state.window).count,
            behind: try census.recordedCount(from: next, through: .max, view),
            newEntries: try census.count(from: next, view),
            touchedEntries: try touched(labelling, &census, view),
            windowEntries: census.windowCount(from: labelling.startsAt))
    }

    /// The entries from a timeout before the earliest touched minute through the latest: an older one
    /// was decided before it, unless minutes are missing.
    private static func touched(
        _ labelling: LabelState, _ census: inout CandleCensus, _ view: borrowing StoreView
    ) throws -> Int {
        guard let through = labelling.through else { return 0 }
        let stamps =
            try History.revisedStamps(
                view, market: census.market, after: labelling.candlesVersion)
            + census.delta.revisions.map(\.candle.time)
        let minutes = LabelDelta.minutes(stamps, through: through)
        guard let earliest = minutes.min(), let latest = minutes.max() else { return 0 }
        let first = earliest - labelling.configuration.timeoutMilliseconds
        return try census.count(from: max(labelling.startsAt, first), through: latest, view)
    }
}
