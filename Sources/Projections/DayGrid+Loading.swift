internal import Digest
internal import Market

extension DayGrid {
    /// Holds a day by number and digest alone.
    ///
    /// - Precondition: days come in ascending order, each once, before any row is set.
    mutating func addUnloaded(_ day: Day) {
        hold(DayBlock(unloaded: day.count, digest: day.digest), at: day.day)
    }

    /// The days of a range of stamps whose rows are not here; nil if all are.
    ///
    /// - Complexity: O(days of the range).
    func unloadedDays(from first: Int64, through last: Int64) -> ClosedRange<Int32>? {
        let touched = days(from: first, through: last)
        guard let lower = touched.first(where: { blocks[$0]?.isLoaded == false }),
            let upper = touched.last(where: { blocks[$0]?.isLoaded == false })
        else { return nil }
        return firstDay + Int32(lower)...firstDay + Int32(upper)
    }

    /// Takes the rows of the days in a range that are not here yet; other days stay as they are.
    ///
    /// - Returns: the first day that holds another number of rows than it must; nil if none does.
    /// - Complexity: O(days of the range).
    mutating func load(_ days: ClosedRange<Int32>, from other: DayGrid) -> Int32? {
        for day in days {
            guard let held = block(day), !held.isLoaded else { continue }
            guard var rows = other.block(day), rows.count == held.count else { return day }
            // What is stored as the day's digest; a hash over rows just hashed would tell no more.
            if let digest = held.knownDigest { rows.adopt(digest) }
            replace(rows, at: day)
        }
        return nil
    }

    /// Whether there are rows before a stamp; the rows of its day are here.
    ///
    /// - Complexity: O(days).
    func hasRows(before stamp: Int64) -> Bool {
        let start = UTCDay(of: stamp).start
        if rowsOfDays(from: .min, through: start - 1) > 0 { return true }
        var isFound = false
        forEach(from: start, through: stamp - 1) { _ in isFound = true }
        return isFound
    }

    /// The days that are held by number and digest alone.
    ///
    /// - Complexity: O(days).
    var daysUnloaded: [Int32] {
        blocks.indices.filter { blocks[$0]?.isLoaded == false }.map { firstDay + Int32($0) }
    }

    /// Forgets the rows of days; those whose digest is not known stay.
    ///
    /// - Complexity: O(days given).
    mutating func unload(_ days: [Int32]) {
        for day in days {
            guard let block = block(day), block.isLoaded, let digest = block.knownDigest else {
                continue
            }
            replace(DayBlock(unloaded: block.count, digest: digest), at: day)
        }
    }
}
