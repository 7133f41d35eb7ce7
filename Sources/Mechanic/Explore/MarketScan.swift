internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections

/// What the events between two points did to one market.
struct MarketScan {
    /// A row as it was before the first event that touched it, and after the last.
    struct Net<Value: Sendable> {
        let old: Value?
        var new: Value?
        /// Whether a candle came after younger ones.
        var isLate = false
        var touch = StateChange.Touch()
    }

    /// A thing that is no row.
    enum Key: Hashable {
        case labelling(Hash256)
        case configuration(Hash256)
        case order
        case baseline(Hash256)
        case release(Hash256)
        case check(Hash256)
        case level(Hash256)
        case pause(Hash256)
        case alert(UInt64)
        case acknowledgement(UInt64)
        case delivery(UInt64)
    }

    let market: MarketID
    /// The states at both points, without rows.
    let before: MarketState
    let after: MarketState
    private let keepsCandles: Bool
    private let keepsLabels: Bool
    private let labels: Hash256?
    private let stamps: ClosedRange<Int64>
    private(set) var candles: [Int64: Net<Candle>] = [:]
    /// Minutes that were revised or came late, in the windows or before them: baselines and checks go
    /// stale by them.
    private(set) var revisions: [(touch: StateChange.Touch, stamps: [Int64])] = []
    private(set) var closed: [Hash256: [Int64: Net<Label>]] = [:]
    private(set) var touches: [Key: StateChange.Touch] = [:]
    /// Alerts that were raised in between, by number.
    private(set) var raised: [UInt64: AlertRaised] = [:]
    /// The labellings under which trading is paused at this place of the walk.
    private var paused: Set<Hash256>
    /// Configurations that came or went in between.
    private(set) var configurations: [IdentifiedConfiguration] = []

    init(
        _ view: borrowing StoreView, _ market: MarketID, from first: GlobalPosition,
        to last: GlobalPosition, _ options: StateDiff.Options
    ) throws {
        self.market = market
        before = try MarketState.outline(view, market: market, through: first)
        after = try MarketState.outline(view, market: market, through: last)
        keepsCandles = options.parts.contains(.candles)
        keepsLabels = options.parts.contains(.labels)
        labels = options.labels
        stamps = options.stamps ?? Int64.min ... .max
        paused = Set(
            before.operations.watches.filter { $0.pausedSince != nil }.map(\.labelsHash))
    }

    /// Whether a stamp is asked about and lies in the window of one of the two states.
    func reaches(_ stamp: Int64) -> Bool {
        guard stamps.contains(stamp) else { return false }
        return [before.window, after.window].contains { window in
            guard let newest = window.newest, let cutoff = window.cutoff else { return false }
            return stamp > cutoff && stamp <= newest
        }
    }

    /// Notes what an event did.
    ///
    /// - Complexity: O(rows of the event).
    mutating func take(
        _ event: borrowing EventView, of stream: MarketStream, _ touch: StateChange.Touch
    ) throws {
        switch (stream, event.currentType) {
        case (.candles, .candlesRecorded):
            guard keepsCandles else { return }
            try CandleEvents.forEachCandle(event) { note($0, old: nil, isLate: false, touch) }
        case (.candles, .candlesRevised):
            var stamps: [Int64] = []
            defer { revisions.append((touch, stamps)) }
            try CandleEvents.forEachRevision(try event.columns(.candleRevisions)) { row in
                stamps.append(row.candle.time)
                guard keepsCandles else { return }
                let isLate = row.kind == .late
                note(row.candle, old: isLate ? nil : row.previous, isLate: isLate, touch)
            }
        case (.labels, .labellingOpened):
            let opening = try LabellingOpening(event.payload)
            self.touch(.labelling(opening.configuration.labelsHash), touch)
        case (.labels, _): try takeLabels(event, touch)
        case (.configuration, _):
            let change = try ConfigurationChange(event.payload)
            let configuration = IdentifiedConfiguration(change.configuration)
            if !configurations.contains(configuration) { configurations.append(configuration) }
            self.touch(.configuration(configuration.hash), touch)
            self.touch(.order, touch)
        case (.drift, _): try takeDrift(event, touch)
        case (.operations, _): try takeOperations(event, touch)
        default: break
        }
    }

    private mutating func touch(_ key: Key, _ touch: StateChange.Touch) {
        touches[key, default: StateChange.Touch()].note(touch)
    }

    private mutating func note(
        _ candle: Candle, old: Candle?, isLate: Bool, _ touch: StateChange.Touch
    ) {
        guard reaches(candle.time) else { return }
        candles[candle.time, default: Net(old: old, new: nil, isLate: isLate)].new = candle
        candles[candle.time]!.touch.note(touch)
    }

    private mutating func takeLabels(
        _ event: borrowing EventView, _ touch: StateChange.Touch
    ) throws {
        guard keepsLabels else { return }
        let (hash, changes) = try LabelEvents.rows(event)
        guard labels == nil || labels == hash else { return }
        for change in changes {
            let (old, new): (Label?, Label?) =
                switch change {
                case .closed(let label): (nil, label)
                case .revised(let revision): (revision.previous, revision.label)
                case .retracted(let label): (label, nil)
                }
            guard let entry = (old ?? new)?.entryTime, reaches(entry) else { continue }
            closed[hash, default: [:]][entry, default: Net(old: old, new: nil)].new = new
            closed[hash]![entry]!.touch.note(touch)
        }
    }

    private mutating func takeDrift(
        _ event: borrowing EventView, _ touch: StateChange.Touch
    ) throws {
        switch event.currentType {
        case .baselineRecorded:
            self.touch(.baseline(try BaselineRecord(event).labelsHash), touch)
        case .baselineReleased:
            self.touch(.release(try BaselineRelease(event.payload).labelsHash), touch)
        case .driftChecked: self.touch(.check(try DriftCheck(event).labelsHash), touch)
        default: break
        }
    }

    private mutating func takeOperations(
        _ event: borrowing EventView, _ touch: StateChange.Touch
    ) throws {
        switch event.currentType {
        case .decisionMade:
            let decision = try Decision(event)
            let hash = decision.labelsHash
            // Most decisions leave everything as it is; the first one says that there is a level.
            let isFirst = before.operations[hash] == nil && touches[.level(hash)] == nil
            if decision.level != decision.previousLevel || isFirst {
                self.touch(.level(hash), touch)
            }
            if decision[.pauseTrading] != nil, paused.insert(hash).inserted {
                self.touch(.pause(hash), touch)
            }
        case .alertRaised:
            let alert = try AlertRaised(event)
            raised[alert.alert] = alert
            self.touch(.alert(alert.alert), touch)
            if let replaced = alert.replaces { self.touch(.alert(replaced), touch) }
        case .alertAcknowledged:
            self.touch(.acknowledgement(try AlertAcknowledged(event.payload).alert), touch)
        case .alertDelivered:
            let delivery = try AlertDelivered(event.payload)
            if delivery.isDelivered { self.touch(.delivery(delivery.alert), touch) }
        case .alertResolved: self.touch(.alert(try AlertResolved(event).alert), touch)
        case .tradingResumed:
            for hash in try TradingResumed(event.payload).labelsHashes {
                paused.remove(hash)
                self.touch(.pause(hash), touch)
            }
        default: break
        }
    }
}
