public import Digest
public import EventFormat
public import EventStorage
public import Labeling
public import Market
public import Projections

/// What a training set is a function of: the same basis gives the same bytes, in every store that has
/// the same log.
///
/// Position and root fix the log, the configuration the labelling, the rest what is taken of it. No
/// path, no clock and no setting of the machine comes in.
public struct TrainingBasis: Equatable, Sendable {
    /// The version of the columns, see `schemas/export.v1.md`.
    public static let columnsVersion = "v1"

    /// How labels are weighed.
    public struct Weighting: Equatable, Sendable {
        /// The mode's name; nil for a half-life of one's own.
        public let mode: RecencyWeights.Mode?
        /// Days after which a label counts half; positive and finite.
        public let halfLifeDays: Double

        /// The half-life of a mode.
        public init(_ mode: RecencyWeights.Mode) {
            self.mode = mode
            halfLifeDays = mode.halfLifeDays
        }

        /// A half-life of one's own.
        public init(halfLifeDays: Double) {
            mode = nil
            self.halfLifeDays = halfLifeDays
        }
    }

    /// What a row has beside its label.
    public enum Features: String, CaseIterable, Sendable {
        /// The five values of the entry candle.
        case candle
        /// Nothing.
        case none
    }

    /// One of the walk-forward splits of the range.
    public struct Split: Equatable, Sendable {
        /// Its number, from 1 on.
        public let number: Int
        /// How the splits lie.
        public let rules: WalkForward

        /// A split of these.
        public init(_ number: Int, of rules: WalkForward) {
            self.number = number
            self.rules = rules
        }
    }

    /// The end of the last commit that counts.
    public var position: GlobalPosition
    /// The Merkle root of the log of so many events.
    public var root: Hash256
    /// The whole configuration's hash.
    public var configuration: Hash256
    /// The labelling's.
    public var labels: Hash256
    /// The market.
    public var market: MarketID
    /// Entry stamps, milliseconds UTC; the end is not in it.
    public var range: Range<Int64>
    /// How labels are weighed.
    public var weighting: Weighting
    /// What a row has beside its label.
    public var features: Features
    /// The split; nil for all labels of the range.
    public var split: Split?
    /// Whether the store's clock is that of the data.
    public var isSimulated: Bool
}

extension TrainingBasis {
    /// Where entries begin unless somebody says where.
    public enum Start: Sendable {
        /// With the rolling window.
        case window
        /// With the UTC day of the labelling's first label.
        case firstLabel
        /// So many days before the last UTC midnight, but not before the first label's day.
        case days(Int64)
    }

    /// The basis of the labels known as of a position.
    ///
    /// - Parameters:
    ///   - state: as of `position`, the end of a commit; rows are not needed.
    ///   - entries: the stamps asked for; `Int64.min` and `.max` where nobody said.
    ///   - start: where they begin if nobody said. They end with the newest close at the latest.
    ///   - identity: that of the store.
    /// - Throws: `EventStoreError`.
    /// - Complexity: O(log² events), and O(events of the labelling) for a start at its first label.
    public init(
        _ view: borrowing StoreView, _ state: MarketState, _ labelling: LabelState,
        at position: GlobalPosition, entries: ClosedRange<Int64>, start: Start,
        weighting: Weighting, features: Features, split: Split?, of identity: StoreIdentity
    ) throws {
        let interval = state.market.timeframe.milliseconds
        let end = (state.window.newest ?? -interval) + interval
        let last = entries.upperBound == .max ? end : min(end, entries.upperBound + 1)
        var first = entries.lowerBound
        if first == .min {
            let day = try History.firstDay(
                view, market: state.market, labelling: labelling, through: position)
            let beginning = day?.start ?? end
            first =
                switch start {
                case .window: (state.window.cutoff ?? -interval) + interval
                case .firstLabel: beginning
                case .days(let days):
                    max(
                        UTCTime.floor(end, UTCDay.milliseconds) - days * UTCDay.milliseconds,
                        beginning)
                }
        }
        self.init(
            position: position, root: try view.root(at: position.number),
            configuration: labelling.configuration.hash, labels: labelling.hash,
            market: state.market, range: min(first, last)..<last, weighting: weighting,
            features: features, split: split, isSimulated: identity.clock == .simulated)
    }
}
