/// Where a log ends while it is read, also inside a commit: what the next frame must be.
public struct LogEnd: Equatable, Sendable {
    /// The last event's position.
    public private(set) var position: GlobalPosition
    /// The last event's commit.
    public private(set) var commit: UInt64
    /// The last event's time in the log, microseconds UTC.
    public private(set) var appendedAt: Int64
    /// The place of the last event in its commit, and how many that holds; nil between commits.
    private var open: Place?

    private struct Place: Equatable {
        var index: UInt32
        var count: UInt32
    }

    /// The end of a log, which is the end of a commit.
    public init(_ head: StoreHead) {
        position = head.position
        commit = head.commit
        appendedAt = head.appendedAt
    }

    /// Whether the last commit is complete.
    public var isEndOfCommit: Bool { open == nil }

    /// Goes on to the next event.
    ///
    /// - Throws: where the frame is not the next one: another position, commit or place in it, or a
    ///   time that is not later.
    public mutating func advance(to frame: Frame) throws(FormatError) {
        let next = position.number.addingReportingOverflow(1)
        guard !next.overflow else { throw FormatError("there is no position after the last") }
        if let defect = frame.defect(at: GlobalPosition(next.partialValue)) { throw defect }
        let expected =
            open.map { (commit, $0.index + 1, $0.count) }
            ?? (commit &+ 1, 0, frame.eventsInCommit)
        guard (frame.commit, frame.indexInCommit, frame.eventsInCommit) == expected else {
            throw FormatError(
                "the frame is event \(frame.indexInCommit) of commit \(frame.commit), "
                    + "expected event \(expected.1) of commit \(expected.0)")
        }
        guard frame.appendedAt > appendedAt else {
            throw FormatError("the event was appended no later than the one before it")
        }
        position = frame.position
        commit = frame.commit
        appendedAt = frame.appendedAt
        let isLast = frame.indexInCommit + 1 == frame.eventsInCommit
        open = isLast ? nil : Place(index: frame.indexInCommit, count: frame.eventsInCommit)
    }
}
