public import Digest
public import EventFormat
public import EventStorage
public import Labeling
public import Market
public import Projections

/// What a label rests on, or that a trade is still open.
public struct LabelBlame: Blame {
    /// The market.
    public let market: MarketID
    /// The end of the commit as of which it was asked.
    public let position: GlobalPosition
    /// The open stamp of the entry candle, milliseconds UTC.
    public let entry: Int64
    /// The label; nil while the trade is open.
    public let label: Label?
    /// What was recorded of it before, in the order of the log.
    public let earlier: [Earlier]
    /// The labelling's configuration: its leaves that labels depend on.
    public let configuration: LabelingConfiguration
    /// Whether the candles known at the position give another label: they were revised, and nothing
    /// labelled it anew since, as nothing does for minutes outside the window.
    public let isOutdated: Bool
    /// The price that ends the trade by profit.
    public let target: Double
    /// The price that ends the trade by loss.
    public let stop: Double
    /// When the trade ends where neither price is reached, milliseconds UTC.
    public let deadline: Int64
    /// What the label's costs are made of; nil while the trade is open.
    public let costs: CostModel.Parts?
    /// The candle that decided; nil while the trade is open.
    public let deciding: Candle?
    /// Candles after the entry, up to the deciding one or, of an open trade, to the newest labelled.
    public let candles: Int
    /// The minutes among them without a candle.
    public let missing: [Int64]
    /// The newest candle labelled by the update that recorded the label, or last left it open.
    public let through: Int64
    /// The events.
    public let events: [BlamedEvent]
    /// Values that were replaced, and labels before.
    public let history: [BlamedEvent]
    /// The program.
    public let program: String
    /// The configuration that decided.
    public let configurationHash: Hash256
    /// The labelling.
    public let labelsHash: Hash256

    /// A label that was replaced.
    public struct Earlier: Sendable, Equatable {
        /// The event that recorded it.
        public let position: GlobalPosition
        /// The label; nil where it was withdrawn.
        public let label: Label?
    }

    /// Whether there was a label before that was withdrawn.
    public var isRetracted: Bool { label == nil && !earlier.isEmpty }

    /// The blame for the label of an entry.
    ///
    /// The candles are those that were labelled by the newest update up to the position: where they
    /// were revised since without effect on the label, the new values stand for the minute. A minute
    /// that was revised when it lay outside the window relabelled nothing: then the label rests on
    /// the values of its own update.
    ///
    /// - Parameters:
    ///   - labelling: as of the position.
    ///   - position: the end of a commit.
    /// - Throws: ``BlameError`` where there is no such trade, and why; `.corrupted` where the log has
    ///   no update that accounts for the label.
    /// - Complexity: O(events of the days from entry to decision + operations since).
    public static func of(
        _ view: borrowing StoreView, market: MarketID, _ labelling: LabelState, entry: Int64,
        asOf position: GlobalPosition
    ) throws -> LabelBlame {
        var search = LabelSearch(market, labelling, entry, position)
        try search.findLabel(view)
        try search.findUpdate(view)
        try search.findCandles(view)
        return try LabelBlame(search, view)
    }

    private init(_ search: LabelSearch, _ view: borrowing StoreView) throws {
        market = search.market
        position = search.position
        entry = search.entry
        label = search.label
        isOutdated = search.isOutdated
        earlier = search.earlier.map { Earlier(position: $0.position, label: $0.label) }
        configuration = search.labelling.configuration
        let rules = LabelRules(timeframe: market.timeframe, configuration: configuration)
        let price = search.entryCandle?.close ?? .nan
        target = price * rules.takeProfitFactor
        stop = price * rules.stopLossFactor
        deadline = entry + rules.timeout
        deciding = search.deciding
        let costs = CostModel(configuration)
        self.costs = search.label.flatMap { label in
            search.entryCandle.map { costs.parts(entry: $0, exitTime: label.exitTime) }
        }
        labelsHash = search.labelling.hash
        candles = search.walked.count
        missing = search.missing
        through = search.through
        program = search.program
        configurationHash = search.configurationHash
        events = try search.evidence.read(view)
        history = try search.history.read(view)
    }

    /// Computes the label from these events and no others.
    public func failure(from events: [RecordedEvent]) -> String? {
        reason {
            let given = try LabelReproduction(of: entry, in: market, from: events)
            guard given.recorded == label else {
                return "the events do not hold the label as it is recorded"
            }
            guard given.candles == candles else {
                return "the events hold \(given.candles) candles after the entry, not \(candles)"
            }
            for event in self.events where event.holdsCandles {
                for stamp in event.stamps where given.holders[stamp] != event.position {
                    return "the candle of \(UTCTime.text(milliseconds: stamp)) is not that of "
                        + "position \(event.position)"
                }
            }
            switch (given.label, label) {
            case (let one?, let other?):
                return one == other ? nil : other.difference(from: one, kind: "recorded")
            case (nil, nil): return nil
            case (nil, _): return "the candles leave the trade open"
            case (let one?, nil):
                return "the candles decide the trade by \(one.reason.name), and it is open"
            }
        }
    }
}
