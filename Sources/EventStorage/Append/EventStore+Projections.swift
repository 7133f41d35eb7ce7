internal import Digest
internal import EventFormat
internal import LMDB
internal import Synchronization

/// A change of projection records that adds no event: a rebuild on its way in the shadow.
public struct ProjectionUpdate: ~Copyable {
    /// The store as of the newest commit; nobody else writes before the update is done.
    public let view: StoreView
    private(set) var records: [(key: [UInt8], value: [UInt8]?)] = []
    private(set) var startsOver = false
    private(set) var publishes = false

    init(view: consuming StoreView) { self.view = view }

    /// Sets a record in the shadow, or removes it where `value` is nil.
    public mutating func set(_ key: [UInt8], _ value: [UInt8]?) { records.append((key, value)) }

    /// Empties the shadow before anything is set.
    public mutating func startOver() { startsOver = true }

    /// Makes the shadow what readers see and removes every other record, once all is set.
    public mutating func publish() { publishes = true }
}

extension EventStore {
    /// Runs `body`, then writes what it set as one commit of LMDB that leaves the log as it is.
    ///
    /// Readers see all of it or nothing, and wait for nothing. Gives the writer's lock back if it had
    /// to be taken, so that other processes may append between two updates.
    ///
    /// - Throws: `.locked` after the time to wait; `.diskFull`; what `body` throws.
    public func updateProjections<Result: Sendable>(
        _ body: (inout ProjectionUpdate) throws -> Result
    ) throws -> Result {
        try writer.withLock { state in
            if let broken = state.broken { throw broken }
            let isTaken = state.lock != nil
            if !isTaken { state.lock = try Self.writerLock(path, options) }
            defer { if !isTaken { state.lock = nil } }
            do {
                return try environment.write(
                    { (transaction) throws in
                        var update = ProjectionUpdate(
                            view: StoreView(
                                handle: transaction.handle, databases: databases, path: path))
                        let result = try body(&update)
                        do throws(LMDBError) {
                            if update.startsOver { try empty(.shadow, &transaction) }
                            try write(update.records, in: .shadow, &transaction)
                            if update.publishes { try publish(&transaction) }
                        } catch {
                            throw EventStoreError(error, path: path)
                        }
                        return (result, true)
                    }, orThrow: { EventStoreError($0, path: path) as any Error })
            } catch let error as EventStoreError where error.code == .broken {
                state.broken = error
                throw error
            }
        }
    }

    /// Writes records into a slot and brings its total up to date.
    func write(
        _ records: [(key: [UInt8], value: [UInt8]?)], in slot: SealedRecord.Slot,
        _ transaction: inout WriteTransaction
    ) throws(LMDBError) {
        guard !records.isEmpty else { return }
        let hasher = SHA256()
        let totalKey = SealedRecord.key(slot, RecordTotal.key)
        var total = try total(of: slot, transaction, hasher)
        for (key, value) in records {
            // Not a record: all of them are to be counted anew.
            if key == RecordTotal.key {
                total = nil
                continue
            }
            let stored = SealedRecord.key(slot, key)
            if let old = try transaction.value(databases.projections, stored) {
                // What is damaged was counted with another check: count anew, when all is written.
                if SealedRecord.open(old, key: key, hasher: hasher) == nil { total = nil }
                total?.remove(old)
            }
            if let value {
                let sealed = SealedRecord.seal(value, key: key, hasher: hasher)
                total?.add(sealed.rawSpan)
                try transaction.put(databases.projections, stored, sealed)
            } else {
                try transaction.delete(databases.projections, stored)
            }
        }
        let final = if let total { total } else { try counted(slot, transaction) }
        let sealed = SealedRecord.seal(final.bytes, key: RecordTotal.key, hasher: hasher)
        try transaction.put(databases.projections, totalKey, sealed)
    }

    /// The total that a slot holds; nil where there is none or it is damaged.
    private func total(
        of slot: SealedRecord.Slot, _ transaction: borrowing WriteTransaction, _ hasher: SHA256
    ) throws(LMDBError) -> RecordTotal? {
        let key = SealedRecord.key(slot, RecordTotal.key)
        guard let sealed = try transaction.value(databases.projections, key),
            let value = SealedRecord.open(sealed, key: RecordTotal.key, hasher: hasher)
        else { return nil }
        return RecordTotal(value)
    }

    private func counted(
        _ slot: SealedRecord.Slot, _ transaction: borrowing WriteTransaction
    ) throws(LMDBError) -> RecordTotal {
        var total = RecordTotal()
        try forEach(slot, transaction) { key, sealed in
            if key.count > 1 { total.add(sealed) }
        }
        return total
    }

    /// Calls `body` with every stored key and sealed value of a slot.
    private func forEach(
        _ slot: SealedRecord.Slot, _ transaction: borrowing WriteTransaction,
        _ body: (_ key: [UInt8], _ sealed: RawSpan) -> Void
    ) throws(LMDBError) {
        try transaction.scan(
            databases.projections, from: [slot.rawValue],
            { (key, sealed) throws(LMDBError) in
                guard key.load(UInt8.self, at: 0) == slot.rawValue else { return false }
                body(key.copy(), sealed)
                return true
            }, orThrow: { $0 })
    }

    private func empty(
        _ slot: SealedRecord.Slot, _ transaction: inout WriteTransaction
    ) throws(LMDBError) {
        var keys: [[UInt8]] = []
        try forEach(slot, transaction) { key, _ in keys.append(key) }
        for key in keys { try transaction.delete(databases.projections, key) }
    }

    /// Leaves the records of the shadow, and only them, as the current ones.
    private func publish(_ transaction: inout WriteTransaction) throws(LMDBError) {
        var records: [(key: [UInt8], sealed: [UInt8])] = []
        try forEach(.shadow, transaction) { key, sealed in records.append((key, sealed.copy())) }
        try transaction.clear(databases.projections)
        for (key, sealed) in records {
            let current = SealedRecord.key(.current, Array(key.dropFirst()))
            try transaction.put(databases.projections, current, sealed, appends: true)
        }
    }
}
