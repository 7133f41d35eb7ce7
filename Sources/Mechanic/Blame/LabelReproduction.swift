internal import Digest
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// A label computed from a few events and nothing else, by the rules as they are written.
struct LabelReproduction {
    /// What the candles give; nil where they leave the trade open.
    let label: Label?
    /// What the events say; nil where they say nothing, or that it was withdrawn.
    let recorded: Label?
    /// Candles after the entry, to the deciding one or as far as the update labelled.
    let candles: Int
    /// The event that holds each of them and the entry, by stamp.
    let holders: [Int64: GlobalPosition]

    /// Labels one entry.
    ///
    /// - Throws: what is not among the events: the labelling, an update, its configuration, the entry.
    init(of entry: Int64, in market: MarketID, from events: [RecordedEvent]) throws {
        var opening: LabellingOpening?
        var configurations: [Hash256: Hash256] = [:]
        var completion: UpdateCompletion?
        var recorded: Label?
        var series = CandleSeries()
        var holders: [Int64: GlobalPosition] = [:]
        try LooseEvents(events).forEach { stream, event in
            guard stream.market == market else { throw BlameError("an event of another market") }
            switch (stream, event.currentType) {
            case (.labels, .labellingOpened): opening = try LabellingOpening(event.payload)
            case (.labels, _):
                for change in try LabelEvents.rows(event).changes where change.entry == entry {
                    recorded = change.label
                }
            case (.configuration, _):
                let change = try ConfigurationChange(event.payload)
                guard change.isActive else { throw BlameError("a configuration that was left") }
                configurations[change.configuration.hash] = change.configuration.labelsHash
            case (.operations, .updateCompleted): completion = try UpdateCompletion(event)
            case (.candles, _):
                var rows: [Candle] = []
                let position = event.frame.position
                try CandleEvents.forEachCandle(event) {
                    rows.append($0)
                    holders[$0.time] = position
                }
                series.merge(rows)
            default: throw BlameError("an event that no label rests on")
            }
        }
        guard let opening else { throw BlameError("labelling.opened is not among the events") }
        let hash = opening.configuration.labelsHash
        let summary = completion?.labellings.first { $0.labelsHash == hash }
        guard let summary else {
            throw BlameError("no update.completed of the labelling is among the events")
        }
        guard configurations[summary.configurationHash] == hash else {
            throw BlameError("the configuration of the update is not among the events")
        }
        guard let first = series.index(of: entry) else {
            throw BlameError("the entry candle is not among the events")
        }
        let rules = LabelRules(timeframe: market.timeframe, configuration: opening.configuration)
        label = series.label(of: first, through: summary.through, rules)
        self.recorded = recorded
        let last = label?.decidedAt ?? summary.through
        candles = series.firstIndex(atOrAfter: last + 1) - first - 1
        self.holders = holders.filter { (entry...last).contains($0.key) }
    }
}

extension LabelChange {
    /// The entry whose label changes.
    var entry: Int64 {
        switch self {
        case .closed(let label), .retracted(let label): label.entryTime
        case .revised(let revision): revision.label.entryTime
        }
    }

    /// The label from now on; nil where it is withdrawn.
    var label: Label? {
        switch self {
        case .closed(let label): label
        case .revised(let revision): revision.label
        case .retracted: nil
        }
    }
}
