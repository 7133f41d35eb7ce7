public import EventFormat
internal import Market
public import Projections

/// What an import or an update did.
public struct UpdateReport: Sendable {
    /// What became of each row.
    public var rows = UpdateCompletion.Rows()
    /// Gaps that the new rows leave.
    public var gaps: [UpdateCompletion.Gap] = []
    /// The first and last stamp of new minutes, milliseconds UTC; nil if there is none.
    public var recorded: ClosedRange<Int64>?
    /// What became of each labelling; empty for an import.
    public var labellings: [UpdateCompletion.Labelling] = []
    /// What was found out about drift, a labelling each; empty for an import.
    public var drift: [DriftOutcome] = []
    /// How many events are new.
    public var newEvents = 0
    /// Where the log ends.
    public var position = GlobalPosition.start
    /// The newest candle's stamp, milliseconds UTC; nil if there is none.
    public var newest: Int64?

    /// Nothing done yet.
    public init() {}

    mutating func add(_ delta: CandleDelta) {
        rows.recorded += delta.rows.recorded
        rows.duplicates += delta.rows.duplicates
        rows.revised += delta.rows.revised
        rows.late += delta.rows.late
        rows.partial += delta.rows.partial
        rows.rejected += delta.rows.rejected
        gaps += delta.gaps
        if let first = delta.recorded.first, let last = delta.recorded.last {
            recorded = (recorded?.lowerBound ?? first.time)...last.time
        }
    }

    /// Adds what another market's update did: the counts, and the later position.
    public mutating func add(_ other: UpdateReport) {
        rows.recorded += other.rows.recorded
        rows.duplicates += other.rows.duplicates
        rows.revised += other.rows.revised
        rows.late += other.rows.late
        rows.partial += other.rows.partial
        rows.rejected += other.rows.rejected
        gaps += other.gaps
        labellings += other.labellings
        drift += other.drift
        newEvents += other.newEvents
        position = max(position, other.position)
    }

    /// Adds what another commit of the same update did to the labellings.
    mutating func add(_ more: [UpdateCompletion.Labelling]) {
        for labelling in more {
            guard
                let index = labellings.firstIndex(where: { $0.labelsHash == labelling.labelsHash })
            else {
                labellings.append(labelling)
                continue
            }
            var sum = labelling
            sum.closed += labellings[index].closed
            sum.revised += labellings[index].revised
            sum.retracted += labellings[index].retracted
            labellings[index] = sum
        }
    }

    /// Labels closed, over all labellings.
    public var closed: Int { labellings.reduce(0) { $0 + $1.closed } }
    /// Labels revised or retracted, over all labellings.
    public var revised: Int { labellings.reduce(0) { $0 + $1.revised + $1.retracted } }
    /// Trades open, over all labellings.
    public var open: Int { labellings.reduce(0) { $0 + $1.open } }
}
