internal import Digest
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// The recomputation of one market's labels, and of what was found out and decided about drift.
struct MarketRecomputation: Sendable {
    private(set) var state: MarketState
    private(set) var checkedLabels = 0
    private var drift = DriftRecomputation()
    /// How many baselines, checks, monitors, decisions and alerts were computed anew.
    var checkedVerdicts: Int { drift.checked }
    /// Every candle ever recorded, as it is now: a catch-up labels what the window forgot.
    private var candles: DayGrid<Candle>
    private var labellings: [Hash256: Labelling] = [:]
    private var revisions: [(version: UInt64, stamps: [Int64])] = []

    /// One labelling as it was before the commit, and what the commit recorded.
    private struct Labelling: Sendable {
        var engine: LabellingEngine
        var labels: DayGrid<Label>
        var recorded = LabelDelta()
        var position = GlobalPosition.start
    }

    init(market: MarketID) {
        state = MarketState(market: market)
        candles = DayGrid(timeframe: market.timeframe)
    }

    /// Takes an event; at a completed update says what differs.
    mutating func apply(
        _ event: borrowing EventView, of stream: MarketStream, at position: GlobalPosition
    ) throws -> [Recomputation.Difference] {
        switch (stream, event.currentType) {
        case (.candles, .candlesRecorded), (.candles, .candlesRevised):
            try CandleEvents.forEachCandle(event) { candles.set($0) }
            let stamps = try CandleEvents.revisedStamps(event)
            if !stamps.isEmpty { revisions.append((event.streamVersion.number, stamps)) }
        case (.labels, .labelsClosed), (.labels, .labelsRevised), (.labels, .labelsRetracted):
            try note(event, at: position)
        case (.operations, .updateCompleted):
            let completion = try UpdateCompletion(event)
            var differences = check(completion, at: position)
            try state.apply(event, of: stream)
            if completion.isComplete, let message = drift.complete(state) {
                differences.append(.init(position: position, message: message))
            }
            return differences
        case (.drift, _), (.operations, _):
            let all = candles
            let known = labellings
            let message = try drift.check(event, &state) { hash in
                DriftRecomputation.Past(
                    candles: all,
                    labels: known[hash]?.labels ?? DayGrid(timeframe: all.timeframe))
            }
            try state.apply(event, of: stream)
            return message.map { [.init(position: position, message: $0)] } ?? []
        default: break
        }
        try state.apply(event, of: stream)
        return []
    }

    private mutating func note(
        _ event: borrowing EventView, at position: GlobalPosition
    ) throws {
        let (hash, changes) = try LabelEvents.rows(event)
        checkedLabels += changes.count
        prepare(hash)
        for change in changes { labellings[hash]?.recorded.add(change) }
        labellings[hash]?.position = position
    }

    private mutating func prepare(_ hash: Hash256) {
        guard labellings[hash] == nil, let index = state.labelling(hash) else { return }
        labellings[hash] = Labelling(
            engine: LabellingEngine(state.labellings[index].configuration),
            labels: DayGrid(timeframe: state.market.timeframe))
    }

    private mutating func check(
        _ completion: UpdateCompletion, at position: GlobalPosition
    ) -> [Recomputation.Difference] {
        var differences: [Recomputation.Difference] = []
        for summary in completion.labellings {
            prepare(summary.labelsHash)
            guard let index = state.labelling(summary.labelsHash),
                var labelling = labellings[summary.labelsHash]
            else { continue }
            let expected = expected(state.labellings[index], &labelling, to: summary.through)
            let recorded = labelling.recorded
            if let message = Self.compare(recorded, expected) {
                let place = recorded.isEmpty ? position : labelling.position
                differences.append(.init(position: place, message: message))
            }
            for label in recorded.retracted { labelling.labels.remove(label.entryTime) }
            for revision in recorded.revised { labelling.labels.set(revision.label) }
            for label in recorded.closed { labelling.labels.set(label) }
            labelling.recorded = LabelDelta()
            labellings[summary.labelsHash] = labelling
        }
        for (hash, labelling) in labellings where !labelling.recorded.isEmpty {
            differences.append(
                .init(
                    position: labelling.position,
                    message: "labels \(hash.hex.prefix(16)) changed outside an update"))
        }
        return differences
    }

    /// What the update must have recorded, from what was known before it and its candles.
    private func expected(
        _ before: LabelState, _ labelling: inout Labelling, to target: Int64
    ) -> LabelDelta {
        var delta = LabelDelta()
        var labels = labelling.labels
        if let through = before.through {
            let touched = revisions.filter { $0.version > before.candlesVersion }
                .flatMap(\.stamps)
            let minutes = LabelDelta.minutes(touched, through: through)
            if let earliest = minutes.min() {
                labelling.engine.reset()
                let first = LabelDelta.earliestEntry(
                    touching: earliest, among: touched, candles: candles,
                    timeout: before.configuration.timeoutMilliseconds,
                    since: through - RollingWindow.length + 1)
                delta = LabelDelta.relabel(
                    touched: minutes, candles: candles, labels: labels,
                    configuration: before.configuration,
                    from: max(before.startsAt, first ?? .min), through: through)
                for label in delta.closed { labels.set(label) }
                for label in delta.retracted { labels.remove(label.entryTime) }
            }
        }
        delta.closed += labelling.engine.advance(
            candles: candles, labels: labels, startsAt: before.startsAt, from: before.through,
            to: target)
        delta.closed.sort { $0.entryTime < $1.entryTime }
        return delta
    }

    /// The first difference between what is recorded and what must be; nil if there is none.
    private static func compare(_ recorded: LabelDelta, _ expected: LabelDelta) -> String? {
        compare("closed", recorded.closed, expected.closed)
            ?? compare("revised", recorded.revised.map(\.label), expected.revised.map(\.label))
            ?? compare(
                "replaced", recorded.revised.map(\.previous), expected.revised.map(\.previous))
            ?? compare("retracted", recorded.retracted, expected.retracted)
    }

    private static func compare(
        _ kind: String, _ recorded: [Label], _ expected: [Label]
    ) -> String? {
        let recorded = recorded.sorted { $0.entryTime < $1.entryTime }
        for (one, other) in zip(recorded, expected) where one != other {
            return one.difference(from: other, kind: kind)
        }
        guard recorded.count != expected.count else { return nil }
        let index = min(recorded.count, expected.count)
        let isMissing = recorded.count < expected.count
        let entry = (isMissing ? expected : recorded)[index].entryTime
        let verdict =
            isMissing
            ? "not recorded as \(kind), the candles give it"
            : "recorded as \(kind), the candles do not give it"
        return "the label of \(UTCTime.text(milliseconds: entry)) is \(verdict)"
    }

    /// Labels of the window against the batch labeller, which shares only the price rules.
    func compareWithBatch() -> [String] {
        var messages: [String] = []
        for labelling in state.labellings {
            guard let through = labelling.through,
                labelling.candlesVersion == state.candlesVersion
            else { continue }
            let first = max(labelling.startsAt, (state.window.cutoff ?? .min) + 1)
            var columns = CandleColumns()
            candles.forEach(from: first, through: through) { columns.append($0) }
            let result = BatchLabeler.labels(
                of: columns, timeframe: state.market.timeframe,
                configuration: labelling.configuration)
            var recorded: [Label] = []
            labelling.labels.forEach { recorded.append($0) }
            if let message = Self.compare("closed", recorded, result.labels) {
                messages.append("\(state.market), batch: \(message)")
            }
        }
        return messages
    }
}

extension Label {
    /// Says which field differs, with both values.
    func difference(from expected: Label, kind: String) -> String {
        let fields: [(String, String, String)] = [
            ("entry_time", "\(entryTime)", "\(expected.entryTime)"),
            ("entry_price", "\(entryPrice)", "\(expected.entryPrice)"),
            ("exit_time", "\(exitTime)", "\(expected.exitTime)"),
            ("exit_price", "\(exitPrice)", "\(expected.exitPrice)"),
            ("decided_at", "\(decidedAt)", "\(expected.decidedAt)"),
            ("gross_bps", "\(grossBps)", "\(expected.grossBps)"),
            ("costs_bps", "\(costsBps)", "\(expected.costsBps)"),
            ("net_bps", "\(netBps)", "\(expected.netBps)"),
            ("reason", reason.name, expected.reason.name),
            ("flags", "\(flags.rawValue)", "\(expected.flags.rawValue)"),
        ]
        let field = fields.first { $0.1 != $0.2 } ?? fields[0]
        return "the \(kind) label of \(UTCTime.text(milliseconds: entryTime)) has \(field.0) "
            + "\(field.1), the candles give \(field.2)"
    }
}
