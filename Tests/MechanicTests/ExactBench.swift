import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// A bench beside the model: after every update the events of labels that were recorded are exactly
/// those that the model expects, row by row.
final class ExactBench {
    let bench: Bench
    private(set) var model: LabelModel
    /// Said in every failure.
    let comment: String

    init(_ market: MarketID, _ comment: String = "") throws {
        bench = try Bench(market, [])
        bench.snapshotInterval = 64
        model = LabelModel(timeframe: market.timeframe)
        self.comment = comment
    }

    /// Updates both and compares what each did to labels.
    ///
    /// - Parameter now: milliseconds UTC.
    @discardableResult
    func update(
        _ rows: [Candle], now: Int64, activating: [LabelingConfiguration] = [], _ step: String = ""
    ) throws -> [Hash256: [LabelModel.Change]] {
        let place = "\(comment) \(step)"
        let before = try bench.store.head().position
        let report = try bench.updater.update(
            UpdateRequest(candles: CandleColumns(rows), configurations: activating),
            at: now * 1_000)
        model.record(rows, now: now)
        let expected = model.update(activating: activating)
        let recorded = try changes(after: before)
        for (hash, changes) in expected {
            let found = recorded[hash] ?? []
            Self.compare(found, changes, place)
            let summary = report.labellings.first { $0.labelsHash == hash }
            let counts = [summary?.closed, summary?.revised, summary?.retracted]
            #expect(counts == Self.counts(changes), "\(place): counts of the report")
            checkTimeouts(changes: found, hash, place)
        }
        for hash in recorded.keys {
            #expect(expected[hash] != nil, "\(place): a labelling that is not active changed")
        }
        return expected
    }

    func importCandles(_ rows: [Candle], now: Int64) throws {
        let before = try bench.store.head().position
        _ = try bench.updater.importCandles(CandleColumns(rows), at: now * 1_000)
        model.record(rows, now: now)
        #expect(try changes(after: before).isEmpty, "\(comment): an import labels nothing")
    }

    func deactivate(_ configuration: LabelingConfiguration) throws {
        let now = try bench.store.head().appendedAt + 1
        #expect(try bench.updater.deactivate(configuration, at: now).isNew)
        model.deactivate(configuration)
    }

    /// The whole log, the state and every label ever, against the model.
    func finish() throws {
        let audit = try bench.audit("\(comment)")
        #expect(audit.candles == model.candles, "\(comment): candles")
        for (hash, labelling) in model.labellings {
            let labels = audit.labels[hash] ?? [:]
            #expect(labels == labelling.labels, "\(comment): all labels of \(hash)")
        }
        try bench.check("\(comment)")
    }

    /// The rows of labels in the events after a position.
    private func changes(after position: GlobalPosition) throws -> [Hash256: [LabelModel.Change]] {
        var changes: [Hash256: [LabelModel.Change]] = [:]
        try bench.store.read { view in
            let first = GlobalPosition(position.number + 1)
            try view.forEachEvent(from: first, through: try view.head().position) { _, event in
                guard let type = event.type,
                    [.labelsClosed, .labelsRevised, .labelsRetracted].contains(type)
                else { return true }
                let (hash, rows) = try LabelEvents.rows(event)
                changes[hash, default: []] += rows.map { row in
                    switch row {
                    case .closed(let label): .closed(label)
                    case .revised(let one): .revised(one.label, previous: one.previous)
                    case .retracted(let label): .retracted(label)
                    }
                }
                return true
            }
        }
        return changes
    }

    private static func sorted(_ changes: [LabelModel.Change]) -> [LabelModel.Change] {
        func rank(_ change: LabelModel.Change) -> Int {
            switch change {
            case .retracted: 0
            case .revised: 1
            case .closed: 2
            }
        }
        return changes.sorted { ($0.entry, rank($0)) < ($1.entry, rank($1)) }
    }

    /// No more and no fewer, and each the same to the bit.
    private static func compare(
        _ found: [LabelModel.Change], _ expected: [LabelModel.Change], _ place: String
    ) {
        let (found, expected) = (sorted(found), sorted(expected))
        guard found != expected else { return }
        let index = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset
        let at = index ?? min(found.count, expected.count)
        func text(_ changes: [LabelModel.Change]) -> String {
            at < changes.count ? "\(changes[at])" : "none"
        }
        Issue.record(
            "\(place): \(found.count) changes instead of \(expected.count); the first that differs is \(text(found)) instead of \(text(expected))"
        )
    }

    private static func counts(_ changes: [LabelModel.Change]) -> [Int] {
        var counts = [0, 0, 0]
        for change in changes {
            switch change {
            case .closed: counts[0] += 1
            case .revised: counts[1] += 1
            case .retracted: counts[2] += 1
            }
        }
        return counts
    }

    /// A timeout needs a candle at or after its deadline, and no earlier one of them was there.
    private func checkTimeouts(
        changes: [LabelModel.Change], _ hash: Hash256, _ place: String
    ) {
        guard let labelling = model.labellings[hash] else { return }
        let timeout = Int64(labelling.configuration.timeoutMinutes) * 60_000
        for change in changes {
            let label: Label
            switch change {
            case .closed(let new): label = new
            case .revised(let new, _): label = new
            case .retracted: continue
            }
            guard label.reason == .timeout else { continue }
            let deadline = label.entryTime + timeout
            // In steps of the grid from the deadline on: the first candle that is there decides.
            let interval = model.timeframe.milliseconds
            var first = deadline + (interval - deadline % interval) % interval
            while model.candles[first] == nil, first < label.decidedAt { first += interval }
            #expect(
                label.exitTime == deadline && label.decidedAt == first
                    && model.candles[first] != nil && first <= labelling.through ?? .min,
                "\(place): an invented timeout of \(label.entryTime)")
        }
    }
}
