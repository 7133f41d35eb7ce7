internal import Digest
internal import EventFormat

/// The rows of one UTC day, or of a day that is not loaded only their number and digest.
struct DayBlock<Row: DayRow>: Sendable {
    /// Empty where the day is not loaded.
    private var rows: [Row]
    /// One bit for every slot that holds a row.
    private(set) var present: [UInt64]
    private(set) var count = 0
    /// Digests of the hours; nil where rows changed since.
    private var hours = [Hash256?](repeating: nil, count: 24)
    /// Rows of each hour.
    private var hourCounts = [Int](repeating: 0, count: 24)
    private var known: Hash256?

    /// An empty day of `slots` slots, a divisor of a day's minutes.
    init(slots: Int) {
        rows = Array(repeating: .placeholder, count: slots)
        present = Array(repeating: 0, count: (slots + 63) / 64)
    }

    /// A day whose rows are not here.
    init(unloaded count: Int, digest: Hash256) {
        rows = []
        present = []
        self.count = count
        known = digest
    }

    /// Whether the rows are here: only then anything but number and digest may be asked.
    var isLoaded: Bool { !rows.isEmpty }

    subscript(slot: Int) -> Row? {
        precondition(isLoaded, "a day is loaded before its rows are read")
        return contains(slot) ? rows[slot] : nil
    }

    private func contains(_ slot: Int) -> Bool { present[slot >> 6] >> UInt64(slot & 63) & 1 == 1 }

    /// Sets a slot; says whether it was empty.
    mutating func set(_ row: Row, at slot: Int) -> Bool {
        precondition(isLoaded, "a day is loaded before it changes")
        let isNew = !contains(slot)
        rows[slot] = row
        present[slot >> 6] |= 1 << UInt64(slot & 63)
        touch(slot, adding: isNew ? 1 : 0)
        return isNew
    }

    /// Empties a slot; says whether it held a row.
    mutating func remove(_ slot: Int) -> Bool {
        precondition(isLoaded, "a day is loaded before it changes")
        guard contains(slot) else { return false }
        present[slot >> 6] &= ~(1 << UInt64(slot & 63))
        touch(slot, adding: -1)
        return true
    }

    /// Empties every slot up to and with `last`; says how many held rows.
    mutating func removeSlots(through last: Int) -> Int {
        precondition(isLoaded, "a day is loaded before it changes")
        let before = count
        for word in 0...last >> 6 {
            // Bit by bit of what is there: an hourly update removes an hour of a day.
            while present[word] != 0 {
                let slot = word * 64 + present[word].trailingZeroBitCount
                guard slot <= last, remove(slot) else { break }
            }
        }
        return before - count
    }

    /// Calls `body` with the rows of a range of slots, ascending.
    func forEach(slots: Range<Int>, _ body: (Row) -> Void) {
        forEachSlot(in: slots, notIn: nil) { body(rows[$0]) }
    }

    /// Calls `body` with every slot of a range that holds a row and is not in `other`.
    func forEachSlot(in slots: Range<Int>, notIn other: [UInt64]?, _ body: (Int) -> Void) {
        precondition(isLoaded, "a day is loaded before its rows are read")
        guard !slots.isEmpty else { return }
        for word in slots.lowerBound >> 6...(slots.upperBound - 1) >> 6 {
            var bits = present[word] & ~(other?[word] ?? 0)
            while bits != 0 {
                let slot = word * 64 + bits.trailingZeroBitCount
                bits &= bits - 1
                if slots.contains(slot) { body(slot) }
            }
        }
    }

    var oldest: Int64? {
        precondition(isLoaded, "a day is loaded before its rows are read")
        guard let word = present.firstIndex(where: { $0 != 0 }) else { return nil }
        return rows[word * 64 + present[word].trailingZeroBitCount].stamp
    }

    var newest: Int64? {
        precondition(isLoaded, "a day is loaded before its rows are read")
        guard let word = present.lastIndex(where: { $0 != 0 }) else { return nil }
        return rows[word * 64 + 63 - present[word].leadingZeroBitCount].stamp
    }

    private mutating func touch(_ slot: Int, adding change: Int) {
        let hour = slot * 24 / rows.count
        hours[hour] = nil
        hourCounts[hour] += change
        count += change
        known = nil
    }

    mutating func adopt(_ digest: Hash256) { known = digest }

    /// The digest as far as it is known without hashing.
    var knownDigest: Hash256? { known }

    /// SHA-256 over hour (4), rows (4) and digest (32) of every hour that holds rows.
    mutating func digest(hasher: SHA256) -> Hash256 {
        if let known { return known }
        let all = digest(slots: 0..<rows.count, hasher: hasher, where: nil)
        known = all?.digest ?? hasher.hash(littleEndianWords: [])
        return known!
    }

    /// The number and the digest of the rows that count among those of a range of slots, as a day of
    /// them alone would have; nil without any. Whole hours are hashed once.
    mutating func digest(
        slots wanted: Range<Int>, hasher: SHA256, where counts: ((Row) -> Bool)?
    ) -> (count: Int, digest: Hash256)? {
        var summary: [UInt64] = []
        summary.reserveCapacity(24 * 5)
        var total = 0
        for hour in 0..<24 where hourCounts[hour] > 0 {
            let slots = slots(of: hour)
            let part = slots.clamped(to: wanted)
            guard !part.isEmpty else { continue }
            let isWhole = part == slots && counts == nil
            var count = hourCounts[hour]
            var digest = isWhole ? hours[hour] : nil
            if digest == nil {
                var words: [UInt64] = []
                count = 0
                forEach(slots: part) { row in
                    guard counts?(row) ?? true else { return }
                    row.encode(into: &words)
                    count += 1
                }
                guard count > 0 else { continue }
                digest = hasher.hash(littleEndianWords: words)
                if isWhole { hours[hour] = digest }
            }
            summary.append((UInt64(hour) | UInt64(count) << 32).littleEndian)
            digest!.append(toWords: &summary)
            total += count
        }
        return total > 0 ? (total, hasher.hash(littleEndianWords: summary)) : nil
    }

    /// The slots of an hour. A slot longer than an hour belongs to the hour it starts in.
    private func slots(of hour: Int) -> Range<Int> {
        let first = (hour * rows.count + 23) / 24
        let end = ((hour + 1) * rows.count + 23) / 24
        return first..<end
    }
}
