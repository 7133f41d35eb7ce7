import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Projections
import Testing

/// Reads a log event by event and checks that each one fits what was there before it: a label
/// closes once, a revision names what it replaces, and none says nothing.
struct LogAudit {
    private(set) var candles: [Int64: Candle] = [:]
    /// Labels by labelling and entry, those before the window too.
    private(set) var labels: [Hash256: [Int64: Label]] = [:]
    private(set) var defects: [String] = []
    /// Rows by event type.
    private(set) var rows: [String: Int] = [:]

    /// The audit of one market's events.
    static func of(_ store: EventStore, _ market: MarketID) throws -> LogAudit {
        var audit = LogAudit()
        try store.read { view in
            try view.forEachEvent(through: try view.head().position) { position, event in
                guard let stream = MarketStream(try event.envelope().stream),
                    stream.market == market
                else { return true }
                let before = audit.defects.count
                try audit.take(event)
                for index in before..<audit.defects.count {
                    audit.defects[index] += " at position \(position)"
                }
                return true
            }
        }
        return audit
    }

    private mutating func take(_ event: borrowing EventView) throws {
        switch event.type {
        case .candlesRecorded: try takeRecorded(try event.columns(.candles))
        case .candlesRevised: try takeRevised(try event.columns(.candleRevisions))
        case .labelsClosed: try takeLabels(try event.columns(.labels), closed: true)
        case .labelsRetracted: try takeLabels(try event.columns(.labels), closed: false)
        case .labelsRevised:
            let columns = try event.columns(.labelRevisions)
            for row in 0..<columns.rows {
                let revision = try LabelEvents.revision(columns, row)
                rows["labels.revised", default: 0] += 1
                let entry = revision.label.entryTime
                let known = labels[columns.configuration]?[entry]
                if known != revision.previous { defects.append("\(entry) was another label") }
                if revision.label == revision.previous { defects.append("\(entry) is the same") }
                labels[columns.configuration, default: [:]][entry] = revision.label
            }
        default: rows[event.type?.name ?? "?", default: 0] += 1
        }
    }

    private mutating func takeRecorded(_ columns: borrowing ColumnPayload) throws {
        let newest = candles.keys.max() ?? .min
        var before = newest
        for row in 0..<columns.rows {
            let candle = candle(columns, row, first: 1)
            rows["candles.recorded", default: 0] += 1
            if candle.time <= before { defects.append("\(candle.time) is not new") }
            before = candle.time
            candles[candle.time] = candle
        }
    }

    private mutating func takeRevised(_ columns: borrowing ColumnPayload) throws {
        for row in 0..<columns.rows {
            let candle = candle(columns, row, first: 1)
            let previous = self.candle(columns, row, first: 6)
            let known = candles[candle.time]
            rows["candles.revised", default: 0] += 1
            if columns.byte(0, row) == CandleRevision.Kind.late.rawValue {
                if known != nil { defects.append("\(candle.time) was not missing") }
            } else if known != previous {
                defects.append("\(candle.time) was another candle")
            } else if candle.hasSameValues(as: previous) {
                defects.append("\(candle.time) is the same")
            }
            candles[candle.time] = candle
        }
    }

    private mutating func takeLabels(
        _ columns: borrowing ColumnPayload, closed: Bool
    ) throws {
        for row in 0..<columns.rows {
            let label = try LabelEvents.label(columns, row)
            rows[closed ? "labels.closed" : "labels.retracted", default: 0] += 1
            let known = labels[columns.configuration]?[label.entryTime]
            if closed, known != nil { defects.append("\(label.entryTime) closes twice") }
            if !closed, known != label { defects.append("\(label.entryTime) was another label") }
            labels[columns.configuration, default: [:]][label.entryTime] = closed ? label : nil
        }
    }

    private func candle(
        _ columns: borrowing ColumnPayload, _ row: Int, first: Int
    ) -> Candle {
        Candle(
            time: columns.integer(0, row), open: columns.number(first, row),
            high: columns.number(first + 1, row), low: columns.number(first + 2, row),
            close: columns.number(first + 3, row), volume: columns.number(first + 4, row))
    }
}
