import Market

/// The open trades in entry order: a list through slots that are reused.
///
/// A trade leaves from anywhere in O(1), and memory is bounded by the largest number of trades that
/// were ever open at once, however long the series.
struct OpenTrades: Sendable {
    private struct Slot: Sendable, BitwiseCopyable {
        var entry: NumberedCandle
        var previous: Int32
        /// The next younger trade; of a free slot, the next free one.
        var next: Int32
        /// What ends the trade, once a candle has touched it.
        var reason: ExitReason?
    }

    /// The end of a list.
    static let none: Int32 = -1

    private var slots: [Slot] = []
    private var free = Self.none
    /// The slot of the oldest trade: the one whose deadline comes first.
    private(set) var oldest = Self.none
    private var youngest = Self.none
    /// Number of open trades.
    private(set) var count = 0

    /// The entry of the trade in `slot`.
    subscript(slot: Int32) -> NumberedCandle { slots[Int(slot)].entry }

    /// The trade entered after the one in `slot`, or ``none``.
    func next(after slot: Int32) -> Int32 { slots[Int(slot)].next }

    /// What ends the trade in `slot`; nil for one that stays open.
    func reason(_ slot: Int32) -> ExitReason? { slots[Int(slot)].reason }

    /// Notes what ends the trade in `slot`.
    mutating func mark(_ slot: Int32, _ reason: ExitReason) { slots[Int(slot)].reason = reason }

    /// Adds the youngest trade and returns its slot.
    ///
    /// - Complexity: amortised O(1).
    mutating func append(_ entry: NumberedCandle) -> Int32 {
        let slot: Int32
        let value = Slot(entry: entry, previous: youngest, next: Self.none)
        if free != Self.none {
            slot = free
            free = slots[Int(slot)].next
            slots[Int(slot)] = value
        } else {
            slot = Int32(slots.count)
            slots.append(value)
        }
        if youngest == Self.none {
            oldest = slot
        } else {
            slots[Int(youngest)].next = slot
        }
        youngest = slot
        count += 1
        return slot
    }

    /// Frees the slot of a closed trade; the entry stays readable until the next append.
    ///
    /// - Complexity: O(1).
    mutating func remove(_ slot: Int32) {
        let (previous, next) = (slots[Int(slot)].previous, slots[Int(slot)].next)
        if previous == Self.none {
            oldest = next
        } else {
            slots[Int(previous)].next = next
        }
        if next == Self.none {
            youngest = previous
        } else {
            slots[Int(next)].previous = previous
        }
        slots[Int(slot)].next = free
        free = slot
        count -= 1
    }
}
