internal import Digest
internal import EventFormat
internal import LMDB

/// Checks what holds a log together: chains, positions, commits, times, every index in both
/// directions, the Merkle tree and the head. What each event says of itself is ``EventChecks``'.
struct LogVerifier {
    var report = VerificationReport()
    private let hasher = SHA256()
    private var streams: [StreamID: StreamHead] = [:]
    private var tree = MerkleFrontier()
    private var rows: [UInt8: [UInt8]] = [:]
    private var rowCount = 0
    private var dayEntries = 0
    private var previous: Frame?
    /// Whether every event was met; nothing can be said of the end of a log that breaks off.
    private var isComplete = false
    /// Events of unknown types and unreadable payloads, by their streams' numbers.
    private var undated: [UInt32: Set<GlobalPosition>] = [:]

    /// Checks every event that a view shows.
    mutating func walk(
        _ head: StoreHead, _ view: borrowing StoreView, progress: () -> Void
    ) throws {
        do {
            try view.forEachEvent(through: head.position) { position, event in
                try check(event, at: position, view)
                if position.number.isMultiple(of: 256) { progress() }
                return true
            }
            isComplete = true
        } catch let error as EventStoreError where error.code == .corrupted {
            // Beyond an unreadable event nothing can be said: chains and tree are broken there.
            report.note(error.position, error.message)
        }
    }

    /// Checks what can be said only when every event was seen.
    ///
    /// - Parameter keyEntries: how many events have an id from a key.
    mutating func finish(
        _ head: StoreHead, _ view: borrowing StoreView, keyEntries: Int
    ) throws {
        guard isComplete else { return }
        try checkEnd(head, view)
        try checkCounts(view, keyEntries: keyEntries)
    }

    /// What `read` gives; nil if it met damage, which is noted.
    mutating func noting<Value>(
        _ position: GlobalPosition?, _ read: () throws -> Value?
    ) throws -> Value? {
        do {
            return try read()
        } catch let error as EventStoreError where error.code == .corrupted {
            report.note(position, error.message)
            return nil
        }
    }

    /// Every tag names an event that this log holds.
    mutating func checkTags(_ view: borrowing StoreView) throws {
        do {
            for tag in try view.tags().all {
                _ = try noting(tag.position) { try view.position(of: tag) }
            }
        } catch let error as EventStoreError where error.code == .corrupted {
            report.note(error.position, error.message)
        } catch let error as EventStoreError where error.code == .unknownEvent {
            // Whoever checks payloads says so.
        }
    }

    private mutating func check(
        _ event: borrowing EventView, at position: GlobalPosition, _ view: borrowing StoreView
    ) throws {
        report.checkedEvents += 1
        report.checkedBytes += event.eventBytes.byteCount
        let frame = event.frame
        checkFrame(frame, at: position)
        previous = frame
        try checkTree(frame, view)
        let envelope: Envelope
        do {
            envelope = try event.envelope()
        } catch {
            report.note(position, "\(error)")
            return
        }
        try checkStream(envelope, event, at: position, view)
    }

    private mutating func checkFrame(_ frame: Frame, at position: GlobalPosition) {
        if let defect = frame.defect(at: position) { report.note(position, "\(defect)") }
        let isFirst = frame.indexInCommit == 0
        let expected: (commit: UInt64, index: UInt32) =
            if let previous, previous.endOfCommit.number > previous.position.number {
                (previous.commit, previous.indexInCommit &+ 1)
            } else {
                // A damaged number may be the largest: nothing here may trap.
                ((previous?.commit ?? 0) &+ 1, 0)
            }
        if (frame.commit, frame.indexInCommit) != expected
            || (!isFirst && frame.eventsInCommit != previous?.eventsInCommit)
        {
            report.note(
                position,
                "the frame is event \(frame.indexInCommit) of commit \(frame.commit), "
                    + "expected event \(expected.index) of commit \(expected.commit)")
        }
        if let previous, frame.appendedAt <= previous.appendedAt {
            report.note(position, "the event was appended no later than the one before it")
        }
    }

    private mutating func checkStream(
        _ envelope: Envelope, _ event: borrowing EventView, at position: GlobalPosition,
        _ view: borrowing StoreView
    ) throws {
        // Streams are numbered in the order of their first events.
        let head =
            streams[envelope.stream]
            ?? StreamHead(
                number: UInt32(streams.count), version: .none, position: .start, hash: .zero)
        if envelope.streamVersion != head.version.next {
            report.note(
                position,
                "the event is version \(envelope.streamVersion) of \(envelope.stream), "
                    + "expected \(head.version.next)")
        }
        if envelope.previousHash != head.hash {
            report.note(position, "the hash chain of \(envelope.stream) is broken here")
        }
        let version = envelope.streamVersion
        if try noting(position, { try view.position(of: version, in: head) }) != position {
            report.note(position, "the index of versions does not lead to this event")
        }
        // The version is counted, not taken from the event: the largest has none after it.
        streams[envelope.stream] = StreamHead(
            number: head.number, version: head.version.next, position: position,
            hash: event.frame.eventHash)
        try checkDay(event, at: position, of: head.number, view)
    }

    private mutating func checkDay(
        _ event: borrowing EventView, at position: GlobalPosition, of stream: UInt32,
        _ view: borrowing StoreView
    ) throws {
        let found: Int32?
        do throws(FormatError) {
            guard event.type != nil else { throw FormatError("the type is unknown") }
            found = try event.marketDay()
        } catch {
            // Whether such a payload has a day, only a program knows that can read it.
            undated[stream, default: []].insert(position)
            return
        }
        guard let day = found else { return }
        dayEntries += 1
        let key = Keys.day(stream, day, position)
        guard let entry = try view.value(view.databases.index, key), entry.byteCount == 0 else {
            report.note(position, "the index of days does not lead to this event")
            return
        }
    }

    private mutating func checkTree(_ frame: Frame, _ view: borrowing StoreView) throws {
        let leaf = MerkleFrontier.leaf(frame.bytes, hasher: hasher)
        var complete: [(level: UInt8, row: UInt64, bytes: [UInt8])] = []
        // Moved, not copied: the closure may not touch what `append` has borrowed.
        var open = rows
        rows = [:]
        tree.append(leaf: leaf, hasher: hasher) { height, index, hash in
            guard height % 8 == 0 else { return }
            let level = UInt8(height / 8)
            hash.append(to: &open[level, default: []])
            guard index % TreeRows.capacity == TreeRows.capacity - 1 else { return }
            complete.append((level, index / TreeRows.capacity, open[level]!))
            open[level] = []
        }
        rows = open
        for row in complete { try checkRow(row.level, row.row, row.bytes, frame.position, view) }
    }

    private mutating func checkRow(
        _ level: UInt8, _ row: UInt64, _ bytes: [UInt8], _ position: GlobalPosition?,
        _ view: borrowing StoreView
    ) throws {
        rowCount += 1
        let stored = try view.value(view.databases.tree, Keys.treeRow(level: level, row: row))
        guard let stored, stored.copy() == bytes else {
            report.note(position, "row \(row) of tree level \(level) is not what the frames give")
            return
        }
    }

    private mutating func checkEnd(_ head: StoreHead, _ view: borrowing StoreView) throws {
        if let previous, previous.endOfCommit != previous.position {
            report.note(previous.position, "the last commit is not complete")
        }
        if head.tree != tree || head.root != tree.root(hasher: hasher) {
            report.note(nil, "the head's Merkle root is not what the frames give")
        }
        if head.commit != previous?.commit ?? 0 || head.appendedAt != previous?.appendedAt ?? .min {
            report.note(nil, "the head's commit or time is not the last event's")
        }
        for (level, bytes) in rows.sorted(by: { $0.key < $1.key }) where !bytes.isEmpty {
            let count = tree.size >> (8 * UInt64(level))
            try checkRow(level, count / TreeRows.capacity, bytes, nil, view)
        }
        for (stream, expected) in streams.sorted(by: { $0.key < $1.key })
        where try noting(expected.position, { try view.head(of: stream) }) != expected {
            report.note(expected.position, "the head of \(stream) is not its last event")
        }
        if head.streams != streams.count {
            report.note(nil, "the head counts \(head.streams) streams, the log \(streams.count)")
        }
    }

    /// Every entry was looked up from its event; equal counts leave no entry without one.
    private mutating func checkCounts(
        _ view: borrowing StoreView, keyEntries: Int
    ) throws {
        let events = try view.count(view.databases.events)
        if events != report.checkedEvents {
            report.note(nil, "\(events) events are stored, \(report.checkedEvents) are in the log")
        }
        for (number, positions) in undated {
            let stream = StreamHead(
                number: number, version: .none, position: .start, hash: .zero)
            let entries = try view.positions(in: stream, days: Int32.min...Int32.max)
            dayEntries += Set(entries.map(\.position).filter(positions.contains)).count
        }
        let entries = try view.count(view.databases.index)
        let expected = report.checkedEvents + dayEntries + keyEntries + streams.count
        if entries != expected {
            report.note(nil, "the index has \(entries) entries, the log gives \(expected)")
        }
        let records = try view.count(view.databases.meta)
        if records != 2 {
            report.note(nil, "meta has \(records) entries, not the identity and the head alone")
        }
        let names = try view.databaseCount()
        if names != 5 {
            report.note(nil, "the file holds \(names) databases, a store has 5")
        }
        let storedRows = try view.count(view.databases.tree)
        if storedRows != rowCount {
            report.note(nil, "the tree has \(storedRows) rows, the log gives \(rowCount)")
        }
    }
}
