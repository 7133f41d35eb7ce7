public import Digest
public import EventFormat
public import Market
public import Projections

/// What the next update will find and do; see ``DeltaDetector``.
public struct Delta: Sendable {
    /// How much the update has to do.
    public enum Requirement: String, Sendable {
        /// A labelling is opened: every candle from its start on is labelled.
        case fullRelabel = "full_relabel"
        /// What is new, revised or left over is recorded and labelled.
        case incremental
        /// The update appends no event.
        case nothing
    }

    /// One labelling that the update carries on or opens.
    public struct Labelling: Sendable {
        /// The whole configuration's hash.
        public let configurationHash: Hash256
        /// The labelling's identity.
        public let labelsHash: Hash256
        /// Whether the update makes its configuration active.
        public internal(set) var isActivated: Bool
        /// Whether the update opens it: there are no labels under it yet.
        public let isOpened: Bool
        /// Trades open when it was labelled last: incomplete labels.
        public let open: Int
        /// Recorded candles that it has not labelled yet, those of this update not counted.
        public let behind: Int
        /// Candles that it will label for the first time, each the entry of a trade.
        public let newEntries: Int
        /// Entries that revised and late candles may touch, at most: they are labelled anew.
        public let touchedEntries: Int
        /// Entries that labelling the window from nothing would take.
        public let windowEntries: Int
    }

    /// An estimate of what the update has to do, over all labellings.
    public struct Work: Sendable, Equatable {
        /// Candles that the busiest labelling passes over.
        public let candles: Int
        /// Trades that are followed, one for each candle and labelling.
        public let entries: Int
        /// Labels that will close, about: as many as there are new entries, for a trade that opens
        /// finds another one closing.
        public let labels: Int
        /// Entries that labelling the whole window anew would take.
        public let fullRelabelEntries: Int
    }

    /// The market.
    public let market: MarketID
    /// What becomes of each row.
    public let rows: UpdateCompletion.Rows
    /// The first and last stamp of new minutes, milliseconds UTC; nil if there is none.
    public let recorded: ClosedRange<Int64>?
    /// Gaps that the new rows leave.
    public let gaps: [UpdateCompletion.Gap]
    /// The labellings that will be active, in the order of activation.
    public let labellings: [Labelling]
    /// How much there is to do.
    public let required: Requirement
    /// When the last update was recorded, microseconds UTC; nil before the first.
    public let lastUpdate: Int64?
    /// From the last update to the clock of this one, milliseconds; nil before the first.
    public let sinceLastUpdate: Int64?
    /// The end of the log that this holds for.
    public let position: GlobalPosition

    /// Whether the update activates a configuration or opens a labelling.
    public var isConfigurationChanged: Bool {
        labellings.contains { $0.isActivated || $0.isOpened }
    }

    /// Trades open, over all labellings.
    public var open: Int { labellings.reduce(0) { $0 + $1.open } }

    /// Candles missing in all gaps.
    public var missingCandles: Int64 { gaps.reduce(0) { $0 + $1.missing } }

    /// Milliseconds from an update's stamp to a clock, both in microseconds; to the nearest, for
    /// stamps within one commit are a microsecond apart. Damaged stamps give any number.
    public static func milliseconds(since update: Int64, to now: Int64) -> Int64 {
        max(0, (now &- update &+ 500) / 1_000)
    }

    /// What there is to do, in numbers.
    public var work: Work {
        let entries = labellings.map { $0.newEntries + $0.touchedEntries }
        return Work(
            candles: entries.max() ?? 0, entries: entries.reduce(0, +),
            labels: labellings.reduce(0) { $0 + $1.newEntries },
            fullRelabelEntries: labellings.reduce(0) { $0 + $1.windowEntries })
    }
}

extension Delta.Requirement {
    /// What an update turned out to require.
    ///
    /// - Parameter labellings: those that the market had before it.
    public init(_ report: UpdateReport, labellingsBefore labellings: [Hash256]) {
        let opens = report.labellings.contains { !labellings.contains($0.labelsHash) }
        self = report.newEvents == 0 ? .nothing : opens ? .fullRelabel : .incremental
    }
}
