public import Digest
public import EventFormat
public import Market

/// What the store keeps of a market's projections: where they stand and the digests of their state.
///
/// The rows themselves are not kept twice: the window is an index over events. One that is kept at an
/// earlier position is a snapshot: a replay can begin there.
public struct MarketRecord: Equatable, Sendable {
    /// One labelling's part.
    public struct Labelling: Equatable, Sendable {
        /// The labelling.
        public var hash: Hash256
        /// The digest of its state bytes.
        public var digest: Hash256
        /// The newest candle labelled, milliseconds UTC; nil before the first update.
        public var through: Int64?
        /// How many events of the candle stream are labelled.
        public var candlesVersion: UInt64
        /// How many events of the labelling's stream are folded.
        public var labelsVersion: UInt64
    }

    /// The position of the last event folded.
    public var position: GlobalPosition
    /// How many events of the candle stream are folded.
    public var candlesVersion: UInt64
    /// The newest candle's stamp, milliseconds UTC; nil before the first.
    public var newest: Int64?
    /// The digest of the window.
    public var window: Hash256
    /// The digest of the active configurations.
    public var configuration: Hash256
    /// The state bytes of baselines, drift and operations: small enough to be kept whole.
    public var watch: [[UInt8]]
    /// The labellings, in the order of their opening.
    public var labellings: [Labelling]
    /// How many events the log passed over when the record was made: another decision may give
    /// another state.
    public var skips: UInt32

    /// What a store holds of a market.
    public enum Stored: Equatable, Sendable {
        /// Nothing.
        case missing
        /// Something that was not written so.
        case damaged
        /// A record of another version of the projections, of a program that knows more types, or from
        /// before an event was passed over: sound, but of no use until it is rebuilt.
        case outdated
        /// A record.
        case record(MarketRecord)
    }

    /// All versions of this program's projections: another set of them makes a record stale.
    static let versions: [UInt32] = [
        RollingWindow.version, LabelState.version, ActiveConfigurations.version,
    ]
    static let watchVersions: [UInt32] = [
        Baselines.version, DriftHistory.version, Operations.version,
    ]

    /// From one snapshot of a market to the next, in its events of candles and labels.
    package static let snapshotInterval: UInt64 = 512

    /// `M`, market → this record.
    public static func key(_ market: MarketID) -> [UInt8] {
        marketsPrefix + Array(market.description.utf8)
    }

    /// What the keys of all markets' records begin with.
    static let marketsPrefix = [UInt8(ascii: "M")]

    /// `S`, market, 0, position (8) → the record as it was there.
    public static func snapshots(_ market: MarketID) -> [UInt8] {
        [UInt8(ascii: "S")] + Array(market.description.utf8) + [0]
    }

    package static func snapshot(_ market: MarketID, _ position: GlobalPosition) -> [UInt8] {
        var key = snapshots(market)
        key.append(bigEndian: position.number)
        return key
    }

    /// `W`, market, 0, day (4) → rows (4), zero (4), digest (32).
    static func windowDays(_ market: MarketID) -> [UInt8] {
        [UInt8(ascii: "W")] + Array(market.description.utf8) + [0]
    }

    /// `L`, market, 0, first 8 bytes of the labels hash, day (4) → rows (4), zero (4), digest (32).
    static func labelDays(_ market: MarketID, _ hash: Hash256) -> [UInt8] {
        [UInt8(ascii: "L")] + Array(market.description.utf8) + [0] + hash.bytes.prefix(8)
    }

    /// The digest of a projection by its name; nil where the record has none of it.
    package func digest(_ name: String, of labelling: Hash256?, hasher: SHA256) -> Hash256? {
        switch name {
        case RollingWindow.name: window
        case ActiveConfigurations.name: configuration
        case Baselines.name: hasher.hash(watch[0])
        case DriftHistory.name: hasher.hash(watch[1])
        case Operations.name: hasher.hash(watch[2])
        default: labellings.first { $0.hash == labelling }?.digest
        }
    }

    init(_ state: inout MarketState, skips: Int, hasher: SHA256) {
        position = state.position
        candlesVersion = state.candlesVersion
        newest = state.window.newest
        self.skips = UInt32(skips)
        window = .zero
        configuration = .zero
        labellings = []
        watch = state.watchStates.map(\.bytes)
        for digest in state.digests(hasher: hasher) {
            switch digest.name {
            case RollingWindow.name: window = digest.digest
            case ActiveConfigurations.name: configuration = digest.digest
            case LabelState.name:
                let labelling = state.labellings[labellings.count]
                labellings.append(
                    Labelling(
                        hash: labelling.hash, digest: digest.digest, through: labelling.through,
                        candlesVersion: labelling.candlesVersion,
                        labelsVersion: labelling.labelsVersion))
            default: break  // Its bytes are kept whole.
            }
        }
    }
}
