public import EventFormat

extension EventStore {
    /// Bytes of events after which a long scan takes a new view: about 10 ms of reading.
    static let scanBytes = 8 << 20

    /// Calls `body` with every event of a range, ascending, until it returns false.
    ///
    /// The log only grows, so a scan need not hold one view: it takes a new one every 8 MiB, and
    /// pages that a writer frees meanwhile can be used again instead of making the file grow.
    ///
    /// - Parameter last: where to end; nil for the log's end as of the beginning of the scan.
    /// - Throws: `.corrupted` where an event is missing; what `body` throws.
    /// - Complexity: O(log events) for each view, O(1) for each event, no copy.
    public func forEachEvent(
        from first: GlobalPosition = GlobalPosition(1), through last: GlobalPosition? = nil,
        _ body: (_ position: GlobalPosition, _ event: borrowing EventView) throws -> Bool
    ) throws {
        let end = try last ?? head().position
        var next = first
        var goesOn = true
        while goesOn, next <= end {
            try read { view in
                var bytes = 0
                try view.forEachEvent(from: next, through: end) { position, event in
                    next = GlobalPosition(position.number + 1)
                    bytes += event.eventBytes.byteCount
                    goesOn = try body(position, event)
                    return goesOn && bytes < Self.scanBytes
                }
                // Beyond the head of a shorter log there is nothing to wait for.
                if bytes == 0 { goesOn = false }
            }
        }
    }
}
