internal import Digest
public import EventFormat
internal import LMDB

/// A projection's record as a reader finds it.
public enum StoredRecord: Equatable, Sendable {
    /// There is none.
    case missing
    /// Key and value are not what was written together: fold the log instead.
    case damaged
    /// The value.
    case value([UInt8])

    /// The value, if there is a sound one.
    public var bytes: [UInt8]? { if case .value(let bytes) = self { bytes } else { nil } }
}

/// What a check of all projection records found.
public struct ProjectionsReport: Sendable, Equatable {
    /// How many records were checked.
    public internal(set) var records = 0
    /// How many stand there that were written before records had checks: a rebuild removes them.
    public internal(set) var earlier = 0
    /// What is wrong.
    public internal(set) var findings: [String] = []
}

extension StoreView {
    /// A projection's record, copied and checked.
    public func projection(
        _ key: [UInt8], in slot: SealedRecord.Slot = .current
    ) throws(EventStoreError) -> StoredRecord {
        do {
            guard let sealed = try value(databases.projections, SealedRecord.key(slot, key)) else {
                return .missing
            }
            guard let value = SealedRecord.open(sealed, key: key, hasher: SHA256()) else {
                return .damaged
            }
            return .value(value.copy())
        } catch {
            throw translate(error)
        }
    }

    /// Whether a record was written under a key before records had checks and slots.
    public func hasEarlierProjection(_ key: [UInt8]) throws(EventStoreError) -> Bool {
        do {
            return try value(databases.projections, key) != nil
        } catch {
            throw translate(error)
        }
    }

    /// Calls `body` with every record whose key begins with `prefix`; the value of a damaged one is
    /// nil.
    ///
    /// - Complexity: O(log records + records found), each hashed.
    public func forEachProjection(
        prefix: [UInt8], in slot: SealedRecord.Slot = .current,
        _ body: (_ key: [UInt8], _ value: RawSpan?) throws -> Void
    ) throws {
        let start = SealedRecord.key(slot, prefix)
        let hasher = SHA256()
        try scan(
            databases.projections, from: start,
            { (key, sealed) throws in
                let stored = key.copy()
                guard stored.starts(with: start) else { return false }
                let key = Array(stored.dropFirst())
                // The total is nobody's record.
                guard key != RecordTotal.key else { return true }
                try body(key, SealedRecord.open(sealed, key: key, hasher: hasher))
                return true
            }, orThrow: { EventStoreError($0, path: path) as any Error })
    }

    /// The last key below `key` that begins with `prefix`; nil if there is none.
    ///
    /// - Complexity: O(log records).
    public func lastProjection(
        below key: [UInt8], prefix: [UInt8]
    ) throws(EventStoreError) -> [UInt8]? {
        do {
            let found = try lastKey(
                databases.projections, below: SealedRecord.key(.current, key))
            guard let found, found.starts(with: SealedRecord.key(.current, prefix)) else {
                return nil
            }
            return Array(found.dropFirst())
        } catch {
            throw translate(error)
        }
    }

    /// Checks every record of the projections, and that none is missing or too many.
    ///
    /// - Complexity: O(bytes of the records).
    public func checkProjections() throws(EventStoreError) -> ProjectionsReport {
        var report = ProjectionsReport()
        let hasher = SHA256()
        var found: [SealedRecord.Slot: (held: RecordTotal?, counted: RecordTotal)] = [:]
        try scan(
            databases.projections, from: [],
            { (stored, sealed) throws(EventStoreError) in
                guard stored.byteCount > 0,
                    let slot = SealedRecord.Slot(rawValue: stored.load(UInt8.self, at: 0))
                else {
                    // Keys of before the slots began with the letter of their kind.
                    let kind = stored.byteCount > 0 ? stored.load(UInt8.self, at: 0) : 0
                    if [UInt8(ascii: "M"), UInt8(ascii: "W"), UInt8(ascii: "L")].contains(kind) {
                        report.earlier += 1
                    } else {
                        report.findings.append(
                            "the projection record \(stored.copy().hexadecimal) is none of ours")
                    }
                    return true
                }
                report.records += 1
                let key = Array(stored.copy().dropFirst())
                var totals = found[slot] ?? (nil, RecordTotal())
                if key != RecordTotal.key { totals.counted.add(sealed) }
                if let value = SealedRecord.open(sealed, key: key, hasher: hasher) {
                    if key == RecordTotal.key { totals.held = RecordTotal(value) }
                } else {
                    report.findings.append(
                        "the projection record \(stored.copy().hexadecimal) is damaged")
                }
                found[slot] = totals
                return true
            }, orThrow: { EventStoreError($0, path: path) })
        for slot in SealedRecord.Slot.allCases {
            guard let totals = found[slot], totals.held != totals.counted else { continue }
            let held = totals.held.map { "\($0.count)" } ?? "an unknown number"
            report.findings.append(
                "the projections (\(slot)) hold \(totals.counted.count) records, not those that were "
                    + "written (\(held))")
        }
        return report
    }
}
