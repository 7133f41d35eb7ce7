internal import Digest
public import EventFormat
internal import LMDB
internal import Logging
internal import Synchronization
internal import SystemIO

extension EventStore {
    /// How far the clock may stand behind the newest event: five minutes, in microseconds.
    static let clockTolerance: Int64 = 300_000_000

    /// What an append did.
    public struct Receipt: Sendable {
        /// Where the log ends now.
        public let head: StoreHead
        /// How many events are new.
        public let newEvents: Int
    }

    /// Runs `body`, then writes what it added as one commit and waits until it is on the disk.
    ///
    /// A body that throws leaves no trace. A body that adds no event commits nothing, projection
    /// records included. The body is synchronous, because LMDB ties a write to one thread.
    ///
    /// - Parameter now: the clock, microseconds UTC; nothing else in the store asks the time.
    /// - Throws: `.locked` after the time to wait; `.clockBehind`; `.diskFull`; what `body` throws.
    /// - Complexity: two waits for the disk, whatever the number of events.
    @discardableResult
    public func append<Result: Sendable>(
        at now: Int64, _ body: (inout Commit) throws -> Result
    ) throws -> (result: Result, receipt: Receipt) {
        try withWriter { state in
            reapReaders()
            let outcome = try environment.write(
                { (transaction) throws in
                    try commit(&transaction, &state, now: now, body)
                }, orThrow: { EventStoreError($0, path: path) as any Error })
            log(outcome.receipt)
            keepTrust(outcome.receipt)
            return outcome
        }
    }

    /// Runs `body` as the one writer, of this process and among all.
    ///
    /// - Throws: `.locked` after the time to wait; `.broken` after a commit that the disk failed.
    func withWriter<Result: Sendable>(
        _ body: (inout WriterState) throws -> Result
    ) throws -> Result {
        try writer.withLock { state in
            if let broken = state.broken { throw broken }
            if state.lock == nil { state.lock = try Self.writerLock(path, options) }
            do {
                return try body(&state)
            } catch {
                // Whatever was staged did not happen: read it all anew next time.
                state.forget()
                if let error = error as? EventStoreError, error.code == .broken {
                    state.broken = error
                }
                throw error
            }
        }
    }

    /// Frees the slots of readers that were killed: each holds the pages of its commit for ever.
    ///
    /// Before every commit, because whatever is written until it is done grows the file. It asks the
    /// kernel once for each process that reads.
    private func reapReaders() {
        let count = environment.reapReaders()
        guard count > 0 else { return }
        options.logger.info(
            "freed the slots of readers that died", metadata: ["readers": "\(count)"])
    }

    /// Refuses a commit for which the disk has no room, before a page of it is written.
    ///
    /// A commit writes its events, the pages above them and their indexes: three times the events
    /// is ample. LMDB might find free pages in the file instead; that is not worth a half-full disk.
    private func checkRoom(_ commit: borrowing Commit) throws(EventStoreError) {
        guard let free = try? FileSystem.freeBytes(at: path) else { return }
        let needed = commit.byteCount * 3 + (1 << 20)
        let (limit, overflow) = needed.addingReportingOverflow(options.reservedDiskBytes)
        guard overflow || free < limit else { return }
        throw EventStoreError(
            .diskFull,
            "\(path): \(free >> 20) MiB are free on the disk, this append may need "
                + "\(needed >> 20) MiB beside the \(options.reservedDiskBytes >> 20) MiB kept in "
                + "reserve; nothing of it was kept: free some space and run it again")
    }

    /// Moves the record of what is good along, so that the check after a stop stays short.
    private func keepTrust(_ receipt: Receipt) {
        let position = receipt.head.position.number
        let before = position - UInt64(receipt.newEvents)
        guard position / Trust.interval > before / Trust.interval else { return }
        var trust = Trust(path: path, options: options)
        trust.keep(receipt.head, identity)
    }

    /// Share of the map from which on every commit warns: LMDB cannot grow it while it is open.
    static let alarmShare = 0.7

    private func log(_ receipt: Receipt) {
        guard receipt.newEvents > 0 else { return }
        options.logger.debug(
            "committed",
            metadata: [
                "store": "\(path)", "position": "\(receipt.head.position)",
                "events": "\(receipt.newEvents)", "commit": "\(receipt.head.commit)",
            ])
        let used = environment.usedBytes
        guard Double(used) > Double(environment.mapSize) * Self.alarmShare else { return }
        options.logger.warning(
            "the map is filling: compact the store or give the process more address space",
            metadata: [
                "store": "\(path)", "bytes": "\(used)", "map_bytes": "\(environment.mapSize)",
            ])
    }

    /// Lets other processes write; the next append takes the lock again.
    public func releaseWriterLock() {
        writer.withLock { $0.lock = nil }
    }

    private func commit<Result>(
        _ transaction: inout WriteTransaction, _ state: inout WriterState, now: Int64,
        _ body: (inout Commit) throws -> Result
    ) throws -> (result: (result: Result, receipt: Receipt), commits: Bool) {
        let view = StoreView(handle: transaction.handle, databases: databases, path: path)
        let head = try view.head()
        if state.head?.position != head.position {
            state.streams = StreamHeads()
            state.rows = nil
        }
        try checkClock(now, newest: head.appendedAt)
        let hasher = SHA256()
        var commit = Commit(
            view: view, now: now, head: head, streams: state.streams, hasher: hasher,
            byteCapacity: min(state.commitBytes, 1 << 20))
        let result = try body(&commit)
        let count = commit.eventCount
        guard count > 0 else {
            let receipt = Receipt(head: head, newEvents: 0)
            return ((result, receipt), false)
        }
        try checkRoom(commit)
        try write(&commit, &transaction, &state)
        state.head = commit.head
        state.streams = commit.streams
        state.commitBytes = commit.byteCount
        return ((result, Receipt(head: commit.head, newEvents: count)), true)
    }

    private func checkClock(_ now: Int64, newest: Int64) throws(EventStoreError) {
        guard identity.clock == .real, !options.acceptsClock, newest != .min,
            now < newest - Self.clockTolerance
        else { return }
        let seconds = (newest - now) / 1_000_000
        throw EventStoreError(
            .clockBehind,
            "the clock is \(seconds) s behind the newest event: set it right, or append with "
                + "--accept-clock if the newest stamp is wrong")
    }

    /// Writes a commit's events, indexes, tree, records and head.
    private func write(
        _ commit: inout Commit, _ transaction: inout WriteTransaction, _ state: inout WriterState
    ) throws(EventStoreError) {
        do {
            var rows = try TreeRows(
                commit.head.tree, known: state.rows, of: databases.tree, transaction)
            let growth = commit.seal()
            var (key, value): ([UInt8], [UInt8]) = ([], [])
            for event in commit.staged {
                try write(event, commit.stored(event), &transaction, &key, &value)
            }
            let grown = growth.finish()
            commit.adopt(grown)
            for (hash, level) in grown.completed { rows.append(hash, level: level) }
            for (id, head) in commit.takeChangedStreams() {
                try transaction.put(databases.index, Keys.stream(id), head.bytes)
            }
            try rows.write(to: databases.tree, &transaction)
            state.rows = rows
            try write(commit.records, in: .current, &transaction)
            try transaction.put(databases.meta, Keys.head, commit.head.bytes)
        } catch {
            throw commit.view.translate(error)
        }
    }

    private func write(
        _ event: Commit.Staged, _ stored: RawSpan, _ transaction: inout WriteTransaction,
        _ key: inout [UInt8], _ value: inout [UInt8]
    ) throws(LMDBError) {
        // Two buffers for all events: an array for every key costs as much as its put.
        let position = event.position
        Keys.event(position, into: &key)
        try transaction.put(databases.events, key, stored, appends: true)
        value.removeAll(keepingCapacity: true)
        value.append(littleEndian: position.number)
        Keys.version(event.stream, event.version, into: &key)
        try transaction.put(databases.index, key, value)
        if let day = event.day {
            try transaction.put(databases.index, Keys.day(event.stream, day, position), [])
        }
        if let identifier = event.identifier {
            try transaction.put(databases.index, Keys.identifier(identifier), value)
        }
    }
}
