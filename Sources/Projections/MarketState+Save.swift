public import Digest
internal import EventFormat
public import EventStorage
internal import Labeling
public import Market

/// What the store holds of a market, so that only what changes is written.
public struct SavedDays: Sendable {
    var window: [DayGrid<Candle>.Day] = []
    var labels: [Hash256: [DayGrid<Label>.Day]] = [:]
    /// Keys of days that are damaged: whatever they were, they are removed.
    var damaged: [[UInt8]] = []
    /// Whether the store holds all that it should: else its records are counted anew.
    var isComplete = false
    /// Where the record stands.
    var position = GlobalPosition.start
    /// How many events the log passes over.
    let skips: Int
    /// How many events the log passed over when this was read.
    package var skipCount: Int { skips }
    /// How far the market was at the record, see ``MarketState/progress``.
    var progress: UInt64 = 0
    /// From one snapshot to the next, in events of candles and labels.
    package var snapshotInterval = MarketRecord.snapshotInterval

    init(skips: Int) { self.skips = skips }

    /// Whether a record of a market that is so far is kept as a snapshot too.
    func isSnapshot(at progress: UInt64) -> Bool {
        progress / snapshotInterval != self.progress / snapshotInterval
    }
}

/// A projection's record to be set, or removed where the value is nil.
typealias RecordChange = (key: [UInt8], value: [UInt8]?)

extension MarketState {
    /// Adds the record and the changed day digests to a commit: they become visible with its events.
    ///
    /// - Parameter saved: what is in the store; brought up to date.
    /// - Complexity: O(days), and the rows of hours that changed.
    public mutating func save(to commit: inout Commit, saved: inout SavedDays, hasher: SHA256) {
        position = commit.head.position
        if !saved.isComplete { commit.recountProjections() }
        saved.isComplete = true
        for change in recordChanges(&saved, hasher: hasher) + dayChanges(&saved, hasher: hasher) {
            commit.setProjection(change.key, change.value)
        }
    }

    /// The record, and a snapshot of it where the market's progress crosses a multiple of 512 events.
    ///
    /// - Complexity: O(days), and the rows of hours that changed.
    mutating func recordChanges(_ saved: inout SavedDays, hasher: SHA256) -> [RecordChange] {
        let bytes = MarketRecord(&self, skips: saved.skips, hasher: hasher).bytes
        var changes: [RecordChange] = [(MarketRecord.key(market), bytes)]
        if saved.isSnapshot(at: progress) {
            changes.append((MarketRecord.snapshot(market, position), bytes))
        }
        saved.position = position
        saved.progress = progress
        return changes
    }

    /// The digests of days that are not as the store has them.
    mutating func dayChanges(_ saved: inout SavedDays, hasher: SHA256) -> [RecordChange] {
        var changes: [RecordChange] = saved.damaged.map { ($0, nil) }
        saved.damaged = []
        let days = window.candles.digests(hasher: hasher)
        Self.add(days, over: saved.window, under: MarketRecord.windowDays(market), to: &changes)
        saved.window = days
        for index in labellings.indices {
            let hash = labellings[index].hash
            let days = labellings[index].labels.digests(hasher: hasher)
            Self.add(
                days, over: saved.labels[hash] ?? [], under: MarketRecord.labelDays(market, hash),
                to: &changes)
            saved.labels[hash] = days
        }
        return changes
    }

    /// Adds the days that differ and the removal of those that are gone; both lists ascend.
    private static func add<Row>(
        _ days: [DayGrid<Row>.Day], over old: [DayGrid<Row>.Day], under prefix: [UInt8],
        to changes: inout [RecordChange]
    ) {
        var at = 0
        for day in days {
            while at < old.count, old[at].day < day.day {
                changes.append((key(prefix, old[at].day), nil))
                at += 1
            }
            if at < old.count, old[at].day == day.day {
                at += 1
                if old[at - 1] == day { continue }
            }
            var value: [UInt8] = []
            value.append(littleEndian: UInt32(day.count))
            value.append(littleEndian: UInt32(0))
            day.digest.append(to: &value)
            changes.append((key(prefix, day.day), value))
        }
        for day in old[at...] { changes.append((key(prefix, day.day), nil)) }
    }

    private static func key(_ prefix: [UInt8], _ day: Int32) -> [UInt8] {
        var key = prefix
        key.append(bigEndian: Keys.sortable(day))
        return key
    }

    /// Reads the days under a prefix; a damaged one is left out and hashed anew.
    ///
    /// - Parameter damaged: gets the keys of those left out.
    static func days<Row>(
        _ view: borrowing StoreView, under prefix: [UInt8], damaged: inout [[UInt8]]
    ) throws -> [DayGrid<Row>.Day] {
        var days: [DayGrid<Row>.Day] = []
        try view.forEachProjection(prefix: prefix) { key, value in
            guard key.count == prefix.count + 4, let value, value.byteCount == 40 else {
                damaged.append(key)
                return
            }
            let number = key.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            days.append(
                DayGrid<Row>.Day(
                    day: Int32(truncatingIfNeeded: number ^ 0x8000_0000),
                    count: Int(value.load(UInt32.self, at: 0)),
                    digest: Hash256(value.extracting(8..<40))))
        }
        return days
    }
}

extension MarketState {
    /// The first day whose digest in the store is not what the state gives; nil if none differs.
    ///
    /// - Complexity: O(days).
    public mutating func firstDifferentDay(
        _ digest: Digest, _ view: borrowing StoreView, hasher: SHA256
    ) throws -> UTCDay? {
        var damaged: [[UInt8]] = []
        if digest.name == RollingWindow.name {
            let held: [DayGrid<Candle>.Day] = try Self.days(
                view, under: MarketRecord.windowDays(market), damaged: &damaged)
            return Self.firstDifference(held, window.candles.digests(hasher: hasher))
        }
        guard let hash = digest.labelling, let index = labelling(hash) else { return nil }
        let held: [DayGrid<Label>.Day] = try Self.days(
            view, under: MarketRecord.labelDays(market, hash), damaged: &damaged)
        return Self.firstDifference(held, labellings[index].labels.digests(hasher: hasher))
    }

    private static func firstDifference<Row>(
        _ left: [DayGrid<Row>.Day], _ right: [DayGrid<Row>.Day]
    ) -> UTCDay? {
        for (one, other) in zip(left, right) where one != other {
            return UTCDay(number: min(one.day, other.day))
        }
        guard left.count != right.count else { return nil }
        let longer = left.count > right.count ? left : right
        return UTCDay(number: longer[min(left.count, right.count)].day)
    }
}
