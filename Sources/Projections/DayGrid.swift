public import Digest
public import Market

/// Rows on a timeframe's grid, a block for each UTC day: a row is found, set and removed in O(1).
///
/// Digests are kept for every hour and day and made anew only where rows changed, so that an hourly
/// update re-hashes minutes, not months. A day may be held by number and digest alone until somebody
/// needs its rows: to read or change a row of a day that is not loaded is a programmer's error.
public struct DayGrid<Row: DayRow>: Sendable {
    /// The grid.
    public let timeframe: Timeframe
    /// The day of `blocks[0]`.
    private(set) var firstDay: Int32 = 0
    private(set) var blocks: [DayBlock<Row>?] = []
    /// Number of rows.
    public private(set) var count = 0
    /// The days' digests as of the last call for them; nil where rows changed since.
    private var summary: [Day]?

    /// An empty grid.
    public init(timeframe: Timeframe) { self.timeframe = timeframe }

    /// The row at a stamp; nil if there is none.
    ///
    /// - Precondition: the stamp lies on the grid.
    /// - Complexity: O(1).
    public subscript(stamp: Int64) -> Row? {
        let day = UTCDay(of: stamp)
        guard let block = block(day.number) else { return nil }
        return block[slot(stamp, in: day)]
    }

    /// Sets or replaces the row at its stamp.
    ///
    /// - Complexity: O(1); O(days) where the day is new.
    public mutating func set(_ row: Row) {
        summary = nil
        let day = UTCDay(of: row.stamp)
        let index = makeBlock(day.number)
        let isNew = blocks[index]!.set(row, at: slot(row.stamp, in: day))
        if isNew { count += 1 }
    }

    /// Removes the row at a stamp, if there is one.
    public mutating func remove(_ stamp: Int64) {
        summary = nil
        let day = UTCDay(of: stamp)
        guard block(day.number) != nil else { return }
        let index = Int(day.number - firstDay)
        if blocks[index]!.remove(slot(stamp, in: day)) { count -= 1 }
    }

    /// Removes every row with a stamp at or before `cutoff`.
    ///
    /// - Complexity: O(days), and O(slots) of the day of the cutoff.
    public mutating func evict(through cutoff: Int64) {
        summary = nil
        let edge = UTCDay(of: cutoff)
        if firstDay < edge.number {
            // At once: one by one, a gap of years would move the rest for every day of it.
            let days = min(blocks.count, Int(edge.number) - Int(firstDay))
            for block in blocks[..<days] { count -= block?.count ?? 0 }
            blocks.removeFirst(days)
            firstDay += Int32(days)
        }
        guard firstDay == edge.number, !blocks.isEmpty, blocks[0] != nil else { return }
        count -= blocks[0]!.removeSlots(through: slot(cutoff, in: edge))
    }

    /// Calls `body` with every row of a range of stamps, ascending.
    ///
    /// - Complexity: O(days of the range + rows).
    public func forEach(
        from first: Int64 = .min, through last: Int64 = .max, _ body: (Row) -> Void
    ) {
        for index in days(from: first, through: last) {
            guard let block = blocks[index] else { continue }
            block.forEach(slots: slots(of: index, from: first, through: last), body)
        }
    }

    /// The number of rows of the days that a range of stamps touches.
    ///
    /// - Complexity: O(days of the range).
    public func rowsOfDays(from first: Int64, through last: Int64) -> Int {
        days(from: first, through: last).reduce(0) { $0 + (blocks[$1]?.count ?? 0) }
    }

    /// The indices of the blocks that a range of stamps touches.
    func days(from first: Int64, through last: Int64) -> Range<Int> {
        let start = UTCDay(number: firstDay).start
        let end = UTCDay(number: firstDay + Int32(blocks.count)).start
        guard !blocks.isEmpty, first <= last, last >= start, first < end else { return 0..<0 }
        let firstIndex = Int(UTCDay(of: max(first, start)).number - firstDay)
        let lastIndex = Int(UTCDay(of: min(last, end - 1)).number - firstDay)
        return firstIndex..<lastIndex + 1
    }

    /// The slots of a block whose stamps lie in a range that touches the block's day.
    private func slots(of index: Int, from first: Int64, through last: Int64) -> Range<Int> {
        let start = UTCDay(number: firstDay + Int32(index)).start
        let interval = timeframe.milliseconds
        let lower = max(first, start) - start
        let upper = min(last, start + UTCDay.milliseconds - 1) - start
        return Int((lower + interval - 1) / interval)..<Int(upper / interval) + 1
    }

    /// The newest row's stamp; nil if there is none.
    public var newest: Int64? {
        for block in blocks.reversed() {
            if let stamp = block?.newest { return stamp }
        }
        return nil
    }

    /// The oldest row's stamp; nil if there is none.
    public var oldest: Int64? {
        for block in blocks { if let stamp = block?.oldest { return stamp } }
        return nil
    }

    func block(_ day: Int32) -> DayBlock<Row>? {
        guard day >= firstDay, Int(day - firstDay) < blocks.count else { return nil }
        return blocks[Int(day - firstDay)]
    }

    private func slot(_ stamp: Int64, in day: UTCDay) -> Int {
        Int((stamp - day.start) / timeframe.milliseconds)
    }

    /// Holds a block for a day that had none.
    mutating func hold(_ block: DayBlock<Row>, at day: Int32) {
        summary = nil
        blocks[makeRoom(day)] = block
        count += block.count
    }

    /// Holds other knowledge of the same rows of a day.
    mutating func replace(_ block: DayBlock<Row>, at day: Int32) {
        blocks[Int(day - firstDay)] = block
    }

    private mutating func makeBlock(_ day: Int32) -> Int {
        let index = makeRoom(day)
        if blocks[index] == nil {
            blocks[index] = DayBlock(slots: timeframe.candlesPerDay)
        }
        return index
    }

    /// The index of a day's block, which may be none yet.
    private mutating func makeRoom(_ day: Int32) -> Int {
        if blocks.isEmpty { firstDay = day }
        if day < firstDay {
            blocks.insert(contentsOf: repeatElement(nil, count: Int(firstDay - day)), at: 0)
            firstDay = day
        }
        let index = Int(day - firstDay)
        while blocks.count <= index { blocks.append(nil) }
        return index
    }
}

extension DayGrid {
    /// The digest of one day: what ``DayDigest`` records hold.
    public struct Day: Equatable, Sendable {
        /// The day.
        public let day: Int32
        /// Its number of rows.
        public let count: Int
        /// Its digest.
        public let digest: Hash256
    }

    /// The digests of all days that hold rows, ascending; only changed hours are hashed.
    ///
    /// - Complexity: O(days + rows of changed hours).
    public mutating func digests(hasher: SHA256) -> [Day] {
        if let summary { return summary }
        var result: [Day] = []
        result.reserveCapacity(blocks.count)
        for index in blocks.indices where blocks[index] != nil && blocks[index]!.count > 0 {
            let digest = blocks[index]!.digest(hasher: hasher)
            result.append(
                Day(day: firstDay + Int32(index), count: blocks[index]!.count, digest: digest))
        }
        summary = result
        return result
    }

    /// The digest that the day of a range of stamps would have with the rows that count alone; nil
    /// without any.
    ///
    /// - Precondition: the range lies in one day that holds rows, which are loaded.
    /// - Complexity: O(24), and the rows of hours that do not count as a whole.
    mutating func digest(
        of part: Range<Int64>, hasher: SHA256, where counts: ((Row) -> Bool)?
    ) -> Day? {
        let index = Int(UTCDay(of: part.lowerBound).number - firstDay)
        let slots = slots(of: index, from: part.lowerBound, through: part.upperBound - 1)
        guard let part = blocks[index]!.digest(slots: slots, hasher: hasher, where: counts) else {
            return nil
        }
        return Day(day: firstDay + Int32(index), count: part.count, digest: part.digest)
    }

    /// Takes a day's digest as known, to save hashing it; ignored where the rows' count differs.
    package mutating func adopt(_ day: Day) {
        summary = nil
        guard let block = block(day.day), block.count == day.count else { return }
        blocks[Int(day.day - firstDay)]!.adopt(day.digest)
    }

    /// Stamps that `self` has and `other` has not, in a range.
    ///
    /// - Complexity: O(slots / 64).
    package func stamps(
        notIn other: DayGrid<some DayRow>, from first: Int64, through last: Int64
    ) -> [Int64] {
        var stamps: [Int64] = []
        for index in days(from: first, through: last) {
            guard let block = blocks[index] else { continue }
            let day = UTCDay(number: firstDay + Int32(index))
            let present = other.block(day.number)?.present
            let slots = slots(of: index, from: first, through: last)
            block.forEachSlot(in: slots, notIn: present) { slot in
                stamps.append(day.start + Int64(slot) * timeframe.milliseconds)
            }
        }
        return stamps
    }
}
