internal import EventFormat
package import EventStorage

extension ModelStore {
    /// Compares what is cheap to compare after every commit.
    package func check(_ store: EventStore) throws {
        let head = try store.head()
        try requireEqual(head.commit, commits, "commits")
        try requireEqual(head.position.number, UInt64(events.count), "events")
        try requireEqual(Int(head.streams), streams.count, "streams")
        for key in Workload.recordKeys {
            let value = try store.read { try $0.projection(key) }
            let expected = projections[key].map { StoredRecord.value($0) } ?? .missing
            try requireEqual(value, expected, "the record \(key)")
        }
    }

    /// Compares every event, stream, day and point.
    package func checkEverything(_ store: EventStore) throws {
        try check(store)
        try store.read { view in
            try requireEqual(try view.checkProjections().findings, [], "the projections' records")
            var position = 0
            try view.forEachEvent(through: try view.head().position) { _, event in
                try Self.check(try event.recorded(), events[position], at: position + 1)
                position += 1
                return true
            }
            try requireEqual(position, events.count, "events read")
            let streams = try view.streams(prefix: "")
            try requireEqual(streams.map(\.id), self.streams.sorted(), "names of streams")
            for (id, head) in streams { try check(id, head, view) }
            try checkPoints(view)
        }
    }

    private static func check(
        _ stored: RecordedEvent, _ expected: Event, at position: Int
    ) throws(Violation) {
        let isSame =
            stored.envelope.stream == expected.stream
            && stored.envelope.streamVersion.number == expected.version
            && stored.type == expected.type && stored.payload == expected.payload
            && stored.frame.commit == expected.commit
            && stored.frame.indexInCommit == expected.index
            && stored.frame.appendedAt == expected.time
        try require(isSame, "the event at position \(position) is not the model's")
    }

    private func check(
        _ stream: StreamID, _ head: StreamHead, _ view: borrowing StoreView
    ) throws {
        let events = events(of: stream)
        try requireEqual(Int(head.number), streams.firstIndex(of: stream)!, "number of \(stream)")
        try requireEqual(Int(head.version.number), events.count, "version of \(stream)")
        let days = try view.positions(in: head, days: Workload.days)
            .map { "\($0.day) \($0.position)" }
        let expected = events.compactMap { position, event -> String? in
            guard event.type == .candlesRecorded else { return nil }
            let day = try? ColumnPayload(event.payload.rawSpan, layout: .candles).day
            return day.map { "\($0) \(position)" }
        }
        try requireEqual(days.sorted(), expected.sorted(), "days of \(stream)")
    }

    private func checkPoints(_ view: borrowing StoreView) throws {
        for position in 0...events.count {
            let point = TimePoint.position(GlobalPosition(UInt64(position)))
            try requireEqual(
                Int(try view.resolve(point).number), endOfCommit(position), "\(point)")
        }
        for event in events where event.index == 0 {
            for time in [event.time - 1, event.time] {
                try requireEqual(
                    Int(try view.resolve(.time(time)).number), end(at: time), "time \(time)")
            }
        }
        for back in 0...min(commits, 20) {
            try requireEqual(
                Int(try view.resolve(.commitsBack(back)).number), end(ofCommit: commits - back),
                "HEAD~\(back)")
        }
    }
}

extension EventStore {
    /// Throws what `verify` finds.
    package func requireClean() throws {
        let report = try verify()
        try require(
            report.isClean,
            "verify: " + report.findings.prefix(3).map(\.message).joined(separator: "; "))
    }
}
