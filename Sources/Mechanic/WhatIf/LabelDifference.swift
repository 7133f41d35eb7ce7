public import Labeling

/// How labels differ from the recorded ones, entry by entry.
public struct LabelDifference: Equatable, Sendable {
    /// One entry whose label is another one.
    public struct Change: Equatable, Sendable {
        /// The entry's stamp, milliseconds UTC.
        public let entry: Int64
        /// The recorded label; nil where there is none.
        public let recorded: Label?
        /// The label here; nil where the trade is open.
        public let other: Label?
    }

    /// Entries with a label on both sides that differs in anything: the sum of the next two.
    public var changed: Int { outcomes + costs }
    /// Of those, labels that end otherwise: by another reason, at another time or price.
    public private(set) var outcomes = 0
    /// Of these, labels that end by another reason.
    public private(set) var reasons = 0
    /// Labels that end the same and differ in costs, net result or flags only.
    public private(set) var costs = 0
    /// Labels that are worth taking here and are not in the record.
    public private(set) var metaGained = 0
    /// Labels that are worth taking in the record and are not here.
    public private(set) var metaLost = 0
    /// Entries that have a label only here.
    public private(set) var onlyHere = 0
    /// Entries that have a label only in the record.
    public private(set) var onlyRecorded = 0
    /// Entries that differ in anything.
    public var entries: Int { changed + onlyHere + onlyRecorded }
    /// Every entry that differs, in order; empty if nobody asked.
    public private(set) var changes: [Change] = []

    /// Whether nothing differs.
    public var isEmpty: Bool { changed == 0 && onlyHere == 0 && onlyRecorded == 0 }

    /// No difference.
    init() {}

    /// Compares labels in entry order.
    ///
    /// - Parameters:
    ///   - stale: entries that are not compared, ascending.
    ///   - lists: whether ``changes`` is wanted.
    /// - Complexity: O(labels).
    init(
        _ labels: ArraySlice<Label>, from recorded: ArraySlice<Label>, stale: [Int64], lists: Bool
    ) {
        Self.forEachPair(recorded, labels) { recorded, other in
            guard recorded.map({ $0 != other }) ?? true else { return }
            let entry = recorded?.entryTime ?? other?.entryTime ?? 0
            guard stale.isEmpty || !Self.contains(stale, entry) else { return }
            note(recorded, other)
            if lists { changes.append(Change(entry: entry, recorded: recorded, other: other)) }
        }
    }

    private mutating func note(_ recorded: Label?, _ other: Label?) {
        guard let recorded, let other else {
            onlyHere += recorded == nil ? 1 : 0
            onlyRecorded += other == nil ? 1 : 0
            return
        }
        let endsSame =
            recorded.reason == other.reason && recorded.exitTime == other.exitTime
            && recorded.exitPrice.bitPattern == other.exitPrice.bitPattern
        outcomes += endsSame ? 0 : 1
        costs += endsSame ? 1 : 0
        reasons += recorded.reason == other.reason ? 0 : 1
        metaGained += other.isMeta && !recorded.isMeta ? 1 : 0
        metaLost += recorded.isMeta && !other.isMeta ? 1 : 0
    }

    /// The entries whose labels differ in anything, or exist on one side only, ascending.
    static func entries(_ one: ArraySlice<Label>, _ other: ArraySlice<Label>) -> [Int64] {
        var entries: [Int64] = []
        forEachPair(one, other) { one, other in
            guard one != other, let entry = one?.entryTime ?? other?.entryTime else { return }
            entries.append(entry)
        }
        return entries
    }

    /// Calls `body` with the labels of every entry that has one on either side, ascending.
    private static func forEachPair(
        _ one: ArraySlice<Label>, _ other: ArraySlice<Label>, _ body: (Label?, Label?) -> Void
    ) {
        var (first, second) = (one.startIndex, other.startIndex)
        while first < one.endIndex || second < other.endIndex {
            let left = first < one.endIndex ? one[first].entryTime : .max
            let right = second < other.endIndex ? other[second].entryTime : .max
            body(left <= right ? one[first] : nil, right <= left ? other[second] : nil)
            if left <= right { first += 1 }
            if right <= left { second += 1 }
        }
    }

    private static func contains(_ sorted: [Int64], _ value: Int64) -> Bool {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == value
    }
}

extension ArraySlice<Label> {
    /// The labels, which ascend by entry, without some entries, which ascend too.
    ///
    /// - Complexity: O(labels), or O(1) where nothing is left out.
    func leavingOut(_ entries: [Int64]) -> ArraySlice<Label> {
        guard !entries.isEmpty else { return self }
        var out = entries[...]
        return filter { label in
            while let entry = out.first, entry < label.entryTime { out = out.dropFirst() }
            return out.first != label.entryTime
        }[...]
    }
}

extension [Label] {
    /// The labels, which ascend by entry, with entries in a range of stamps.
    ///
    /// - Complexity: O(log count).
    func entries(in stamps: ClosedRange<Int64>?) -> ArraySlice<Label> {
        guard let stamps else { return self[0..<0] }
        let first = firstIndex(atOrAfter: stamps.lowerBound)
        let end = stamps.upperBound == .max ? count : firstIndex(atOrAfter: stamps.upperBound + 1)
        return self[first..<end]
    }

    private func firstIndex(atOrAfter stamp: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].entryTime < stamp { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
