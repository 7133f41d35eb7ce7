internal import CanonicalJSON
internal import Digest
internal import EventFormat
internal import Market
internal import Projections

extension FuzzTarget {
    /// Events of a market, folded: type (1), payload's length (2) and payload, again and again. What a
    /// fold took, it can also hash.
    ///
    /// The streams and the labelling's hash are given, so that bytes reach the fold and are not stopped
    /// by a hash that nobody guesses.
    static let folds = FuzzTarget(name: "folds") { (input) throws(Violation) in
        var fold = FoldInput(input)
        while let (type, payload) = fold.next() { fold.apply(type, payload) }
        let hasher = SHA256()
        let digests = fold.state.digests(hasher: hasher)
        try require(fold.state.digests(hasher: hasher) == digests, "digests change when read")
        for labelling in fold.state.labellings {
            _ = labelling.openEntries(fold.state.window)
        }
        var (baselines, drift, operations) = (
            fold.state.baselines, fold.state.drift, fold.state.operations
        )
        try require(
            (try? Baselines(baselines.bytes()))?.entries == baselines.entries
                && (try? DriftHistory(drift.bytes()))?.entries == drift.entries,
            "baselines or checks change when they are read back")
        let again = try? Operations(operations.bytes())
        try require(
            again?.watches == operations.watches && again?.alerts == operations.alerts
                && again?.alertCount == operations.alertCount,
            "operations change when they are read back")
    }
}

/// Reads the events of a fold from bytes.
private struct FoldInput {
    var state: MarketState
    private let market = MarketID("binance/BTC-USDT:USDT/1m")!
    private let input: [UInt8]
    private var at = 0
    private var position: UInt64 = 0

    init(_ input: [UInt8]) {
        self.input = input
        state = MarketState(market: market)
    }

    mutating func next() -> (type: EventType, payload: [UInt8])? {
        guard at + 3 <= input.count,
            let type = EventCatalog.product.current(number: UInt16(input[at]))
        else { return nil }
        let count = Int(input[at + 1]) | Int(input[at + 2]) << 8
        let end = min(at + 3 + count, input.count)
        defer { at = end }
        return (type, Array(input[(at + 3)..<end]))
    }

    mutating func apply(_ type: EventType, _ payload: [UInt8]) {
        var payload = payload
        let stream: MarketStream
        switch type {
        case .candlesRecorded, .candlesRevised: stream = .candles(market)
        case .labellingOpened:
            guard let opening = try? LabellingOpening(payload.rawSpan) else { return }
            stream = .labels(market, hash: opening.configuration.labelsHash)
        case .labelsClosed, .labelsRevised, .labelsRetracted:
            guard let hash = state.labellings.first?.hash else { return }
            if payload.count >= ColumnPayload.headerBytes { payload.store(hash, at: 16) }
            stream = .labels(market, hash: hash)
        case .baselineRecorded, .baselineReleased, .driftChecked, .marketMonitored:
            guard let hash = state.labellings.first?.hash else { return }
            stream = .drift(market, hash: hash)
        case .configurationActivated: stream = .configuration(market)
        default: stream = .operations(market)
        }
        position += 1
        let event = bytes(type, payload, of: stream)
        try? state.apply(EventView(checked: event.rawSpan), of: stream)
        if type == .updateCompleted, let completion = try? UpdateCompletion(payload.rawSpan) {
            _ = (completion.rows.total, completion.rows.changes, completion.json.canonicalText)
        }
    }

    private func bytes(
        _ type: EventType, _ payload: [UInt8], of stream: MarketStream
    ) -> [UInt8] {
        var bytes = Frame(
            position: GlobalPosition(position), commit: position, indexInCommit: 0,
            eventsInCommit: 1, appendedAt: 0, eventHash: .zero
        ).bytes
        Envelope(
            stream: stream.id, streamVersion: StreamVersion(position), typeNumber: type.number,
            schemaVersion: type.schemaVersion, id: .none, recordedAt: 0, causation: .none,
            correlation: .none, previousHash: .zero
        ).encode(payload: payload, into: &bytes)
        return bytes
    }
}
