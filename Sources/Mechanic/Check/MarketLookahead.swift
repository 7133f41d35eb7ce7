internal import Digest
internal import EventFormat
internal import Labeling
internal import Market
internal import Projections

/// The pass of ``Lookahead`` over one market's events.
struct MarketLookahead: Sendable {
    let market: MarketID
    private(set) var checkedCandles = 0
    private(set) var findings: [Lookahead.Finding] = []
    private var candles = CandleSeries()
    /// Stamps revised or late, in the order of the log.
    private var touched: [TouchedCandle] = []
    private var labellings: [Hash256: LabellingLookahead] = [:]
    private var suspicions: [LookaheadSuspicion] = []
    private var commit: UInt64 = 0

    init(_ market: MarketID) { self.market = market }

    var checkedTruncations: Int { labellings.values.reduce(0) { $0 + $1.checkedTruncations } }
    var checkedFields: Int { labellings.values.reduce(0) { $0 + $1.checkedFields } }

    /// Takes an event; looks at labels where one completes an update.
    mutating func apply(
        _ event: borrowing EventView, of stream: MarketStream, at position: GlobalPosition
    ) throws {
        if event.frame.commit != commit { endCommit() }
        commit = event.frame.commit
        switch (stream, event.currentType) {
        case (.candles, .candlesRecorded), (.candles, .candlesRevised):
            try takeCandles(event, at: position)
        case (.labels, .labellingOpened):
            let opening = try LabellingOpening(event.payload)
            let hash = opening.configuration.labelsHash
            labellings[hash] = LabellingLookahead(opening, market.timeframe)
        case (.labels, .labelsClosed), (.labels, .labelsRevised), (.labels, .labelsRetracted):
            try takeLabels(event, at: position)
        case (.operations, .updateCompleted):
            complete(try UpdateCompletion(event), at: position)
        default: break
        }
    }

    private mutating func takeCandles(
        _ event: borrowing EventView, at position: GlobalPosition
    ) throws {
        let isRevision = event.currentType == .candlesRevised
        try checkStamps(
            try event.columns(isRevision ? .candleRevisions : .candles), on: market.timeframe)
        var rows: [Candle] = []
        try CandleEvents.forEachCandle(event) { rows.append($0) }
        checkedCandles += rows.count
        let interval = market.timeframe.milliseconds
        if let early = rows.first(where: { ($0.time + interval) * 1_000 > event.recordedAt }) {
            let stamp = UTCTime.text(milliseconds: early.time)
            let close = UTCTime.text(milliseconds: early.time + interval)
            findings.append(
                Lookahead.Finding(
                    position: position, labelling: nil, stamp: early.time, field: nil,
                    message: "\(market): the candle of \(stamp) was recorded at "
                        + "\(UTCTime.text(microseconds: event.recordedAt)), before it "
                        + "closed at \(close)"))
        }
        let isLate = rows.map { candles.index(of: $0.time) == nil }
        candles.merge(rows)
        if isRevision {
            touched += zip(rows, isLate).map { TouchedCandle(time: $0.time, isLate: $1) }
        }
        explain(rows, at: position)
    }

    private mutating func takeLabels(
        _ event: borrowing EventView, at position: GlobalPosition
    ) throws {
        let layout: ColumnLayout = event.currentType == .labelsRevised ? .labelRevisions : .labels
        try checkStamps(try event.columns(layout), on: market.timeframe)
        let (hash, changes) = try LabelEvents.rows(event)
        guard labellings[hash] != nil else {
            throw FormatError("labels name a labelling that was never opened")
        }
        for change in changes { labellings[hash]!.note(change, at: position) }
    }

    private mutating func complete(
        _ completion: UpdateCompletion, at position: GlobalPosition
    ) {
        for summary in completion.labellings {
            let hash = summary.labelsHash
            guard labellings[hash] != nil else { continue }
            if candles.index(of: summary.through) == nil {
                findings.append(
                    Lookahead.Finding(
                        position: position, labelling: hash, stamp: summary.through, field: nil,
                        message: "\(market), labels \(hash.hex.prefix(16)): the update says that "
                            + "the candle of \(UTCTime.text(milliseconds: summary.through)) is labelled, "
                            + "which was not recorded"))
            }
            guard let through = candles.last(atOrBefore: summary.through)?.time else { continue }
            let doubts = labellings[hash]!.complete(
                through: through, candles, touched, at: position)
            for doubt in doubts { report(doubt, hash) }
        }
    }

    /// Labels that no completed update of their commit accounts for were never held against candles.
    mutating func endCommit() {
        for (hash, position, entry) in labellings.map({ ($0, $1.pending, $1.pendingEntry) }) {
            guard let position, let entry else { continue }
            labellings[hash]!.settle()
            findings.append(
                finding(
                    hash, entry, at: position, nil,
                    "was recorded outside an update: nothing says which candles it was made of"))
        }
    }

    private func finding(
        _ hash: Hash256, _ entry: Int64, at position: GlobalPosition, _ field: LabelField?,
        _ message: String
    ) -> Lookahead.Finding {
        Lookahead.Finding(
            position: position, labelling: hash, stamp: entry, field: field,
            message: "\(market), labels \(hash.hex.prefix(16)): the label of "
                + "\(UTCTime.text(milliseconds: entry)) \(message)")
    }
}

extension MarketLookahead {
    private mutating func report(_ doubt: LookaheadDoubt, _ hash: Hash256) {
        // One update of a catch-up may hold a hundred thousand wrong labels.
        guard findings.count < Lookahead.maximumFindings else { return }
        let interval = market.timeframe.milliseconds
        findings.append(
            finding(
                hash, doubt.entry, at: doubt.position, doubt.field,
                doubt.text(candles, interval: interval)))
        guard let recorded = doubt.recorded else { return }
        suspicions.append(
            LookaheadSuspicion(
                finding: findings.count - 1, labelling: hash, label: recorded, field: doubt.field,
                isDecided: candles.index(of: recorded.decidedAt) != nil))
    }

    /// Says of labels already found wrong which of the candles now recorded they had used.
    private mutating func explain(_ rows: [Candle], at position: GlobalPosition) {
        guard !suspicions.isEmpty else { return }
        let interval = market.timeframe.milliseconds
        suspicions.removeAll { suspicion in
            guard let rules = labellings[suspicion.labelling]?.rules,
                let words = suspicion.explanation(
                    rows, at: position, candles, rules, interval: interval)
            else { return false }
            findings[suspicion.finding].message += words
            return true
        }
    }
}
