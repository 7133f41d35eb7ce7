internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections

/// Which events hold the labels of a range of entries, as of a version of their stream.
struct LabelHolders {
    /// What an event says of an entry.
    private struct Value {
        let position: GlobalPosition
        /// Nil where it was withdrawn.
        let label: Label?
    }

    /// By entry, in the order of the log.
    private var values: [Int64: [Value]] = [:]
    private let latest: Int64

    /// Reads what was recorded of some entries.
    ///
    /// - Parameters:
    ///   - latest: labels decided later do not count.
    /// - Complexity: O(events of these days).
    init(
        _ view: borrowing StoreView, _ market: MarketID, _ labels: InputBasis.Labels,
        _ range: Range<Int64>, latest: Int64
    ) throws {
        self.latest = latest
        guard !range.isEmpty else { return }
        let days = UTCDay(of: range.lowerBound).number...UTCDay(of: range.upperBound - 1).number
        let stream = MarketStream.labels(market, hash: labels.hash)
        var values = values
        try History.forEachEvent(view, of: stream, days: days, through: nil) { event in
            guard event.streamVersion.number <= labels.version else { return }
            let position = event.frame.position
            for change in try LabelEvents.rows(event).changes where range.contains(change.entry) {
                values[change.entry, default: []].append(
                    Value(position: position, label: change.label))
            }
        }
        self.values = values
    }

    /// Adds the events that hold the labels that count, and those without which labels would count that
    /// were withdrawn or decided too late.
    ///
    /// - Complexity: O(changes of labels of the range), twice nearly always.
    func add(to evidence: inout Evidence, _ role: BlamedEvent.Role) {
        var hidden: [Int64: [Value]] = [:]
        for (entry, values) in values {
            guard let newest = values.last else { continue }
            if counts(newest) {
                evidence.add(newest.position, role, stamp: entry)
            } else if values.contains(where: counts) {
                hidden[entry] = values
            }
        }
        var isComplete = false
        while !isComplete {
            isComplete = true
            for (entry, values) in hidden {
                let seen = values.last { evidence.contains($0.position) }
                guard let seen, counts(seen), let newest = values.last else { continue }
                evidence.add(newest.position, role, stamp: entry)
                isComplete = false
            }
        }
    }

    private func counts(_ value: Value) -> Bool {
        value.label.map { $0.decidedAt <= latest } ?? false
    }
}
