public import Digest
internal import EventFormat
public import EventStorage
internal import Labeling
public import Market

/// The day digests of a market as they stand in the store, so that only changed ones are written.
public struct SavedDays: Sendable {
    var window: [DayGrid<Candle>.Day] = []
    var labels: [Hash256: [DayGrid<Label>.Day]] = [:]

    /// Nothing is in the store yet.
    public init() {}
}

extension MarketState {
    /// Adds the record and the changed day digests to a commit: they become visible with its events.
    ///
    /// - Parameter saved: what is in the store; brought up to date.
    /// - Returns: the record written.
    /// - Complexity: O(days), and the rows of hours that changed.
    @discardableResult
    public mutating func save(
        to commit: inout Commit, saved: inout SavedDays, hasher: SHA256
    ) -> MarketRecord {
        position = commit.head.position
        let record = MarketRecord(&self, hasher: hasher)
        commit.setProjection(MarketRecord.key(market), record.bytes)
        let days = window.candles.digests(hasher: hasher)
        Self.write(days, over: saved.window, under: MarketRecord.windowDays(market), to: &commit)
        saved.window = days
        for index in labellings.indices {
            let hash = labellings[index].hash
            let days = labellings[index].labels.digests(hasher: hasher)
            Self.write(
                days, over: saved.labels[hash] ?? [], under: MarketRecord.labelDays(market, hash),
                to: &commit)
            saved.labels[hash] = days
        }
        return record
    }

    /// Writes the days that differ and removes those that are gone; both lists ascend.
    private static func write<Row>(
        _ days: [DayGrid<Row>.Day], over old: [DayGrid<Row>.Day], under prefix: [UInt8],
        to commit: inout Commit
    ) {
        var at = 0
        for day in days {
            while at < old.count, old[at].day < day.day {
                commit.setProjection(key(prefix, old[at].day), nil)
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
            commit.setProjection(key(prefix, day.day), value)
        }
        for day in old[at...] { commit.setProjection(key(prefix, day.day), nil) }
    }

    private static func key(_ prefix: [UInt8], _ day: Int32) -> [UInt8] {
        var key = prefix
        key.append(bigEndian: Keys.sortable(day))
        return key
    }

    /// Reads the days under a prefix; a damaged one is left out and hashed anew.
    static func days<Row>(
        _ view: borrowing StoreView, under prefix: [UInt8]
    ) throws -> [DayGrid<Row>.Day] {
        var days: [DayGrid<Row>.Day] = []
        try view.forEachProjection(prefix: prefix) { key, value in
            guard key.count == prefix.count + 4, value.byteCount == 40 else { return }
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
        if digest.name == RollingWindow.name {
            let held: [DayGrid<Candle>.Day] = try Self.days(
                view, under: MarketRecord.windowDays(market))
            return Self.firstDifference(held, window.candles.digests(hasher: hasher))
        }
        guard let hash = digest.labelling, let index = labelling(hash) else { return nil }
        let held: [DayGrid<Label>.Day] = try Self.days(
            view, under: MarketRecord.labelDays(market, hash))
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
