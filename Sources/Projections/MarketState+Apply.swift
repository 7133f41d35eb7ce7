internal import Digest
public import EventFormat
internal import Labeling
package import Market

extension MarketState {
    /// Folds one event of this market, whose payload is of the current version of its type.
    ///
    /// - Parameter stream: the stream that the event is of.
    /// - Throws: `FormatError` where an event contradicts the ones before it.
    /// - Complexity: O(rows of the event).
    public mutating func apply(
        _ event: borrowing EventView, of stream: MarketStream
    ) throws {
        guard let type = event.currentType else {
            throw FormatError("event type \(event.typeNumber) is unknown to this program")
        }
        switch (stream, type) {
        case (.candles, .candlesRecorded):
            let columns = try event.columns(.candles)
            try checkStamps(columns, on: market.timeframe)
            CandleEvents.forEachRecorded(columns) { window.set($0) }
            slide()
        case (.candles, .candlesRevised):
            let columns = try event.columns(.candleRevisions)
            try checkStamps(columns, on: market.timeframe)
            try CandleEvents.forEachRevision(columns) {
                window.set($0.candle)
                baselines.noteRevised($0.candle.time)
                drift.noteRevised($0.candle.time)
            }
        case (.labels(_, let prefix), .labellingOpened):
            try open(LabellingOpening(event.payload), prefix: prefix)
        case (.labels(_, let prefix), .labelsClosed), (.labels(_, let prefix), .labelsRetracted):
            let columns = try event.columns(.labels)
            try checkStamps(columns, on: market.timeframe)
            let index = try labelling(prefix, columns)
            let isClosed = type == .labelsClosed
            for row in 0..<columns.rows {
                let label = try LabelEvents.label(columns, row)
                if isClosed {
                    set(label, in: index)
                } else {
                    labellings[index].labels.remove(label.entryTime)
                }
            }
        case (.labels(_, let prefix), .labelsRevised):
            let columns = try event.columns(.labelRevisions)
            try checkStamps(columns, on: market.timeframe)
            let index = try labelling(prefix, columns)
            for row in 0..<columns.rows {
                set(try LabelEvents.revision(columns, row).label, in: index)
            }
        case (.drift, _): try applyDrift(event, type, of: stream)
        case (.configuration, .configurationActivated):
            configuration.apply(try ConfigurationChange(event.payload))
        case (.operations, .updateCompleted):
            try apply(UpdateCompletion(event.payload))
        case (.operations, _): try applyOperations(event, type, of: stream)
        default: throw Self.misplaced(type, stream)
        }
        note(event.streamVersion.number, of: stream)
        position = event.frame.position
    }

    static func misplaced(_ type: EventType, _ stream: MarketStream) -> FormatError {
        FormatError("\(type.name) does not belong into \(stream.id)")
    }

    /// Notes how far the streams are folded from which results are computed.
    private mutating func note(_ version: UInt64, of stream: MarketStream) {
        switch stream {
        case .candles: candlesVersion = version
        case .labels(_, let prefix):
            let index = labellings.firstIndex { $0.hash.hex.hasPrefix(prefix) }
            if let index { labellings[index].labelsVersion = version }
        case .drift, .configuration, .operations: break
        }
    }

    /// Folds an update just completed, at its position: what its event says, without reading it back.
    public mutating func apply(
        _ completion: UpdateCompletion, at position: GlobalPosition
    ) throws {
        try apply(completion)
        self.position = position
    }

    /// Notes what an update says of each labelling.
    mutating func apply(_ completion: UpdateCompletion) throws {
        for labelling in completion.labellings {
            guard let index = self.labelling(labelling.labelsHash) else {
                throw FormatError("update.completed names a labelling that was never opened")
            }
            labellings[index].through = labelling.through
            labellings[index].candlesVersion = labelling.candlesVersion
        }
    }

    mutating func open(_ opening: LabellingOpening, prefix: String) throws {
        let state = LabelState(
            configuration: opening.configuration, startsAt: opening.startsAt,
            timeframe: market.timeframe)
        guard state.hash.hex.hasPrefix(prefix), labelling(state.hash) == nil else {
            throw FormatError("a labelling was opened in a stream of another one")
        }
        labellings.append(state)
    }

    /// Forgets what the newest candle pushed out of the window.
    mutating func slide() {
        window.slide()
        guard let cutoff = window.cutoff else { return }
        for index in labellings.indices { labellings[index].labels.evict(through: cutoff) }
    }

    private mutating func set(_ label: Label, in index: Int) {
        if window.reaches(label.entryTime) { labellings[index].labels.set(label) }
    }

    private func labelling(
        _ prefix: String, _ columns: borrowing ColumnPayload
    ) throws -> Int {
        let hash = columns.configuration
        guard let index = labelling(hash), hash.hex.hasPrefix(prefix) else {
            throw FormatError("labels name a labelling that was never opened in their stream")
        }
        return index
    }
}

/// Every stamp must lie on the grid and in the payload's day: slots are computed from it.
///
/// And the day in the years 1422 to 2517: a state has room for every day between two of its rows, which
/// damaged bytes must not make the machine's whole memory.
package func checkStamps(_ columns: borrowing ColumnPayload, on timeframe: Timeframe) throws {
    guard (-200_000...200_000).contains(columns.day) else {
        throw FormatError("day \(columns.day) lies in no year that a market has")
    }
    let start = columns.dayStart
    for row in 0..<columns.rows {
        let (offset, overflow) = columns.integer(0, row).subtractingReportingOverflow(start)
        guard !overflow, offset >= 0, offset < UTCDay.milliseconds,
            offset % timeframe.milliseconds == 0
        else { throw FormatError("row \(row) has a stamp off its day's grid") }
    }
}
