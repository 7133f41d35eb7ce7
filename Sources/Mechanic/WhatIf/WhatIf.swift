internal import CanonicalJSON
public import EventFormat
public import Market

/// A market's history under other configurations beside what is recorded of it.
///
/// Candles are taken as they are known at a point and labelled as a whole; then drift is checked where
/// it was checked, and decided by the rules of updates. Nothing is recorded. What revisions made of the
/// record since is told apart, so that a difference is one of configurations.
public struct WhatIf: Equatable, Sendable {
    /// What is asked.
    public struct Question: Sendable {
        /// The stamps of entries that are told of, milliseconds UTC, and of checks those whose windows
        /// end behind the first one and at most a millisecond behind the last; nil for all.
        public var entries: ClosedRange<Int64>?
        /// Whether drift is checked and decided.
        public var hasDrift = true
        /// Whether every label is listed that comes out otherwise.
        public var listsLabels = false
        /// Whether every check is listed that comes out otherwise.
        public var listsChecks = false
        /// How many threads work; the answer is the same.
        public var threads = 1

        /// Everything, on one thread.
        public init() {}
    }

    /// What is recorded.
    public struct Record: Equatable, Sendable {
        /// The configuration that decides about the labelling.
        public let configuration: IdentifiedConfiguration
        /// The first entry that was labelled at all, milliseconds UTC; nil for the first candle's.
        public let labelledFrom: Int64?
        /// The recorded labels that are not stale.
        public let labels: LabelSummary
        /// Entries whose recorded label the candles do not give any more: their minutes were revised
        /// and not labelled since, as those older than the window never are. They are left out
        /// everywhere, here and under every configuration.
        public let staleLabels: Int
        /// The recorded checks and decisions; nil if nobody asked.
        public let drift: DriftSummary?
        /// Checks that rest on minutes revised since. They and the checks that stand for them are
        /// counted nowhere; levels, pauses and alerts rest on them all the same.
        public let restatedChecks: Int
        /// Checks of the whole history that other configurations made, which decided about the labelling at
        /// the time: what ``configuration`` would have given throughout is not what is recorded then.
        public let otherChecks: Int
    }

    /// One configuration.
    public struct Row: Equatable, Sendable {
        /// A leaf that is not as recorded.
        public struct Change: Equatable, Sendable {
            /// The leaf.
            public let leaf: ConfigurationLeaf
            /// The value here.
            public let text: String
        }

        /// The configuration.
        public let configuration: IdentifiedConfiguration
        /// The leaves that differ from the recorded configuration, in the order of the canonical text.
        public let changes: [Change]
        /// What labels it gives; none of entries that are stale in the record.
        public let labels: LabelSummary
        /// How they differ from the recorded ones.
        public let difference: LabelDifference
        /// What checks and decisions it gives; nil if nobody asked.
        public let drift: DriftSummary?
        /// How they differ from the recorded ones; nil if nobody asked.
        public let driftDifference: DriftDifference?
    }

    /// The market.
    public let market: MarketID
    /// The end of the commit as of which everything was known.
    public let position: GlobalPosition
    /// The newest candle that counts: through which the recorded labelling is labelled.
    public let through: Int64
    /// How many candles count.
    public let candles: Int
    /// The first and the last entry told of, milliseconds UTC; nil where no candle lies there.
    public let entries: ClosedRange<Int64>?
    /// What is recorded.
    public let record: Record
    /// The configurations, in the order given.
    public let rows: [Row]
}

extension WhatIf.Row.Change {
    /// The leaves in which a configuration differs from another.
    static func all(
        _ configuration: LabelingConfiguration, from other: LabelingConfiguration
    ) -> [WhatIf.Row.Change] {
        ConfigurationLeaf.allCases.compactMap { leaf in
            let value = configuration[leaf]
            guard value != other[leaf] else { return nil }
            return WhatIf.Row.Change(leaf: leaf, text: value.text ?? value.compactText)
        }
    }
}
