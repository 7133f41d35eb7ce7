public import Digest
public import EventFormat
public import Market

/// All projections of one market: a deterministic fold over its events, in the order of positions.
///
/// No clock, no randomness, no order of hashing enters; positions are kept beside the state bytes.
public struct MarketState: Sendable {
    /// The market.
    public let market: MarketID
    /// The active configurations.
    public internal(set) var configuration = ActiveConfigurations()
    /// The rolling window.
    public internal(set) var window: RollingWindow
    /// The labellings, in the order in which they were opened.
    public internal(set) var labellings: [LabelState] = []
    /// The newest baseline of every labelling.
    public internal(set) var baselines = Baselines()
    /// What the next drift checks must know of those before.
    public internal(set) var drift = DriftHistory()
    /// Whether the market is traded, and open alerts.
    public internal(set) var operations = Operations()
    /// How many events of the candle stream are folded.
    public internal(set) var candlesVersion: UInt64 = 0
    /// The position of the last event folded.
    public internal(set) var position = GlobalPosition.start

    /// The state before the first event.
    public init(market: MarketID) {
        self.market = market
        window = RollingWindow(timeframe: market.timeframe)
    }

    /// The index of a labelling; nil if it was never opened.
    public func labelling(_ hash: Hash256) -> Int? {
        labellings.firstIndex { $0.hash == hash }
    }

    /// How far a market is: its events of candles and labels. By it snapshots are spaced: by positions, a
    /// log of hundreds of markets would keep one of each with every commit.
    var progress: UInt64 { labellings.reduce(candlesVersion) { $0 + $1.labelsVersion } }

    /// The labellings of active configurations: those that updates carry on.
    public var activeLabellings: [LabelState] {
        let hashes = configuration.active.map(\.labelsHash)
        return labellings.filter { hashes.contains($0.hash) }
    }

    /// Whether nobody ever chose a configuration. Where all were taken out, somebody did: the market
    /// rests, and no default wakes it up.
    package var isUndecided: Bool { configuration.active.isEmpty && labellings.isEmpty }

    /// One projection's name, version and digest.
    public struct Digest: Sendable, Equatable {
        /// The projection.
        public let name: String
        /// Its version.
        public let version: UInt32
        /// The labelling it belongs to; nil for the others.
        public let labelling: Hash256?
        /// The digest of its state bytes.
        public let digest: Hash256
    }

    /// The digests of all projections, in a fixed order.
    ///
    /// - Complexity: O(days) and the rows of hours changed since the last call.
    public mutating func digests(hasher: SHA256) -> [Digest] {
        var digests = [
            Digest(
                name: RollingWindow.name, version: RollingWindow.version, labelling: nil,
                digest: window.digest(hasher: hasher))
        ]
        for index in labellings.indices {
            digests.append(
                Digest(
                    name: LabelState.name, version: LabelState.version,
                    labelling: labellings[index].hash,
                    digest: labellings[index].digest(window, hasher: hasher)))
        }
        digests.append(
            Digest(
                name: ActiveConfigurations.name, version: ActiveConfigurations.version,
                labelling: nil, digest: configuration.digest(hasher: hasher)))
        for (name, version, bytes) in watchStates {
            digests.append(
                Digest(
                    name: name, version: version, labelling: nil, digest: hasher.hash(bytes)))
        }
        return digests
    }

    /// The states of baselines, drift and operations, which are bytes themselves.
    var watchStates: [(name: String, version: UInt32, bytes: [UInt8])] {
        mutating get {
            [
                (Baselines.name, Baselines.version, baselines.bytes()),
                (DriftHistory.name, DriftHistory.version, drift.bytes()),
                (Operations.name, Operations.version, operations.bytes()),
            ]
        }
    }
}
