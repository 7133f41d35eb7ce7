internal import Digest
internal import EventFormat
internal import Projections

extension FuzzTarget {
    /// Frame and event as they lie in the store: without a defect every getter is safe, and the
    /// envelope encodes to the same bytes.
    static let events = FuzzTarget(name: "events") { (input) throws(Violation) in
        let stored = input.rawSpan
        guard EventView.defect(in: stored) == nil else { return }
        let event = EventView(checked: stored)
        var end = LogEnd(StoreHead(hasher: SHA256()))
        try? end.advance(to: event.frame)
        _ = event.frame.defect(at: event.frame.position)
        _ = (event.frame.endOfCommit, event.derivedID(hasher: SHA256()), event.currentType)
        try require(event.frame.bytes == event.frameBytes.copy(), "a frame encodes differently")
        if let envelope = try? event.envelope() {
            var bytes: [UInt8] = []
            envelope.encode(payload: event.payload.copy(), into: &bytes)
            try require(bytes == event.eventBytes.copy(), "an event encodes differently")
            let recorded = try? event.recorded()
            try require(recorded?.stored == input, "a recorded event is another one")
        }
        readPayload(of: event)
        guard let type = event.type, type.defect(in: event.payload) == nil else { return }
        try require(
            (try? EventCatalog.product.upcast(event)) == input || (try? event.envelope()) == nil,
            "a current event changes when it is brought to the current version")
    }

    /// Every reader of a payload, whatever the type says.
    private static func readPayload(of event: borrowing EventView) {
        for layout in [
            ColumnLayout.candles, .candleRevisions, .labels, .labelRevisions,
        ] {
            guard let columns = try? event.columns(layout) else { continue }
            _ = (columns.day, columns.configuration)
            for row in 0..<columns.rows {
                for column in layout.words.indices { _ = columns.number(column, row) }
                for column in layout.bytes.indices { _ = columns.byte(column, row) }
            }
        }
        _ = try? event.marketDay()
        try? CandleEvents.forEachCandle(event) { _ in }
        _ = try? CandleEvents.revisedStamps(event)
        _ = try? LabelEvents.rows(event)
    }

    /// The payload of `event.skipped`: what is read encodes to what reads as the same.
    static let skips = FuzzTarget(name: "skips") { (input) throws(Violation) in
        guard let skipped = try? SkippedEvent(input.rawSpan) else { return }
        let again = try? SkippedEvent(skipped.event(causation: .none).payload.rawSpan)
        try require(again == skipped, "a skipped event reads back as another one")
    }

    /// The payload of `tag.set`: what is read encodes to what reads as the same.
    static let tags = FuzzTarget(name: "tags") { (input) throws(Violation) in
        guard let change = try? TagChange(input.rawSpan) else { return }
        let again = try? TagChange(change.event.payload.rawSpan)
        try require(again == change, "a tag reads back as another one")
    }
}
