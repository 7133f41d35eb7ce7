public import EventFormat

/// A point in transaction time, as a user names it. Resolves to the end of a commit.
public enum TimePoint: Hashable, Sendable {
    /// The newest commit.
    case head
    /// A position; inside a commit it rounds down to the end of the commit before.
    case position(GlobalPosition)
    /// The newest commit whose first event entered the log by then, microseconds UTC.
    case time(Int64)
    /// A time before the newest event, in microseconds.
    case before(Int64)
    /// So many commits before the newest one.
    case commitsBack(UInt64)
    /// The end of a commit that somebody gave a name.
    case tag(TagName)

    /// Reads `1234`, `HEAD`, `HEAD~3`, `-6h` (units s, m, h, d) or `@name`; nil if it is none of them.
    ///
    /// Calendar times are the caller's to read: this room knows no calendar.
    public init?(_ text: String) {
        if text == "HEAD" {
            self = .head
        } else if let number = Self.number(text) {
            self = .position(GlobalPosition(number))
        } else if text.hasPrefix("HEAD~"), let count = Self.number(text.dropFirst(5)) {
            self = .commitsBack(count)
        } else if text.hasPrefix("-"), let span = Self.microseconds(String(text.dropFirst())) {
            self = .before(span)
        } else if text.hasPrefix("@"), let name = TagName(String(text.dropFirst())) {
            self = .tag(name)
        } else {
            return nil
        }
    }

    /// Reads `6h`: a number and a unit, in microseconds.
    public static func microseconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = number(text.dropLast()),
            count < 1_000_000
        else { return nil }
        return Int64(count) * unit * 1_000_000
    }

    /// Digits only: the standard library would take a sign too.
    private static func number(_ text: some StringProtocol) -> UInt64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt64(text) : nil
    }
}

extension StoreView {
    /// The end of the commit that a point names; position 0 is the empty log.
    ///
    /// - Throws: `.invalidPoint` if the point lies beyond the log, or there is no such tag; `.corrupted`
    ///   where a tag names an event that the log does not hold.
    /// - Complexity: O(log² events): a binary search over positions; for a tag O(tags × log events).
    public func resolve(_ point: TimePoint) throws(EventStoreError) -> GlobalPosition {
        let head = try head()
        switch point {
        case .head:
            return head.position
        case .position(let position):
            guard position <= head.position else {
                throw EventStoreError(
                    .invalidPoint,
                    "position \(position) is beyond the log, which ends at \(head.position)")
            }
            return try endOfCommit(atOrBefore: position)
        case .time(let time):
            return try end { $0.appendedAt <= time }
        case .before(let span):
            return try end { $0.appendedAt <= Self.time(span, before: head) }
        case .commitsBack(let count):
            guard count <= head.commit else {
                throw EventStoreError(
                    .invalidPoint, "the log has \(head.commit) commits, HEAD~\(count) is before it")
            }
            return try end { $0.commit <= head.commit - count }
        case .tag(let name):
            return try position(of: try tags().tag(name))
        }
    }

    /// The last event that a point covers, also inside a commit: what `log` and `show` address.
    ///
    /// - Throws: `.invalidPoint` if the point lies beyond the log.
    public func event(upTo point: TimePoint) throws(EventStoreError) -> GlobalPosition {
        let head = try head()
        switch point {
        case .position(let position) where position <= head.position: return position
        case .time(let time): return try last { $0.appendedAt <= time }
        case .before(let span):
            return try last { $0.appendedAt <= Self.time(span, before: head) }
        default: return try resolve(point)
        }
    }

    /// A head that is damaged may hold any time.
    private static func time(_ span: Int64, before head: StoreHead) -> Int64 {
        let (time, overflow) = head.appendedAt.subtractingReportingOverflow(span)
        return overflow ? .min : time
    }

    func endOfCommit(
        atOrBefore position: GlobalPosition
    ) throws(EventStoreError) -> GlobalPosition {
        guard position > .start else { return .start }
        let frame = try frame(at: position)
        if frame.endOfCommit == position { return position }
        return GlobalPosition(position.number - UInt64(frame.indexInCommit) - 1)
    }

    /// The end of the last commit one of whose events satisfies `test`, which holds for a prefix of
    /// the log.
    private func end(
        where test: (Frame) -> Bool
    ) throws(EventStoreError) -> GlobalPosition {
        let position = try last(where: test)
        return position == .start ? position : try frame(at: position).endOfCommit
    }

    /// The last event that satisfies `test`, which holds for a prefix of the log.
    private func last(
        where test: (Frame) -> Bool
    ) throws(EventStoreError) -> GlobalPosition {
        var low: UInt64 = 0
        var high = try head().position.number
        while low < high {
            let middle = (low + high + 1) / 2
            let holds = test(try frame(at: GlobalPosition(middle)))
            (low, high) = holds ? (middle, high) : (low, middle - 1)
        }
        return GlobalPosition(low)
    }

    /// The frame at a position that must exist.
    public func frame(at position: GlobalPosition) throws(EventStoreError) -> Frame {
        guard let event = try event(at: position) else {
            throw .corrupted(FormatError("the event is missing"), at: position)
        }
        let frame = event.frame
        if let defect = frame.defect(at: position) { throw .corrupted(defect, at: position) }
        return frame
    }
}
